"""A lab is read (`read.py`), tried in a kernel as a student and as a teacher would (`trial.py`),
and kept from giving its solutions away (`leaks.py`).
"""
