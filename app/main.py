"""The composition root: settings become a database, the parts of the service, and the application.

The only file that knows all parts.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware

from app import __version__
from app.api import document, fhir, fhir_ones, fhir_schemas, links, middleware, problems, route_index, v1
from app.api.admission import Admission
from app.api.metrics import Metrics
from app.api.network import parse_proxies
from app.api.ops import Readiness, operations
from app.api.problems import MembersOf
from app.api.rendered import Rendered
from app.api.unchanged import Unchanged
from app.api.v1 import trends
from app.api.v1.records import record_of
from app.config import Environment, Settings, Switch
from app.domain.access import Operator
from app.domain.clock import Clock, system_clock
from app.domain.errors import Refusal
from app.domain.sharing.share import PasscodeMissing
from app.domain.sync.change import EntryChanged
from app.domain.sync.epoch import ResyncRequired
from app.domain.sync.push import BadSeq
from app.domain.sync.schema import SchemaUnsupported
from app.security.limits import RouteLimits
from app.security.links import Tickets
from app.security.passwords import HashingCost, Passwords
from app.security.signing import Signer
from app.services.mail import Mailer, SmtpMailer
from app.services.news import News
from app.services.parts import Parts
from app.services.printing import Printer
from app.services.turns import Turns
from app.services.upkeep import keep_tidy
from app.storage import data_folder, sqlite_library
from app.storage.bulletin import Bulletin
from app.storage.database import Database
from app.storage.engines import sqlite_file
from app.storage.erasures import Erasures
from app.storage.moves import Tell
from app.storage.schema import wanted_revision
from app.web import invite, reset, viewer

_DESCRIPTION = (
    "A symptom diary for people on low-dose naltrexone: daily scores and doses from several devices, and honest trend "
    "summaries. It describes and never advises."
)


class UnsafeLibrary(Exception):
    """Production refuses an SQLite library that can lose committed writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """What tests put in place of the real thing: the clock, mail, and the cost of hashing; nothing else has one."""

    clock: Clock = system_clock
    mailer: Mailer | None = None
    hashing: HashingCost | None = None


def create_app(settings: Settings, stand_ins: StandIns | None = None) -> FastAPI:
    """The application; its database opens and closes with its lifespan."""
    admission = Admission()
    metrics = Metrics(admission)
    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title="Onset",
        version=__version__,
        summary=_DESCRIPTION,
        openapi_url="/v1/openapi.json",
        generate_unique_id_function=document.operation_id,
        static_url="/docs/assets",
        redirect_slashes=False,
        lifespan=partial(_lifespan, settings, stand_ins or StandIns()),
    )
    app.state.admission = admission
    app.state.trusted_proxies = parse_proxies(settings.trusted_proxies)
    app.state.public_url = settings.public_url if "public_url" in settings.model_fields_set else None
    app.state.rendered = Rendered()
    app.state.stopping = asyncio.Event()
    v1.install(app)
    app.router.routes.extend([*fhir.ROUTES, *fhir_ones.ROUTES])
    app.router.routes.extend(links.router.routes)
    app.include_router(operations(metrics, lambda: readiness(app.state.parts.database)))
    app.include_router(reset.router)
    app.include_router(viewer.router)
    app.include_router(invite.router)
    document.install(app, {**v1.SCHEMAS, **fhir_schemas.SCHEMAS, **links.SCHEMAS}, v1.EXAMPLES)
    route_index.install(app)
    middleware.install(app, metrics, Middleware(Unchanged, below=trends.PATH, tag=trends.present_tag))
    problems.install(app, _MEMBERS)
    return app


_MEMBERS: MembersOf = {
    EntryChanged: lambda changed: {"current": changed.current and record_of(changed.current)},
    BadSeq: lambda bad: {"last_seq": bad.last_seq},
    ResyncRequired: lambda other: {"epoch": other.epoch, "forked_at": other.forked_at, "last_seq": other.last_seq},
    PasscodeMissing: lambda asked: {"remainingAttempts": asked.remaining_attempts},
    SchemaUnsupported: lambda old: {"min_schema": old.min_schema, "max_schema": old.max_schema},
}
"""What a problem tells beside its code, for refusals that carry more."""


@asynccontextmanager
async def _lifespan(settings: Settings, stand_ins: StandIns, app: FastAPI) -> AsyncGenerator[None]:
    file = sqlite_file(settings.resolved_database_url())
    with data_folder.own(file.parent) if file else nullcontext():
        app.state.parts = parts = make_parts(settings, stand_ins)
        ending = asyncio.create_task(_end(parts.news, app.state.stopping))
        tidying = asyncio.create_task(keep_tidy(parts))
        with _spread(parts.news, settings), closing(parts):
            try:
                yield
            finally:
                ending.cancel()
                tidying.cancel()


async def _end(news: News, stopping: asyncio.Event) -> None:
    """Lets nobody wait any more once the service stops, since the stop waits for them."""
    await stopping.wait()
    news.end()


@contextmanager
def _spread(news: News, settings: Settings) -> Generator[None]:
    """Joins the news to those of the other workers, if there can be any: on SQLite one process owns the data."""
    url = settings.resolved_database_url()
    if sqlite_file(url):
        yield
        return
    bulletin = Bulletin(url, heard=news.heard, waited_for=news.waited_for)
    news.pass_on(bulletin.post)
    try:
        yield
    finally:
        bulletin.close()


def open_database(settings: Settings, on_move: Tell | None = None) -> Database:
    """The database of the settings; production refuses an unsafe SQLite library."""
    url = settings.resolved_database_url()
    if sqlite_file(url) and not sqlite_library.is_safe and settings.env is Environment.PRODUCTION:
        raise UnsafeLibrary(f"SQLite {sqlite_library.version} can lose committed writes; 3.51.3 or later is needed")
    return Database(url, replica_url=settings.replica_url, on_move=on_move)


def secret_key_of(settings: Settings) -> bytes:
    """The operator's, else the one that is made and kept in the data folder."""
    named = settings.secret_key
    return named.get_secret_value().encode() if named else data_folder.secret_key(settings.data)


def make_parts(settings: Settings, stand_ins: StandIns) -> Parts:
    """The parts of the service; whoever makes them closes their database and passwords."""
    secret_key = secret_key_of(settings)
    news = News()
    return Parts(
        database=open_database(settings, on_move=news.moved),
        news=news,
        clock=stand_ins.clock,
        chance=secrets.token_bytes,
        passwords=Passwords(cost=stand_ins.hashing),
        secret_key=secret_key,
        signer=Signer(secret_key),
        limits=RouteLimits(clock=stand_ins.clock) if settings.limits is Switch.ON else None,
        mailer=stand_ins.mailer or _mailer(settings),
        public_url=settings.public_url,
        erasures=Erasures(settings.data),
        printer=Printer(),
        tickets=Tickets(secret_key),
        turns=Turns(),
    )


def _mailer(settings: Settings) -> Mailer | None:
    url = settings.smtp_url
    return SmtpMailer(url.get_secret_value(), sender=settings.mail_from) if url else None


async def readiness(database: Database) -> Readiness:
    """Whether requests can be served: the database answers, and its schema is this version's."""
    checks = {"database": "ok", "migrations": "ok"}
    try:
        present = await database.read(Operator(reason="readiness"), lambda work: work.schema_revision())
        if present != wanted_revision():
            checks["migrations"] = "behind"
    except Refusal as refusal:
        checks = {"database": refusal.code, "migrations": "unknown"}
    ready = set(checks.values()) == {"ok"}
    if database.is_sqlite:
        checks["sqlite"] = f"{sqlite_library.version} {'safe' if sqlite_library.is_safe else 'unsafe'}"
    return Readiness(ready=ready, checks=checks)
