"""Lessons run in fresh kernels, and the store keeps what they gave.

`plan.py` reads a lesson and knows its inputs (`inputs.py`); `schedule.py` runs those whose inputs
the store (`store.py`) does not know, by `execute.py`; `inside` executes in the kernel. Other rooms
use `plan_lesson` and `plan_script`, `update`, `runs`, and a `Run`: a plan with its stored
outputs and values. Who runs code in another way uses `kernels`, `processes` and `surroundings`.
"""
