"""The access logs of all patients from one view, for the operator's commands."""

from collections.abc import Generator
from contextlib import contextmanager

from app.domain.access import Operator
from app.storage.audit import Audit
from app.storage.database import at_length


@contextmanager
def all_logs(url: str, access: Operator) -> Generator[Audit]:
    """The logs as they stand, while others write on; refuses as Database does."""
    with at_length(url, read_only=True) as connection:
        yield Audit(connection, access)
