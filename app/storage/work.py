"""A unit of work: the stores, bound to one transaction and to the one who acts."""

from sqlalchemy import Connection

from app.domain.access import Access, Guest, Nobody, Operator, OwnDiary, SignedIn
from app.storage.accounts import Accounts
from app.storage.audit import Audit
from app.storage.devices import Devices
from app.storage.exports import Exports
from app.storage.grants import Grants
from app.storage.guesses import Guesses
from app.storage.invites import Invites
from app.storage.ledger import Ledger
from app.storage.logins import Logins
from app.storage.pulls import Pulls
from app.storage.receipts import Receipts
from app.storage.records import Records
from app.storage.schema import present_revision
from app.storage.sessions import Sessions
from app.storage.shares import Shares
from app.storage.tokens import Tokens


class Work:
    """What a unit of work may touch. A store for a diary opens only for an access that names its patient."""

    def __init__(self, connection: Connection, access: Access) -> None:
        self._connection = connection
        self._access = access

    @property
    def records(self) -> Records:
        """The records of the patient who acts."""
        return Records(self._connection, self._owner)

    @property
    def lent(self) -> Records:
        """The records that a guest's answer is made from: for app/services/visible.py, which redacts them."""
        return Records(self._connection, self._guest)

    @property
    def grants(self) -> Grants:
        """The grants of whoever is signed in, or the one that a guest reads under."""
        return Grants(self._connection, self._access if isinstance(self._access, Guest) else self._signed_in)

    @property
    def shares(self) -> Shares:
        """Shares: the patient's own, a guest's one, or the one whose token somebody holds."""
        if not isinstance(self._access, (OwnDiary, Guest, Nobody, Operator)):
            raise TypeError("a clinician's account has no links")
        return Shares(self._connection, self._access)

    @property
    def invites(self) -> Invites:
        """Invites to share."""
        return Invites(self._connection, self._signed_in)

    @property
    def receipts(self) -> Receipts:
        """What patients hold of their consents."""
        return Receipts(self._connection, self._signed_in)

    @property
    def audit(self) -> Audit:
        """The access log."""
        if not isinstance(self._access, (Guest, OwnDiary, Operator)):
            raise TypeError("an access log opens for a guest, its patient or the operator")
        return Audit(self._connection, self._access)

    @property
    def ledger(self) -> Ledger:
        """The one way into them."""
        return Ledger(self._connection, self._owner)

    @property
    def pulls(self) -> Pulls:
        """What phones fetch of them."""
        return Pulls(self._connection, self._owner)

    @property
    def exports(self) -> Exports:
        """All of them, for a file of the patient's own."""
        return Exports(self._connection, self._owner)

    @property
    def devices(self) -> Devices:
        """The devices that push to them."""
        return Devices(self._connection, self._owner)

    @property
    def accounts(self) -> Accounts:
        """The account of whoever is signed in."""
        return Accounts(self._connection, self._signed_in)

    @property
    def sessions(self) -> Sessions:
        """The sessions of whoever is signed in."""
        return Sessions(self._connection, self._signed_in)

    @property
    def logins(self) -> Logins:
        """Accounts, for sign-up, sign-in and reset."""
        if isinstance(self._access, (SignedIn, Guest)):
            raise TypeError("whoever is let in has one account, and no other")
        return Logins(self._connection, self._access)

    @property
    def tokens(self) -> Tokens:
        """Sessions, for the bearer of a token."""
        if not isinstance(self._access, Nobody):
            raise TypeError("whoever was let in needs no token")
        return Tokens(self._connection, self._access)

    @property
    def guesses(self) -> Guesses:
        """Wrong passwords."""
        if isinstance(self._access, Guest):
            raise TypeError("a guest has no password")
        return Guesses(self._connection, self._access)

    @property
    def _owner(self) -> OwnDiary:
        if not isinstance(self._access, OwnDiary):
            raise TypeError("a diary opens only for an access that names a patient")
        return self._access

    @property
    def _signed_in(self) -> SignedIn:
        if not isinstance(self._access, SignedIn):
            raise TypeError("an own account needs somebody who is signed in")
        return self._access

    @property
    def _guest(self) -> Guest:
        if not isinstance(self._access, Guest):
            raise TypeError("nobody is let in here but a guest")
        return self._access

    def schema_revision(self) -> str | None:
        """The revision of the schema that the database is at."""
        return present_revision(self._connection)
