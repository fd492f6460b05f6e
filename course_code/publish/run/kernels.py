"""Kernels: a fresh one in an empty folder, and a notebook's cells in it; nothing of it stays."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient

from course_code.publish.run import processes, surroundings
from course_code.publish.run.folders import empty_folder

START_TIMEOUT = 120  # seconds for what the build itself runs in the kernel, and for messages
SILENT = logging.getLogger("course.nbclient")  # what it would log, it raises, too
SILENT.disabled = True


class _OnePython(KernelSpecManager):
    """Only one interpreter's kernel, whatever else is installed for the user."""

    def __init__(self, python: str):
        super().__init__()
        self.python = python

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [self.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


async def run_cells(
    notebook,
    limits: list[float],
    *,
    python: str = sys.executable,
    start: Callable[[int], None] = lambda index: None,
    stop: Callable[[int], None] = lambda index: None,
) -> list[str]:
    """Run a notebook's cells in order in a fresh kernel, which gets their outputs.

    Args:
        notebook: of nbformat.
        limits: seconds that each of its cells may take.
        python: the interpreter; any that has ipykernel.
        start: called with a cell's number as it begins.
        stop: called with it when it has ended.

    Returns:
        Commands of the processes that the kernel has started and left; they are ended.

    Raises:
        CellExecutionError, CellTimeoutError: a cell fails, or takes too long.
        DeadKernelError, RuntimeError: the kernel dies, or does not start.
    """
    by_cell = {id(cell): limit for cell, limit in zip(notebook.cells, limits, strict=True)}
    with empty_folder() as folder:
        work = folder / "work"
        work.mkdir()
        client = NotebookClient(
            notebook,
            km=_manager(folder, python),
            log=SILENT,
            timeout_func=lambda cell: by_cell[id(cell)],
            startup_timeout=START_TIMEOUT,
            iopub_timeout=START_TIMEOUT,
            raise_on_iopub_timeout=True,
            resources={"metadata": {"path": str(work)}},
            on_cell_start=lambda cell, cell_index: start(cell_index),
            on_cell_executed=lambda cell, cell_index, execute_reply: stop(cell_index),
        )
        return await _run(client, notebook, folder)


def _manager(folder: Path, python: str) -> AsyncKernelManager:
    manager = AsyncKernelManager(kernel_spec_manager=_OnePython(python))
    if sys.platform != "win32":  # sockets in our own folder: no race for free ports
        manager.transport, manager.ip = "ipc", str(folder / "kernel")
    manager.connection_file = str(folder / "connection.json")
    return manager


async def _run(client: NotebookClient, notebook, folder: Path) -> list[str]:
    environment = surroundings.environment(IPYTHONDIR=processes.profile(folder))
    try:  # not client.async_execute: it would take over Ctrl-C, for one notebook alone
        client.reset_execution_trackers()
        await client.async_start_new_kernel(env=environment)
        await client.async_start_new_kernel_client()
        for index, cell in enumerate(notebook.cells):
            await client.async_execute_cell(cell, index)
        return processes.strangers(folder, client.km.provisioner.pid)
    finally:
        if client.kc:
            client.kc.stop_channels()
        processes.end(folder)
        if client.km and client.km.has_kernel:  # of a kernel that did not start nbclient lets go
            await client.km.shutdown_kernel(now=True)
