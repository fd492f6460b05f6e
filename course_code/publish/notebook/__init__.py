"""A page as a notebook and as a script."""
