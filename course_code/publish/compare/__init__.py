"""Two outputs of the course side by side: before and after a change, on the CPU and on a GPU."""
