"""Lessons repeated on randomness that nobody has seen: how often each claim holds."""
