"""A lesson script is read (`read.py`), and made self-contained (`inline.py`).

Other rooms use `read_lesson`, which gives a `Lesson` of cells and claims, and `inline_lesson`,
which gives the blocks of code that run and are shown; `modules.py` and `imports.py` serve it.
`slices` tells of each block which earlier code it needs: `interpret.py` follows the page's
statements, with `calls.py`, `summaries.py` and `expressions.py`, over names (`frames.py`) that
stand for things (`heap.py`); `library.py` says what libraries do. `effects.py` follows modules as
they are imported, with `cautious.py`, and refuses what an inlined copy would lose.
"""
