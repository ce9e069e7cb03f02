"""Which tests coverage is counted from: tracing slows Python by two thirds, and engines share most of the code.

What is kept from call to call counts only where a counted test makes it first; `app/domain` keeps nothing.
"""

from collections.abc import Generator

import pytest
from coverage import Coverage

_UNCOUNTED = ("tests/clients/", "tests/fuzz/", "tests/journeys/")
"""Long tests that go over much and hold little of it to account."""
_WHOLLY = ("tests/domain/", "tests/storage/", "tests/migrations/")
"""Where each set of parameters counts; elsewhere each test counts once, on SQLite."""
_counted: set[str] = set()


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
    name = item.nodeid.partition("[")[0]
    if name.startswith(_UNCOUNTED):
        return False
    if name.startswith(_WHOLLY):
        return True
    call = getattr(item, "callspec", None)
    on_postgresql = call is not None and call.params.get("engine_name") == "postgresql"
    if on_postgresql or name in _counted:
        return False
    _counted.add(name)
    return True
