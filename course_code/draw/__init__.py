"""Figures: matplotlib on the axes it is given."""
