"""The Composition: the first page of a document, with a section for each thing in it and words for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.catalogue import SNOMED_CT_ATTRIBUTION
from app.domain.fhir.codes import CONSENT_DOCUMENT, MEDICATION_HISTORY, PATIENT_NOTE, PROBLEM_LIST
from app.domain.fhir.condition import WITHOUT_NAME, condition_names, name_of
from app.domain.fhir.datatypes import Part, Resource, bullets, concept, instant, narrative, paragraph, present, table
from app.domain.fhir.medication_statement import dose_text, medicine_name, steps_in_force
from app.domain.fhir.names import Names
from app.domain.fhir.shown import Medication, Shown

TITLE: Final = "Health diary"
"""Never a condition: titles turn up in lists that others see."""
_ABOUT: Final = (
    "Written by the patient in a symptom diary: scores from 0 (best or none) to 10 (worst), unless a measure says "
    "otherwise. Nothing in it was confirmed by a clinician, and it is not a complete medical record."
)
_ALLOWED: Final = "The patient allowed this to be seen; the Consent says by whom, what for and until when."


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a document holds beside patient and device, by the section in which it stands."""

    problems: Sequence[Resource]
    medication: Sequence[Resource]
    """Statements and administrations."""
    diary: Sequence[Resource]
    trends: Sequence[Resource]
    consents: Sequence[Resource]

    @property
    def all(self) -> Iterator[Resource]:
        """Everything, in the order of the sections."""
        for part in (self.problems, self.medication, self.diary, self.trends, self.consents):
            yield from part


def composition(shown: Shown, contents: Contents, names: Names, at: datetime) -> Resource:
    """The resource; a section without content is left out."""
    return present(
        resourceType="Composition",
        id=names.of("Composition"),
        language="en",
        text=narrative(paragraph(_ABOUT)),
        status="final",
        type=concept(PATIENT_NOTE),
        subject=names.to_patient,
        date=instant(at),
        author=[names.to_patient, names.to("Device", names.of("Device"))],
        title=TITLE,
        section=[*_sections(shown, contents, names)],
    )


def _sections(shown: Shown, contents: Contents, names: Names) -> Iterator[Part]:
    for title, code, resources, blocks in (
        ("Problems", PROBLEM_LIST, contents.problems, _problems(shown)),
        ("Medication", MEDICATION_HISTORY, contents.medication, _medication(shown)),
        ("Symptom diary", None, contents.diary, _diary(contents.diary)),
        ("Trend summary", None, contents.trends, _trends(shown)),
        ("Consent", CONSENT_DOCUMENT, contents.consents, [paragraph(_ALLOWED)]),
    ):
        if resources:
            yield present(
                title=title,
                code=code and concept(code),
                text=narrative(*blocks),
                entry=[names.to(resource["resourceType"], resource["id"]) for resource in resources],
            )


def _problems(shown: Shown) -> Iterator[str]:
    yield bullets(map(name_of, shown.conditions))
    if any(condition.listed and condition.listed.snomed_ct for condition in shown.conditions):
        yield paragraph(SNOMED_CT_ATTRIBUTION)


def _medication(shown: Shown) -> Iterator[str]:
    steps = steps_in_force(shown.steps)
    if steps:
        yield paragraph("Low-dose naltrexone, as planned")
        yield table(
            ("From", "To", "Dose"),
            ((f"{step.starts_on}", f"{last}" if last else "", dose_text(step)) for step, last in steps),
        )
    if shown.doses:
        nights = Counter(dose.status for dose in shown.doses)
        told = ", ".join(f"{count} {status}" for status, count in nights.items())
        yield paragraph(f"Logged doses: {told}. Nights without a record are unknown, not missed.")
    if shown.medications:
        yield paragraph("Other medicines")
        yield bullets(map(_medicine, shown.medications))


def _medicine(medicine: Medication) -> str:
    first, last = medicine.starts_on, medicine.ends_on
    return " ".join([medicine_name(medicine), *([f"from {first}"] if first else []), *([f"to {last}"] if last else [])])


def _diary(observations: Sequence[Resource]) -> Iterator[str]:
    dates = {resource["effectiveDateTime"][:10] for resource in observations}
    scores = Counter(resource["code"]["text"] for resource in observations if "valueQuantity" in resource)
    yield paragraph(f"Entries from {min(dates)} to {max(dates)}.")
    yield table(("Measure", "Scores"), ((text, str(count)) for text, count in scores.items()))


def _trends(shown: Shown) -> Iterator[str]:
    called = condition_names(shown)
    for summary in shown.summaries:
        yield paragraph(f"{called.get(summary.condition, WITHOUT_NAME)}: {summary.composite.verdict.text}")
        yield bullets(caveat.text for caveat in summary.caveats)
