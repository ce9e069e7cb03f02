"""The Patient: a pseudonym, and beside it only what they chose to tell."""

from typing import Final

from app.domain.fhir.datatypes import Part, Resource, present, text_of
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Person

PSEUDONYM: Final = "urn:onset:pseudonym"
"""The system of a Patient's identifier: one person has another value for each reader."""


def patient(person: Person, names: Names) -> Resource:
    """The resource; an unnamed person has an identifier alone."""
    return present(
        resourceType="Patient",
        id=names.patient,
        identifier=[{"system": PSEUDONYM, "value": names.patient}],
        name=_name(person),
        gender=person.gender,
        birthDate=person.born,
    )


def _name(person: Person) -> list[Part]:
    name = text_of(person.name)
    return [{"text": name}] if name else []
