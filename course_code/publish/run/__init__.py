"""Lessons run in fresh kernels, and the store keeps what they gave."""
