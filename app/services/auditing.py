"""What an operator asks of the access logs: whether they are whole, and whose data a stretch of time touched."""

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.access import Operator
from app.domain.ids import AccountId
from app.domain.sharing.access_log import Outcome, first_fault, log_key
from app.storage.audits import all_logs

_VERIFY: Final = Operator(reason="verify-audit")
_TOUCHED: Final = Operator(reason="touched")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A log that is not as it was written."""

    patient: AccountId
    seq: int
    """The first row that is changed or missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found in all logs."""

    logs: int
    """Those with a row."""
    faults: list[Fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A patient whose data somebody else was served."""

    patient: AccountId
    email: str
    reads: int


def verify_logs(url: str, secret_key: bytes) -> Verified:
    """Goes through every patient's chain; refuses as Database does."""
    key, faults, logs = log_key(secret_key), list[Fault](), 0
    with all_logs(url, _VERIFY) as audit:
        for patient, account, _ in audit.patients():
            head = audit.head(patient)
            logs += head is not None
            with closing(audit.whole(patient)) as rows:
                seq = first_fault(key, account, rows, head)
            if seq is not None:
                faults.append(Fault(patient=account, seq=seq))
    return Verified(logs=logs, faults=faults)


def touched(url: str, since: datetime, until: datetime) -> list[Touched]:
    """The patients of whom something was served from `since` on and before `until`; refuses as Database does."""
    found: list[Touched] = []
    with all_logs(url, _TOUCHED) as audit:
        for patient, account, email in audit.patients():
            rows = (json.loads(link.text) for link in audit.between(patient, since, until))
            reads = sum(row["outcome"] != Outcome.DENIED for row in rows)
            if reads:
                found.append(Touched(patient=account, email=email, reads=reads))
    return found
