"""Who acts, as what and for whom. No store opens without one of these values."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.ids import AccountId, AccountKey, Device, PatientKey, Revision, SessionId, SessionKey


class Role(StrEnum):
    """What an account is; one role an account."""

    PATIENT = "patient"
    CLINICIAN = "clinician"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody:
    """A caller who has not signed in: sign-up, sign-in, password reset."""

    network: str


ANYWHERE = Nobody(network="")
"""The bearer of a token, which is as good from one network as from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The person who runs the service, at its command line."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """An account in one of its sessions."""

    account: AccountKey
    account_id: AccountId
    role: Role
    session: SessionKey
    session_id: SessionId
    locale: str
    """BCP 47; the language in which the account reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDiary(SignedIn):
    """A patient acting on the own diary."""

    patient: PatientKey
    time_zone: str
    day_start_minutes: int
    """Minutes after midnight up to which a dose belongs to the evening before."""
    revision: Revision
    """The diary's revision when the caller was let in, read with the token: good for an ETag, not for a write."""

    @property
    def device(self) -> Device:
        """The name under which REST writes of this session stand in the history."""
        return Device(f"api:{self.session_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody whom a patient's consent lets read: a clinician under a grant, or whoever holds a link.

    Opens what is needed to answer under the consent and to log that, and no more. Holding one allows nothing yet:
    whether the consent still stands is asked in the transaction that writes the log.
    """

    patient: PatientKey
    label: str
    """Who it says it is, as the patient will read it."""
    assurance: str
    grant_id: str | None = None
    share_id: str | None = None


Access = Nobody | Operator | SignedIn | OwnDiary | Guest
