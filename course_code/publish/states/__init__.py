"""What live figures show of runs of their own: `course_code/figures/NAME.py` runs as a lesson does
(`script.py`), its arrays leave the kernel (`sent.py`) and become one file of bytes (`packed.py`).
"""
