"""Where a document comes from: the patient wrote it, the service put it together."""

from datetime import datetime
from typing import Final

from app.domain.fhir.codes import TERMINOLOGY
from app.domain.fhir.datatypes import Part, Resource, coding, concept, instant
from app.domain.fhir.names import Names

_KINDS: Final = TERMINOLOGY("provenance-participant-type")


def provenance(names: Names, at: datetime) -> Resource:
    """The Provenance of the Composition."""
    return {
        "resourceType": "Provenance",
        "id": names.of("Provenance"),
        "target": [names.to("Composition", names.of("Composition"))],
        "recorded": instant(at),
        "agent": [
            _agent("author", names.to_patient),
            _agent("assembler", names.to("Device", names.of("Device"))),
        ],
    }


def _agent(kind: str, who: Part) -> Part:
    return {"type": concept(coding(_KINDS, kind)), "who": who}
