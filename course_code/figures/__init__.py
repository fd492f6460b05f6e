"""One script per live figure that shows a stored run: what its module fetches."""
