"""AuditEvents: who else read the diary, or was refused, as the patient's access log has it."""

import json
from typing import Any, Final

from app.domain.fhir.codes import TERMINOLOGY
from app.domain.fhir.datatypes import Part, Resource, coding, instant_text, present, text_of
from app.domain.fhir.names import Names
from app.domain.sharing.access_log import Link, Outcome

_REST: Final = coding(TERMINOLOGY("audit-event-type"), "rest", "Restful Operation")
_SERVED, _DENIED = "0", "4"
_READERS: Final = {"clinician": "A clinician", "link": "Whoever held a link", "operator": "The operator"}


def audit_event(link: Link, names: Names) -> Resource:
    """The resource of one row; a denial's code is its description."""
    row: dict[str, Any] = json.loads(link.text)
    actor, denied = row["actor"], row["outcome"] == Outcome.DENIED
    return present(
        resourceType="AuditEvent",
        id=names.of("AuditEvent", link.seq),
        type=_REST,
        action="R",
        recorded=instant_text(row["at"]),
        outcome=_DENIED if denied else _SERVED,
        outcomeDesc=row["code"] if denied else row["outcome"],
        agent=[
            {
                "type": {"text": _READERS[actor["kind"]]},
                "name": text_of(actor["label"]) or _READERS[actor["kind"]],
                "requestor": True,
            }
        ],
        source={"observer": {"display": "Onset"}},
        entity=[present(what=names.to_patient, description=row["route"], detail=[*_details(row)])],
    )


def _details(row: dict[str, Any]) -> list[Part]:
    told: dict[str, Any] = {
        "assurance": row["actor"]["assurance"],
        "conditions": " ".join(row["conditions"]),
        "from": row["from"],
        "to": row["to"],
        **row["counts"],
    }
    return [{"type": name, "valueString": str(value)} for name, value in told.items() if value not in {None, ""}]
