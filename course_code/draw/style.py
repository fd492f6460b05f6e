"""Colours, markers and lines that stay apart in print, in the dark and to colour-blind
eyes.
"""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
MARKERS = ("o", "^", "s", "D")
LINES = ("-", "--", "-.", ":")
