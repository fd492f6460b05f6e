"""How does the area of a disc grow? A lesson small enough for the tests of the build."""

# %% name="data"
from course_code.teach.claims import check
from course_code.teach.discs import area

SEEDS = range(3)
areas = [area(radius) for radius in range(4)]
table = {"small": areas[1], "large": {"exact": areas[3]}}
print(f"area of radius 3: {areas[3]:.2f}")
check("arithmetic square: nine times the area at thrice the radius", areas[3], ">=", 9 * areas[1])

# %% name="growth"
import matplotlib.pyplot as plt

from course_code.draw.lines import draw_curve

fig, ax = plt.subplots(figsize=(4, 3))
draw_curve(ax, areas)
plt.show()

# %% name="oops" expect="ZeroDivisionError"
ratio = areas[1] / areas[0]

# %% name="solution"
print(f"ratio of neighbours: {areas[3] / areas[2]:.2f}")
