"""Code that students read: torch and the standard library."""
