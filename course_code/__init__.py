"""Deep Learning Foundations: teaching code, figures, lessons, and what publishes them."""
