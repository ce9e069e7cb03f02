"""Which tests coverage is counted from: tracing slows Python by two thirds, and engines share most of the code."""

from collections.abc import Generator

import pytest
from coverage import Coverage

_UNCOUNTED = ("tests/clients/", "tests/fuzz/", "tests/journeys/")
"""Long tests that go over much and hold little of it to account."""
_STORAGE = ("tests/storage/", "tests/migrations/")
"""What differs between the engines."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Runs a test without tracing where it is not counted."""
    coverage = Coverage.current()
    if coverage is None or _is_counted(item):
        return (yield)
    coverage.stop()
    try:
        return (yield)
    finally:
        coverage.start()


def _is_counted(item: pytest.Item) -> bool:
    if item.nodeid.startswith(_UNCOUNTED):
        return False
    call = getattr(item, "callspec", None)
    repeated = call is not None and call.params.get("engine_name") == "postgresql"
    return not repeated or item.nodeid.startswith(_STORAGE)
