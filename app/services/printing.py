"""Prints reports beside the event loop, one at a time.

A page takes some 50 ms of one core; a single thread leaves the other requests their share, and the library's fonts
have one user. The library is loaded with the first report, so that a service nobody prints with never pays for it.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from app.domain.errors import Overloaded
from app.domain.report.content import Report

WAITING_LIMIT = 32
"""The last in the queue waits for some two seconds."""


class Printer:
    """Makes PDFs of reports."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="printer")
        self._waiting = 0

    async def printed(self, report: Report) -> bytes:
        """The report as a PDF; refuses with Overloaded where too many wait."""
        if self._waiting >= WAITING_LIMIT:
            raise Overloaded
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, _printed, report)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Lets the page that is being printed end; those that wait are given up."""
        self._thread.shutdown(cancel_futures=True)


def _printed(report: Report) -> bytes:
    from app.services.pdf.pages import printed  # noqa: PLC0415 - see above

    return printed(report)
