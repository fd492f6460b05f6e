"""Cells of a lesson that measures, judges, and fails."""

from conftest import ROOT

CLAIMS = (ROOT / "course_code/teach/claims.py").read_text("utf-8")
MEASURE = """import matplotlib.pyplot as plt
import torch

rng = torch.Generator().manual_seed(SEEDS[0])
low = torch.rand(1, generator=rng).item()
fig, ax = plt.subplots()
ax.plot([0, low])
plt.show()
print("measured", low)
"""
JUDGE = """from course_code.teach.claims import check

check("measured small: it is below 0.9", low, "<", 0.9)
check("arithmetic sum: two and two", 2 + 2, "==", 4)"""
FAIL = "low / 0"
LATE = 'check("measured late: it is positive", low / (low > 0.5), ">", 0)'
