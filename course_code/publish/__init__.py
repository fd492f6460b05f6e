"""From lesson to run to page, notebook and figures. Imports neither teach, draw nor lessons."""
