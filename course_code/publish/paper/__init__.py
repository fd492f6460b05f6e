"""A built site on paper: one PDF for each language, from a browser's print."""
