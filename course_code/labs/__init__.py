"""One script per lab: its steps, each with a stub, a solution and a check."""
