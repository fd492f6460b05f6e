"""All pages and files of one site, in every language."""
