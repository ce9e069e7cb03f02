"""A unit of work: the stores, bound to one transaction and to the one who acts."""

from sqlalchemy import Connection

from app.domain.access import Access, OwnDiary
from app.storage.accounts import Accounts
from app.storage.records import Records
from app.storage.schema import present_revision
from app.storage.sessions import Sessions


class Work:
    """What a unit of work may touch. A store for a diary opens only for an access that names its patient."""

    def __init__(self, connection: Connection, access: Access) -> None:
        self._connection = connection
        self._access = access

    @property
    def records(self) -> Records:
        """The records of the patient who acts."""
        if not isinstance(self._access, OwnDiary):
            raise TypeError("records open only for an access that names a patient")
        return Records(self._connection, self._access)

    @property
    def accounts(self) -> Accounts:
        """Accounts, within what the access may touch."""
        return Accounts(self._connection, self._access)

    @property
    def sessions(self) -> Sessions:
        """Sessions and their tokens, within what the access may touch."""
        return Sessions(self._connection, self._access)

    def schema_revision(self) -> str | None:
        """The revision of the schema that the database is at."""
        return present_revision(self._connection)
