"""Executed in a lesson's kernel, where nothing else of the course can be imported."""
