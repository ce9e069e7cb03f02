"""scripts/onset: what an operator does from the command line."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from app import __version__, cli_audit, cli_data
from app.api.ops import Readiness
from app.cli_audit import NoKey
from app.cli_data import NoSuchPatient
from app.config import Environment, Settings
from app.domain.access import Operator, Role
from app.domain.accounts import EmailTaken
from app.domain.accounts import Settings as AccountSettings
from app.domain.errors import DatabaseUnavailable, Invalid, NotFound, Refusal, StorageFull
from app.logs import configure_logs
from app.main import StandIns, UnsafeLibrary, create_app, make_parts, open_database, readiness
from app.server import raise_file_limit, server, settle_memory, tame_malloc
from app.services.accounts import set_password, sign_up
from app.services.backup import RestoreRefused
from app.services.backup_file import DamagedBackup
from app.services.demo import make_demo
from app.services.parts import Parts
from app.storage import sqlite_library
from app.storage.data_folder import DataFolderInUse, ShortKey, own, present_key
from app.storage.engines import make_engine, sqlite_file
from app.storage.schema import migrate

T = TypeVar("T")

_REFUSED = 1
_HOW_PASSWORD = "The password is asked for, or read from standard input."  # noqa: S105 - a sentence

_WHY = {
    DatabaseUnavailable.code: "the database cannot be reached; is it running, and is ONSET_DATABASE_URL right?",
    StorageFull.code: "there is no room left for the database",
}


class NotMigrated(Exception):
    """The database is not at this version's schema, so nothing can be stored in it."""


_SAID = (DamagedBackup, DataFolderInUse, NoKey, NoSuchPatient, NotMigrated, RestoreRefused, ShortKey, UnsafeLibrary)
"""What says by itself what to change."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; answers the exit code."""
    chosen = _parser().parse_args(arguments)
    os.umask(0o077)  # what is written is a diary or a key
    try:
        settings = Settings() if chosen.data is None else Settings(data=chosen.data)
        return chosen.run(settings, chosen)
    except ValidationError as unusable:
        return _refuse("; ".join(_complaints(unusable)))
    except _SAID as refused:
        return _refuse(str(refused))
    except Invalid as invalid:
        return _refuse("; ".join(error.message for error in invalid.errors))
    except Refusal as refusal:
        return _refuse(_WHY.get(refusal.code, f"refused: {refusal.code}"))
    except OSError as failure:
        return _refuse(": ".join(filter(None, (failure.filename, failure.strerror))) or type(failure).__name__)


def _complaints(unusable: ValidationError) -> Iterator[str]:
    """What is wrong with each setting, without its value: some are secret."""
    for error in unusable.errors(include_url=False, include_context=False, include_input=False):
        named = "".join(f"ONSET_{part}: ".upper() for part in error["loc"][:1])
        yield named + error["msg"].removeprefix("Value error, ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/onset", description="Onset, a symptom diary service.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Settings, argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.add_argument("--data", type=Path, metavar="DIR", help="the data folder (default ./data, or ONSET_DATA)")
        added.set_defaults(run=run)
        return added

    serve = command("serve", _serve, "Apply migrations and start the service.")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--demo", action="store_true", help="add an account with 24 weeks of simulated diary")
    command("migrate", _migrate, "Bring the database to this version's schema.")
    command("check", _check, "Say whether the service could run: database, migrations, SQLite library.")
    account = command("create-account", _create_account, f"Make an account. {_HOW_PASSWORD}")
    account.add_argument("email")
    account.add_argument("--role", choices=[role.value for role in Role], default=Role.PATIENT.value)
    account.add_argument("--time-zone", default="UTC", metavar="ZONE", help="an IANA name such as Europe/London")
    reset = command("reset-password", _reset_password, f"Set a password, and end all sessions. {_HOW_PASSWORD}")
    reset.add_argument("email")
    cli_data.add_commands(command, _need_database)
    cli_audit.add_commands(command, _need_database)
    return parser


def _serve(settings: Settings, chosen: argparse.Namespace) -> int:
    if chosen.demo and settings.env is Environment.PRODUCTION:
        return _refuse("--demo makes an account that everybody can see; it is not for production")
    configure_logs(settings.log_level)
    raise_file_limit()
    tame_malloc()
    _migrate(settings, chosen)
    app = create_app(settings.served_at(chosen.port))
    demo = asyncio.run(_with_parts(settings, make_demo)) if chosen.demo else None
    if not sqlite_library.is_safe and settings.resolved_database_url().startswith("sqlite"):
        _say(f"Warning: SQLite {sqlite_library.version} can lose committed writes; use 3.51.3 or later.")

    def started(port: int) -> None:
        settle_memory()
        _say(f"Onset is at http://{chosen.host}:{port} (to try it: /docs there)")
        if demo:
            _say(f"Demonstration account: {demo.email}  password: {demo.password}")

    server(
        app,
        host=chosen.host,
        port=chosen.port,
        admission=app.state.admission,
        stopping=app.state.stopping,
        on_start=started,
    ).run()
    return 0


def _migrate(settings: Settings, _chosen: argparse.Namespace) -> int:
    url = settings.resolved_database_url()
    file = sqlite_file(url)
    # On SQLite the database's folder has one owner: nobody changes the schema under a service that runs.
    with own(file.parent) if file else nullcontext():
        migrate(make_engine(url))
    return 0


def _check(settings: Settings, _chosen: argparse.Namespace) -> int:
    state = _state(settings)
    for name, found in state.checks.items():
        _say(f"{name}: {found}")
    if settings.secret_key is None and present_key(settings.data) is None:
        _say(f"secret key: missing in {settings.data}; `scripts/onset serve` makes one")
    return 0 if state.ready else _REFUSED


def _state(settings: Settings) -> Readiness:
    """Whether the database is there and at this version's schema; looking makes neither files nor folders."""
    file = sqlite_file(settings.resolved_database_url())
    if file and not file.exists():
        missing = f"missing at {file}; `scripts/onset migrate` makes it"
        return Readiness(ready=False, checks={"database": missing, "migrations": "unknown"})

    async def look() -> Readiness:
        database = open_database(settings)
        try:
            return await readiness(database)
        finally:
            database.close()

    return asyncio.run(look())


def _need_database(settings: Settings) -> None:
    checks = _state(settings).checks
    if checks["database"] == DatabaseUnavailable.code:
        raise DatabaseUnavailable
    if checks["migrations"] != "ok":
        raise NotMigrated("the database is not at this version's schema; `scripts/onset migrate` brings it there")


def _create_account(settings: Settings, chosen: argparse.Namespace) -> int:
    _need_database(settings)
    password = _asked_password()
    account_settings = AccountSettings(time_zone=chosen.time_zone)

    async def create(parts: Parts) -> str:
        operator = Operator(reason="create-account")
        account = await sign_up(
            parts,
            operator,
            email=chosen.email,
            password=password,
            role=Role(chosen.role),
            settings=account_settings,
        )
        return account.id

    try:
        _say(f"Made account {asyncio.run(_with_parts(settings, create))}.")
    except EmailTaken:
        return _refuse("there is already an account with this e-mail address")
    return 0


def _reset_password(settings: Settings, chosen: argparse.Namespace) -> int:
    _need_database(settings)
    password = _asked_password()

    async def reset(parts: Parts) -> None:
        await set_password(parts, Operator(reason="reset-password"), email=chosen.email, new_password=password)

    try:
        asyncio.run(_with_parts(settings, reset))
    except NotFound:
        return _refuse("there is no account with this e-mail address")
    _say("The password is set; all sessions of the account have ended.")
    return 0


def _asked_password() -> str:
    """Never an argument: those stand in the list of processes and in the shell's history."""
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


async def _with_parts(settings: Settings, use: Callable[[Parts], Awaitable[T]]) -> T:
    parts = make_parts(settings, StandIns())
    try:
        return await use(parts)
    finally:
        parts.close()


def _say(line: str) -> None:
    print(line, flush=True)


def _refuse(why: str) -> int:
    print(f"onset: {why}", file=sys.stderr, flush=True)
    return _REFUSED


if __name__ == "__main__":
    sys.exit(main())
