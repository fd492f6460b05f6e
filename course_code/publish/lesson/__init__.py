"""A lesson script is read, and made self-contained."""
