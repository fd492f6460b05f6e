"""One percent-format script per page of the course."""
