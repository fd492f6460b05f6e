"""What every room stands on: errors, files, places, words of the interface."""
