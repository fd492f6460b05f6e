"""A page's text, with its lesson's cells, values and claims put in."""
