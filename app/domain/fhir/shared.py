"""A redacted diary as FHIR is made from it: for clinicians under a grant, and for the files of links."""

from collections.abc import Iterable
from datetime import datetime
from hmac import digest
from typing import TypeVar

from app.domain.fhir import shown
from app.domain.fhir.consent import Permission
from app.domain.fhir.names import Names
from app.domain.fhir.search import Span
from app.domain.sharing.consent import Grant, Status
from app.domain.sharing.scopes import Scope, in_order
from app.domain.sharing.terms import Terms
from app.domain.sharing.visible import VisibleDiary

_T = TypeVar("_T", shown.Day, shown.Moment, shown.Dose)


def shared_names(terms: Terms, *, pid: str | None = None, in_bundle: bool = False) -> Names:
    """The names under which one consent shows resources: those of two consents have nothing in common."""
    return Names(digest(terms.id_key, b"fhir", "sha256"), pid=pid, in_bundle=in_bundle)


def shared_diary(visible: VisibleDiary, person: shown.Person, span: Span, *, with_trends: bool = False) -> shown.Shown:
    """What can be seen of the diary on these dates; trends only with the scope `summary`, and no reasons."""
    trends = with_trends and Scope.SUMMARY in visible.scopes
    return shown.Shown(
        person=person,
        as_of=visible.as_of,
        conditions=[*visible.conditions.values()],
        measures=visible.measures,
        steps=visible.steps,
        medications=visible.medications,
        days=_within(visible.days, span),
        moments=_within(visible.moments, span),
        doses=_within(visible.doses, span),
        summaries=[visible.summary(condition) for condition in visible.conditions] if trends else (),
    )


def link_permission(
    share_id: str, terms: Terms, given_at: datetime, expires_at: datetime, *, active: bool
) -> Permission:
    """What a Consent says of a share, whose recipient is whoever holds the link."""
    return Permission(
        id=share_id,
        active=active,
        given_at=given_at,
        expires_at=expires_at,
        scopes=tuple(scope.value for scope in in_order(terms.scopes)),
        data_from=terms.data_from,
        data_to=terms.data_to,
    )


def permission_of(grant: Grant, now: datetime) -> Permission:
    """What a Consent says of a grant."""
    recipient, terms = grant.recipient, grant.terms
    return Permission(
        id=grant.id,
        active=grant.status_at(now) is Status.ACTIVE,
        given_at=grant.confirmed_at or grant.created_at,
        expires_at=grant.expires_at,
        scopes=tuple(scope.value for scope in in_order(terms.scopes)),
        recipient=", ".join(filter(None, (recipient.name, recipient.organisation))) or recipient.email,
        data_from=terms.data_from,
        data_to=terms.data_to,
    )


def _within(rows: Iterable[_T], span: Span) -> list[_T]:
    return [row for row in rows if span.first <= row.local_date <= span.last]
