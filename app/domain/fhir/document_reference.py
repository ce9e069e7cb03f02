"""DocumentReferences: a PDF within the Bundle itself, for readers that show files and no data."""

from base64 import b64encode
from datetime import datetime
from typing import Final

from app.domain.fhir.codes import PATIENT_NOTE, PATIENT_SUMMARY
from app.domain.fhir.datatypes import Part, Resource, concept, instant
from app.domain.fhir.names import Names

_TITLES: Final = ((PATIENT_NOTE, "The patient's story"), (PATIENT_SUMMARY, "Health diary"))


def document_references(story: bytes, rendering: bytes, names: Names, at: datetime) -> list[Resource]:
    """The patient's own story, and a rendering of everything else in the Bundle; both are whole PDF files."""
    return [
        _document(kind, title, pdf, names, at) for (kind, title), pdf in zip(_TITLES, (story, rendering), strict=True)
    ]


def _document(kind: Part, title: str, pdf: bytes, names: Names, at: datetime) -> Resource:
    attachment = {"contentType": "application/pdf", "data": b64encode(pdf).decode(), "title": title}
    return {
        "resourceType": "DocumentReference",
        "id": names.of("DocumentReference", kind["code"]),
        "status": "current",
        "type": concept(kind),
        "subject": names.to_patient,
        "date": instant(at),
        "author": [names.to_patient],
        "content": [{"attachment": attachment | {"creation": instant(at)}}],
    }
