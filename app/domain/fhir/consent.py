"""The Consent: what a patient allowed one reader to see, and until when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.domain.fhir.codes import CONSENT_DOCUMENT, TERMINOLOGY
from app.domain.fhir.datatypes import Part, Resource, coding, concept, instant, period, present, text_of
from app.domain.fhir.names import Names

_SCOPE: Final = concept(coding(TERMINOLOGY("consentscope"), "patient-privacy"))
_OPT_IN: Final = concept(coding(TERMINOLOGY("v3-ActCode"), "OPTIN"))
_RECIPIENT: Final = concept(coding(TERMINOLOGY("v3-ParticipationType"), "IRCP"))
_TREATMENT: Final = coding(TERMINOLOGY("v3-ActReason"), "TREAT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a Consent says of a grant or a share; ids are shown by their hash alone."""

    id: str
    active: bool
    """Whether it may be used now; a paused, ended or expired one may not."""
    given_at: datetime
    expires_at: datetime
    scopes: tuple[str, ...]
    recipient: str | None = None
    """Whom the patient named, as text."""
    data_from: date | None = None
    data_to: date | None = None


def consent(permission: Permission, names: Names) -> Resource:
    """The resource; the span of the permission itself is told to the second, that of the data by its dates."""
    recipient = text_of(permission.recipient)
    return {
        "resourceType": "Consent",
        "id": names.of("Consent", permission.id),
        "status": "active" if permission.active else "inactive",
        "scope": _SCOPE,
        "category": [concept(CONSENT_DOCUMENT)],
        "patient": names.to_patient,
        "dateTime": instant(permission.given_at),
        "performer": [names.to_patient],
        "policyRule": _OPT_IN,
        "provision": present(
            type="permit",
            period={"start": instant(permission.given_at), "end": instant(permission.expires_at)},
            actor=[_actor(recipient)] if recipient else [],
            purpose=[_TREATMENT],
            code=[concept(text=scope) for scope in permission.scopes],
            dataPeriod=period(permission.data_from, permission.data_to),
        ),
    }


def _actor(recipient: str) -> Part:
    return {"role": _RECIPIENT, "reference": {"display": recipient}}
