"""The tiny course: its lesson, a line of it, and the commands that build and serve it."""

LESSON = "course_code/lessons/tiny.py"
BUILD, SERVE = ["build", "--strict"], ["serve", "--dev-addr", "127.0.0.1:0"]
SEEDS = "SEEDS = range(3)"  # a line of a lesson, of its script and of its notebook
