"""Bring the store up to date: run the lessons whose inputs changed, in parallel."""

import asyncio
import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

from filelock import AsyncFileLock

from course_code.publish.base.course import Course
from course_code.publish.base.errors import CourseError
from course_code.publish.base.files import log
from course_code.publish.run.device import device_class
from course_code.publish.run.plan import Plan, Run
from course_code.publish.run.store import Store


def update(course: Course, plans: Iterable[Plan], jobs: int | None = None) -> list[str]:
    """Run every lesson that has no stored run with its inputs.

    Args:
        course: whose store to bring up to date.
        plans: the lessons.
        jobs: how many run at once, one thread each; by default one per core, one on a GPU.

    Returns:
        Names of the lessons that had to run; another build may have run some of them.

    Raises:
        CourseError: of every lesson that failed; what the others gave is stored.
        KeyboardInterrupt: on Ctrl-C, when kernels have ended.
    """
    store = Store(course)
    todo = [plan for plan in plans if store.load(plan.lesson.name, plan.inputs) is None]
    if not todo:
        return []
    jobs = jobs or (os.cpu_count() or 1 if device_class() == "cpu" else 1)
    if errors := asyncio.run(_run_all(store, _longest_first(store, todo), jobs)):
        raise CourseError("\n".join(map(str, errors)))
    return [plan.lesson.name for plan in todo]


def runs(course: Course, plans: Iterable[Plan]) -> dict[str, Run]:
    """Stored runs by lesson name, of lessons that are up to date."""
    store = Store(course)
    return {p.lesson.name: Run(p, store.load(p.lesson.name, p.inputs)) for p in plans}


def _longest_first(store: Store, plans: list[Plan]) -> list[Plan]:
    def seconds(plan: Plan) -> float:
        last = store.newest(plan.lesson.name)
        return sum(last["seconds"].values()) if last else float("inf")

    return sorted(plans, key=seconds, reverse=True)


async def _run_all(store: Store, plans: list[Plan], jobs: int) -> list[CourseError]:
    slots, progress = asyncio.Semaphore(jobs), Progress()
    ticking = asyncio.create_task(progress.tick())
    tasks = (_run_one(store, plan, slots, progress) for plan in plans)
    try:
        results = await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        ticking.cancel()
        progress.clear()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, CourseError):
            raise result
    return [result for result in results if result]


async def _run_one(store: Store, plan: Plan, slots: asyncio.Semaphore, progress: "Progress"):
    from course_code.publish.run.execute import run_lesson  # heavy: only when something runs

    name, folder = plan.lesson.name, store.course.store / plan.lesson.name
    async with slots:
        lock = AsyncFileLock(folder / "lock")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            await lock.acquire()  # asks again and again, so that Ctrl-C ends the wait
        except OSError as error:
            raise CourseError(f"cannot be written: {error.strerror}", folder) from None
        try:
            if store.load(name, plan.inputs) is None:  # another build may have just run it
                log.info("Running %s", name)
                started = lambda cell: progress.show(name, cell)  # noqa: E731
                result = await run_lesson(plan.lesson, plan.inlined, started)
                now = datetime.now(UTC).isoformat(timespec="seconds")
                store.save(name, plan.inputs, {**result, "finished": now})
        finally:
            progress.done(name)
            await lock.release()


class Progress:
    """One line on a terminal: lessons that run, their cells, seconds. Silent elsewhere."""

    def __init__(self, stream=None):
        self.stream, self.running = stream or sys.stderr, {}

    def show(self, lesson: str, cell: str) -> None:
        """`lesson` begins `cell`."""
        begun = self.running[lesson][1] if lesson in self.running else time.monotonic()
        self.running[lesson] = (cell, begun)
        self.draw()

    def done(self, lesson: str) -> None:
        """`lesson` has ended."""
        self.running.pop(lesson, None)
        self.draw()

    async def tick(self) -> None:
        """Keep the seconds moving."""
        with suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(1)
                self.draw()

    def draw(self) -> None:
        """Write the line."""
        now = time.monotonic()
        parts = [f"{n}: {c}, {now - t:.0f} s" for n, (c, t) in self.running.items()]
        if self.stream.isatty() and parts:
            columns = os.get_terminal_size(self.stream.fileno()).columns - 1
            self.stream.write(f"\r\x1b[K{'running ' + ' | '.join(parts)}"[: columns + 4])
            self.stream.flush()

    def clear(self) -> None:
        """Wipe the line."""
        if self.stream.isatty():
            self.stream.write("\r\x1b[K")
            self.stream.flush()
