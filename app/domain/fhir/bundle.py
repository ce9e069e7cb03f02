"""Bundles: a document to hand over, a collection for one-scan check-in, and the pages of a search."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Final

from app.domain.fhir.composition import Contents, composition
from app.domain.fhir.condition import conditions
from app.domain.fhir.consent import Permission, consent
from app.domain.fhir.datatypes import Part, Resource, instant, present
from app.domain.fhir.device import device
from app.domain.fhir.document_reference import document_references
from app.domain.fhir.lean import FULL_DRESS, lean
from app.domain.fhir.medication_administration import medication_administrations
from app.domain.fhir.medication_statement import medication_statements
from app.domain.fhir.names import URN, Names
from app.domain.fhir.observation import observations
from app.domain.fhir.patient import patient
from app.domain.fhir.provenance import provenance
from app.domain.fhir.shown import Shown
from app.domain.fhir.step_observation import step_observations
from app.domain.fhir.trend_observation import trend_observations

_MANY: Final = frozenset({"Observation", "MedicationAdministration"})
"""In a Bundle these have no id beside their fullUrl: five years of it would be half a megabyte of repetition."""


def document(
    shown: Shown, names: Names, at: datetime, version: str, *, permission: Permission | None = None
) -> Resource:
    """The document Bundle: the Composition first, then all that it speaks of.

    The names are those for Bundles; version is the service's. Under a grant there is a permission, and a Consent of it.
    """
    contents = _contents(shown, names, permission)
    resources = chain(
        (composition(shown, contents, names, at), patient(shown.person, names), device(names, version)),
        contents.all,
        (provenance(names, at),),
    )
    return {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"{URN}{names.of('Bundle', instant(at))}"},
        "type": "document",
        "timestamp": instant(at),
        "entry": [*_entries(resources, names)],
    }


def collection(  # noqa: PLR0913 - what a check-in hands over
    shown: Shown, names: Names, at: datetime, version: str, *, story: bytes, rendering: bytes
) -> Resource:
    """The Bundle of one-scan check-in: one Patient, the data, and two PDF files of them; no Composition and Consent.

    Whoever reads it matches the Patient by name, birth date and gender, so the shown person must tell all three.
    """
    contents = _contents(shown, names, None)
    resources = chain(
        (patient(shown.person, names), device(names, version)),
        contents.all,
        document_references(story, rendering, names, at),
    )
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": instant(at),
        "entry": [*_entries(resources, names)],
    }


def searchset(found: Iterable[Resource], base: str, *, here: str, following: str | None = None) -> Resource:
    """One page of a search; base is the address of the FHIR routes, here and following are those of pages."""
    links = [{"relation": "self", "url": here}]
    if following is not None:
        links.append({"relation": "next", "url": following})
    entries = [
        {
            "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in found
    ]
    return present(resourceType="Bundle", type="searchset", link=links, entry=entries)


def _contents(shown: Shown, names: Names, permission: Permission | None) -> Contents:
    nights = [resource for _, resource in medication_administrations(shown, names)]
    diary = [resource for _, resource in observations(shown, names)]
    if len(nights) + len(diary) > FULL_DRESS:
        lean(chain(nights, diary))
    return Contents(
        problems=[*conditions(shown, names)],
        medication=[*medication_statements(shown, names), *nights],
        diary=diary,
        trends=[*trend_observations(shown, names), *step_observations(shown, names)],
        consents=[consent(permission, names)] if permission else [],
    )


def _entries(resources: Iterable[Resource], names: Names) -> Iterator[Part]:
    for resource in resources:
        kind = resource["resourceType"]
        name = names.of("Patient") if kind == "Patient" else resource["id"]
        if kind in _MANY:
            del resource["id"]
        yield {"fullUrl": f"{URN}{name}", "resource": resource}
