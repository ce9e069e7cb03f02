"""Conditions: what the patient says to have, which nobody confirmed."""

from collections.abc import Iterator, Mapping
from typing import Final

from app.domain.fhir.codes import ICD_10, SNOMED_CT, TERMINOLOGY
from app.domain.fhir.datatypes import Part, Resource, coding, concept, present, text_of
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Condition, Shown

_ASSERTED: Final = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"
_UNCONFIRMED: Final = concept(coding(TERMINOLOGY("condition-ver-status"), "unconfirmed"))
_PROBLEM: Final = concept(coding(TERMINOLOGY("condition-category"), "problem-list-item"))
WITHOUT_NAME: Final = "Condition without a name"


def conditions(shown: Shown, names: Names) -> Iterator[Resource]:
    """A Condition for each."""
    for condition in shown.conditions:
        yield _resource(condition, names)


def name_of(condition: Condition) -> str:
    """How the condition is called: as the catalogue has it, an own one as the patient does."""
    return condition.listed.label if condition.listed else text_of(condition.label) or WITHOUT_NAME


def condition_names(shown: Shown) -> Mapping[str, str]:
    """The names by the codes."""
    return {condition.code: name_of(condition) for condition in shown.conditions}


def _resource(condition: Condition, names: Names) -> Resource:
    diagnosed, tracked = condition.diagnosed_on, condition.tracked_since
    return present(
        resourceType="Condition",
        id=names.of("Condition", condition.code),
        extension=[{"url": _ASSERTED, "valueDateTime": diagnosed.isoformat()}] if diagnosed else [],
        clinicalStatus=concept(coding(TERMINOLOGY("condition-clinical"), condition.status or "active")),
        verificationStatus=_UNCONFIRMED,
        category=[_PROBLEM],
        code=_code(condition),
        subject=names.to_patient,
        recordedDate=tracked and tracked.isoformat(),
        asserter=names.to_patient,
    )


def _code(condition: Condition) -> Part:
    listed = condition.listed
    codings = [] if listed is None else [(ICD_10, listed.icd10), (SNOMED_CT, listed.snomed_ct)]
    return concept(*(coding(system, code) for system, code in codings if code), text=name_of(condition))
