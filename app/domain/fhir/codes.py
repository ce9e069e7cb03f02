"""The codes of other systems that resources carry, and our own where there is none (sharing, section 4)."""

from collections.abc import Mapping
from typing import Final

from app.domain.catalogue import MEASURES, Direction
from app.domain.fhir.datatypes import Part, coding, concept, text_of
from app.domain.records.field_types import SLEEP_QUALITY
from app.domain.trends.choice import Scale

LOINC: Final = "http://loinc.org"
ICD_10: Final = "http://hl7.org/fhir/sid/icd-10"
SNOMED_CT: Final = "http://snomed.info/sct"
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC: Final = "http://www.whocc.no/atc"
DIARY: Final = "urn:onset:diary"
"""The canonical URL of our own CodeSystem: the same wherever the service runs."""
TERMINOLOGY: Final = "http://terminology.hl7.org/CodeSystem/{}".format

PATIENT_NOTE: Final = coding(LOINC, "51855-5", "Patient Note")
PATIENT_SUMMARY: Final = coding(LOINC, "60591-5", "Patient summary Document")
PROBLEM_LIST: Final = coding(LOINC, "11450-4", "Problem list - Reported")
MEDICATION_HISTORY: Final = coding(LOINC, "10160-0", "History of Medication use Narrative")
CONSENT_DOCUMENT: Final = coding(LOINC, "59284-0")

NALTREXONE: Final = concept(
    coding(RXNORM, "7243", "naltrexone"), coding(ATC, "N07BB04", "naltrexone"), text="Low-dose naltrexone"
)
SURVEY: Final = concept(coding(TERMINOLOGY("observation-category"), "survey"))
TREND: Final = concept(coding(DIARY, "trend"))
OCCASIONAL: Final = concept(coding(DIARY, "occasional"))
DECLINED: Final = concept(coding(TERMINOLOGY("data-absent-reason"), "asked-declined"))
CANNOT_BE_TOLD: Final = concept(coding(TERMINOLOGY("data-absent-reason"), "unknown"))

_OWN_CODES: Final = {direction: f"own_{direction.value}" for direction in Direction}
"""A patient's own measure has no code of its own that all could know: only which way it runs."""
_LOINC_NAMES: Final = {"72514-3": "Pain severity - 0-10 verbal numeric rating [Score] - Reported"}


def _of_catalogue(code: str) -> Part:
    known = MEASURES[code]
    standard = [coding(LOINC, known.loinc, _LOINC_NAMES.get(known.loinc))] if known.loinc else []
    return concept(*standard, coding(DIARY, code), text=known.label)


_MEASURES: Final = {code: _of_catalogue(code) for code in MEASURES} | {
    SLEEP_QUALITY: concept(coding(DIARY, SLEEP_QUALITY), text="Quality of sleep")
}


def measure_concepts(measures: Mapping[str, Scale]) -> Mapping[str, Part]:
    """The concept of each measure that there is, by its code: the catalogue's, and the patient's own among these."""
    return {code: _own(scale.label, scale.direction) for code, scale in measures.items()} | _MEASURES


def measure_concept(code: str, label: str, direction: Direction) -> Part:
    """The concept of one measure; label and direction tell what an own one is."""
    return _MEASURES.get(code) or _own(label, direction)


def _own(label: str, direction: Direction) -> Part:
    return concept(coding(DIARY, _OWN_CODES[direction]), text=text_of(label))


def diary_concept(code: str, text: str) -> Part:
    """A concept of our own CodeSystem."""
    return concept(coding(DIARY, code), text=text)
