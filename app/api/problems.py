"""The one table from codes to HTTP, and every error as one RFC 9457 problem document.

The `type` of a problem is `urn:onset:problem:<code>`: the same on every host, and never a page that could be missing.
Clients decide by `code`. No problem repeats what was sent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any, Final, cast

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Scope

from app.api import outcomes
from app.api.validation import field_errors
from app.domain.errors import FieldError, Invalid, MalformedJson, Refusal, TooManyRequests

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2
"""Seconds after which a client may try again where the refusal itself doesn't say."""
CLIENT_GONE: Final = 499
"""Status in the log where nobody was left to answer (as nginx has it); never on the wire."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What a code means: its HTTP status, a title that never changes, a sentence for where nothing better is known."""

    status: int
    title: str
    detail: str
    rare: bool = False
    """Whether a route that can answer so names the code itself, and not its status alone."""


KINDS: Final[Mapping[str, ProblemKind]] = {
    "malformed-request": ProblemKind(400, "Not understood", "The request was not well-formed HTTP."),
    "malformed-json": ProblemKind(400, "Not understood", "What was sent is not well-formed JSON in UTF-8."),
    "invalid-request": ProblemKind(400, "Not understood", "Something that is needed is missing, or given twice."),
    "unsupported-grant-type": ProblemKind(400, "Not offered", "This way of signing in is not offered here."),
    "invalid-grant": ProblemKind(
        400, "Sign-in not possible", "The e-mail address or password is wrong, or this sign-in has ended."
    ),
    "token-missing": ProblemKind(401, "Please sign in", "You need to be signed in for this."),
    "token-invalid": ProblemKind(401, "Please sign in again", "This sign-in is not valid, or was ended."),
    "token-expired": ProblemKind(401, "Please sign in again", "This sign-in has run out."),
    "passcode-missing": ProblemKind(
        401, "Passcode needed", "This link asks for the passcode that the patient told you.", rare=True
    ),
    "passcode-wrong": ProblemKind(401, "Passcode wrong", "This is not the passcode of this link.", rare=True),
    "wrong-role": ProblemKind(403, "Not for this account", "This is meant for another kind of account."),
    "scope-not-granted": ProblemKind(403, "Not shared", "The patient has not shared this with you."),
    "grant-revoked": ProblemKind(403, "No longer shared", "The patient has ended this sharing."),
    "grant-expired": ProblemKind(403, "No longer shared", "This sharing has run out."),
    "grant-paused": ProblemKind(403, "Sharing paused", "The patient has paused this sharing."),
    "not-found": ProblemKind(404, "Not found", "There is nothing here."),
    "method-not-allowed": ProblemKind(405, "Not possible here", "This address does not offer this action."),
    "request-timeout": ProblemKind(408, "Took too long", "The request did not arrive in time. Please send it again."),
    "email-taken": ProblemKind(409, "Already in use", "There is already an account with this e-mail address."),
    "bad-seq": ProblemKind(409, "Out of order", "This push does not follow the last one of this device."),
    "resync-required": ProblemKind(409, "Start over", "The diary has to be fetched from the beginning."),
    "grant-pending": ProblemKind(409, "Not confirmed yet", "The patient has not confirmed this sharing yet."),
    "not-refreshable": ProblemKind(
        409, "Not possible", "A visit link holds what it held when it was made. Please make a new one.", rare=True
    ),
    "match-number-wrong": ProblemKind(409, "Numbers differ", "This is not the number that the other side shows."),
    "revision-changed": ProblemKind(412, "Changed meanwhile", "The entry was changed since you last saw it."),
    "body-too-large": ProblemKind(413, "Too large", "More was sent than is accepted here."),
    "unsupported-media-type": ProblemKind(
        415, "Wrong format", "What was sent is not in a format that is accepted here, or is compressed."
    ),
    "invalid": ProblemKind(422, "Not accepted", "Some of what was sent cannot be accepted; `errors` says what."),
    "schema-unsupported": ProblemKind(426, "Please update the app", "This version of the app is no longer understood."),
    "revision-required": ProblemKind(428, "Say what you saw", "This change needs If-Match with its revision."),
    "too-many-requests": ProblemKind(429, "Too many attempts", "Please wait a little, then try again."),
    "headers-too-large": ProblemKind(431, "Too large", "The request's headers are larger than is accepted."),
    "internal": ProblemKind(500, "Our mistake", "Something went wrong on our side. It was noted; nothing you did."),
    "overloaded": ProblemKind(503, "Busy", "Too much is going on just now. Please try again in a moment."),
    "database-unavailable": ProblemKind(
        503, "Not reachable", "Your diary cannot be reached just now. Please try again in a moment."
    ),
    "storage-full": ProblemKind(507, "No room", "There is no room to store this just now; nothing was stored."),
}
"""All codes of the service. More may come; none changes its meaning."""

OAUTH_ERRORS: Final = {
    "invalid-grant": "invalid_grant",
    "invalid-request": "invalid_request",
    "unsupported-grant-type": "unsupported_grant_type",
}
"""Codes that carry OAuth's own `error` beside the problem's members (RFC 6749, section 5.2)."""

_OAUTH_ROUTES: Final = frozenset({"/v1/auth/token", "/v1/auth/revoke"})
"""Where every problem has an `error`, since clients of OAuth look for nothing else."""

_MINUTE_S: Final = 60

_PASSCODE: Final = frozenset({"passcode-missing", "passcode-wrong"})
"""Of a link: no token would help."""

_FOR_STATUS: Final = {
    400: "malformed-request",
    401: "token-missing",
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
}


def _oauth_error(code: str) -> str:
    """OAuth's word for a problem that its token endpoint has no own one for (RFC 6749, section 4.1.2.1)."""
    match KINDS[code].status:
        case 429 | 503 | 507:
            return "temporarily_unavailable"
        case 500:
            return "server_error"
        case _:
            return "invalid_request"


type_of = "urn:onset:problem:{}".format

Members = Mapping[str, object]
MembersOf = Mapping[type[Refusal], Callable[[Any], Members]]
"""What a kind of refusal carries beyond the common members, as JSON-ready values (`current`, `last_seq`, ...)."""


def problem_json(  # noqa: PLR0913  what a problem is made of
    code: str,
    *,
    request_id: str,
    detail: str = "",
    errors: Sequence[FieldError] = (),
    members: Members | None = None,
    path: str = "",
) -> bytes:
    """The document itself, as an answer to a request for this path."""
    kind = KINDS[code]
    document: dict[str, object] = {
        "type": type_of(code),
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.detail,
        "code": code,
        "request_id": request_id,
    }
    if code in OAUTH_ERRORS:
        document["error"] = OAUTH_ERRORS[code]
    elif path in _OAUTH_ROUTES:
        document["error"] = _oauth_error(code)
    if errors:
        document["errors"] = errors
    return orjson.dumps({**document, **members} if members else document)


def problem_example(code: str) -> dict[str, Any]:
    """What a problem with this code looks like."""
    error = FieldError(pointer="/pain", code="out-of-range", message="Give a whole number from 0 to 10.")
    errors = [error] if KINDS[code].status == HTTPStatus.UNPROCESSABLE_ENTITY else []
    return orjson.loads(problem_json(code, request_id="0f2e6c1d9a7b4e55", errors=errors))


def outcome_example(code: str) -> dict[str, Any]:
    """What it looks like on a FHIR route."""
    kind = KINDS[code]
    error = FieldError(pointer="date", code="invalid-date", message="There is no such day.")
    errors = [error] if kind.status == HTTPStatus.UNPROCESSABLE_ENTITY else []
    return orjson.loads(outcomes.outcome_json(code, kind.status, kind.title, kind.detail, errors))


def problem_headers(code: str, *, retry_after_s: int | None = None) -> dict[str, str]:
    """The headers that belong to a code, beside Content-Type and Content-Length."""
    match KINDS[code].status:
        case 401:
            if code in _PASSCODE:
                return {"WWW-Authenticate": 'Passcode realm="link"'}
            error = "" if code == "token-missing" else ', error="invalid_token"'
            return {"WWW-Authenticate": f'Bearer realm="onset"{error}'}
        case 408 | 431:
            return {"Connection": "close"}
        case 429 | 503 | 507:
            return {"Retry-After": str(retry_after_s or RETRY_AFTER_S)}
        case _:
            return {}


def problem_response(  # noqa: PLR0913  as problem_json
    code: str,
    *,
    request_id: str,
    detail: str = "",
    errors: Sequence[FieldError] = (),
    members: Members | None = None,
    retry_after_s: int | None = None,
    headers: Mapping[str, str] | None = None,
    path: str = "",
) -> Response:
    """A problem as an HTTP answer; to a request for a FHIR path it is an OperationOutcome, without further members."""
    kind, fhir = KINDS[code], outcomes.speaks(path)
    if fhir:
        body = outcomes.outcome_json(code, kind.status, kind.title, detail or kind.detail, errors)
    else:
        body = problem_json(code, request_id=request_id, detail=detail, errors=errors, members=members, path=path)
    return Response(
        body,
        status_code=kind.status,
        headers={**problem_headers(code, retry_after_s=retry_after_s), **(headers or {})},
        media_type=outcomes.MEDIA_TYPE if fhir else MEDIA_TYPE,
    )


def refusal_response(
    refusal: Refusal, *, request_id: str, members_of: MembersOf | None = None, path: str = ""
) -> Response:
    """A refusal as an HTTP answer; path as in problem_response."""
    members = next((of(refusal) for kind, of in (members_of or {}).items() if isinstance(refusal, kind)), None)
    return problem_response(
        refusal.code,
        request_id=request_id,
        detail=_detail(refusal),
        errors=refusal.errors if isinstance(refusal, Invalid) else (),
        members=members,
        retry_after_s=getattr(refusal, "retry_after_s", None),
        path=path,
    )


def _detail(refusal: Refusal) -> str:
    """What is to be said of this one; empty where the code's own sentence says all."""
    match refusal:
        case MalformedJson():
            return refusal.why
        case TooManyRequests() if refusal.retry_after_s > _MINUTE_S:
            return f"Please wait {ceil(refusal.retry_after_s / _MINUTE_S)} minutes, then try again."
        case _:
            return refusal.detail


def request_id_of(scope: Scope) -> str:
    """The id that the middleware gave this request; empty where no middleware has run."""
    return str(scope.get("state", {}).get("request_id", ""))


def install(app: FastAPI, members_of: MembersOf | None = None) -> None:
    """Answers every refusal, and every error that the framework itself raises, with a problem.

    What nobody expected is answered by the middleware, which sees errors outside of handlers too.
    """

    async def on_refusal(request: Request, exc: Exception) -> Response:
        refusal = cast("Refusal", exc)
        return refusal_response(
            refusal, request_id=request_id_of(request.scope), members_of=members_of, path=request.scope["path"]
        )

    async def on_http_exception(request: Request, exc: Exception) -> Response:
        status, path = cast("HTTPException", exc).status_code, request.scope["path"]
        if status not in _FOR_STATUS:
            raise exc
        code, allow = _FOR_STATUS[status], None
        if code == "method-not-allowed":
            allow = {"Allow": ", ".join(_allowed_methods(request.app, request.scope))}
        elif outcomes.speaks(path) and request.method not in outcomes.METHODS:  # of whatever there might be
            code, allow = "method-not-allowed", {"Allow": ", ".join(outcomes.METHODS)}
        return problem_response(code, request_id=request_id_of(request.scope), headers=allow, path=path)

    async def on_invalid_parameters(request: Request, exc: Exception) -> Response:
        errors = field_errors(cast("RequestValidationError", exc).errors(), of_parameters=True)
        return refusal_response(Invalid(errors), request_id=request_id_of(request.scope), path=request.scope["path"])

    async def on_client_gone(_request: Request, _exc: Exception) -> Response:
        return Response(status_code=CLIENT_GONE)

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid_parameters)
    app.add_exception_handler(ClientDisconnect, on_client_gone)


def _allowed_methods(app: FastAPI, scope: Scope) -> list[str]:
    """The methods of all routes that have this path; the framework itself names those of the first only."""
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    methods: set[str] = set()
    for route in iter_route_contexts(app.routes):
        if route.methods and route.path_regex.match(path):
            methods |= route.methods
    if "GET" in methods or not methods:  # what is no route is a folder of static files
        methods |= {"GET", "HEAD"}
    return sorted(methods)


def problems(*which: int | str) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: the statuses (with all their codes) or single codes that it can answer with."""
    codes: dict[int, list[str]] = {}
    for code, kind in KINDS.items():
        if code in which or (kind.status in which and not kind.rare):
            codes.setdefault(kind.status, []).append(code)
    unknown = set(which) - set(codes) - set(KINDS)
    if unknown:
        raise ValueError(f"no problem for {unknown}")
    return {
        status: {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in named)}",
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in named},
                }
            },
        }
        for status, named in codes.items()
    }
