"""Files that are there whole or not at all, for their owner's eyes alone."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import IO


@contextmanager
def whole_file(path: Path) -> Generator[IO[bytes]]:
    """A file to write and read back; it appears under its name, and on the disk, once the block has ended well.

    Before that it stands beside it under a name of its own, which goes away with whatever fails. Mode 0600.
    """
    descriptor, draft = mkstemp(prefix=f".{path.name}.", dir=path.parent)  # for its owner alone
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(draft).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
