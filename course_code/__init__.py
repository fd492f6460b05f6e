"""Deep Learning Foundations: teaching code, figures, lessons, and the engine that publishes them."""
