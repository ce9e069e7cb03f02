"""Conditional requests (RFC 9110, section 13).

Tags are strong and name the content: a record's is its revision in quotes, whatever the coding in which it travels.
"""

import re
from collections.abc import Callable
from typing import Final

from fastapi import Request, Response

from app.domain.errors import FieldError, Invalid
from app.domain.ids import Revision
from app.domain.sync.change import ANY_REVISION, NEVER_SEEN

NO_REVISION: Final = Revision(-1)
"""What If-Match names where it names no revision of ours: no record has it, so the write is refused with 412."""

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_EACH_TAG = re.compile(_TAG)
_REVISION_TAG = re.compile(r'"([1-9][0-9]{0,17})"')


def revision_tag(revision: Revision) -> str:
    """The strong ETag of a record at this revision."""
    return f'"{revision}"'


def is_known(request: Request, etag: str) -> bool:
    """Whether If-None-Match names this tag: compared weakly; `*` names any; what is not a list of tags names none."""
    named = ",".join(request.headers.getlist("if-none-match"))
    if named.strip() in {etag, "*"}:
        return True
    if not _TAGS.fullmatch(named):
        return False
    return etag in {tag[0].removeprefix("W/") for tag in _EACH_TAG.finditer(named)}


def conditional(
    request: Request,
    etag: str,
    content: Callable[[], bytes],
    *,
    media_type: str = "application/json",
    cache_control: str | None = None,
) -> Response:
    """304 without a body where the client has this content already; else the content, made only now."""
    headers = {"ETag": etag}
    if cache_control is not None:
        headers["Cache-Control"] = cache_control
    if is_known(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content(), headers=headers, media_type=media_type)


def expected_revision(request: Request) -> Revision | None:
    """The revision that a write is meant for, from If-Match: ANY_REVISION for `*`, None without that header.

    Tags are compared strongly, so a weak one, or one that is not ours, is NO_REVISION and ends as 412. Several, or what
    is not a tag at all, are a mistake of the client's program: 422.
    """
    named = _named(request, "if-match")
    if not named or named == "*":
        return ANY_REVISION if named else None
    if not _TAGS.fullmatch(named) or sum(1 for _ in _EACH_TAG.finditer(named)) != 1:
        message = 'This must be one revision in quotes, such as "41", or *.'
        raise Invalid([FieldError(pointer="If-Match", code="wrong-type", message=message)])
    revision = _REVISION_TAG.fullmatch(named)
    return Revision(int(revision[1])) if revision else NO_REVISION


def expected_by_put(request: Request) -> Revision | None:
    """As `expected_revision`; for `If-None-Match: *`, which asks that there be no record yet, NEVER_SEEN.

    Another If-None-Match says nothing that a write could heed: 422.
    """
    expected = expected_revision(request)
    named = _named(request, "if-none-match")
    if not named:
        return expected
    if named != "*":
        raise Invalid([FieldError(pointer="If-None-Match", code="wrong-type", message="This must be * on a write.")])
    return NEVER_SEEN if expected is None else NO_REVISION


def _named(request: Request, header: str) -> str:
    return ",".join(request.headers.getlist(header)).strip()
