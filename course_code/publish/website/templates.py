"""The theme's compiled templates, kept from build to build."""

from contextlib import suppress
from pathlib import Path

from jinja2 import FileSystemBytecodeCache


class Templates(FileSystemBytecodeCache):
    """What cannot be written is not kept."""

    def dump_bytecode(self, bucket):
        """See FileSystemBytecodeCache."""
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)
