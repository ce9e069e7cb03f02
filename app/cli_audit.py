"""scripts/onset: what an operator asks of the access logs."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from app.cli_data import Commands
from app.config import Settings
from app.services.auditing import touched, verify_logs
from app.storage.data_folder import present_key

_DAMAGED = 1


class NoKey(Exception):
    """The key that the logs were written with is not here."""


def add_commands(add: Commands, need_database: Callable[[Settings], None]) -> None:
    """Adds these commands; `need_database` raises where the database is away, or not at this version's schema."""

    def verify(settings: Settings, _chosen: argparse.Namespace) -> int:
        need_database(settings)
        return _verify(settings)

    def list_touched(settings: Settings, chosen: argparse.Namespace) -> int:
        need_database(settings)
        return _touched(settings, chosen.since, chosen.until)

    add(
        "verify-audit", verify, "Check that no row of an access log was changed or taken away. It needs the secret key."
    )
    about = "List the patients whose data was served to others in a stretch of time, for a breach notice."
    listing = add("touched", list_touched, about)
    how = "a date (midnight UTC) or an instant such as 2026-03-01T12:00:00Z"
    listing.add_argument("--from", dest="since", type=_instant, required=True, metavar="WHEN", help=how)
    listing.add_argument(
        "--to", dest="until", type=_instant, required=True, metavar="WHEN", help=f"{how}; not included"
    )


def _verify(settings: Settings) -> int:
    named = settings.secret_key
    key = named.get_secret_value().encode() if named else present_key(settings.data)
    if key is None:
        raise NoKey(f"there is no secret key in {settings.data}; set ONSET_SECRET_KEY, or bring back secret.key")
    found = verify_logs(settings.resolved_database_url(), key)
    for fault in found.faults:
        print(f"onset: the log of {fault.patient} is not as it was written: row {fault.seq}", file=sys.stderr)
    print(f"logs: {found.logs}, damaged: {len(found.faults)}", flush=True)
    return _DAMAGED if found.faults else 0


def _touched(settings: Settings, since: datetime, until: datetime) -> int:
    found = touched(settings.resolved_database_url(), since, until)
    for patient in found:
        print(f"{patient.patient} {patient.email} answers: {patient.reads}")
    print(f"patients: {len(found)}", flush=True)
    return 0


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("give a date, or an instant such as 2026-03-01T12:00:00Z") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
