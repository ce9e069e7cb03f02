"""The FHIR part of an export: the diary's records as resources, a file for each type and a line for each resource."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from app.domain.fhir.condition import conditions
from app.domain.fhir.datatypes import Resource
from app.domain.fhir.medication_administration import medication_administrations
from app.domain.fhir.medication_statement import medication_statements
from app.domain.fhir.names import Names
from app.domain.fhir.observation import observations
from app.domain.fhir.occasional import occasional
from app.domain.fhir.own import FEW, OCCASIONAL, own_diary
from app.domain.fhir.patient import patient
from app.domain.fhir.shown import Person, Shown
from app.domain.records.kinds import DAY, DOSE, MOMENT, Kind
from app.domain.records.record import StoredRecord

Render = Callable[[Resource], bytes]
"""A resource as JSON."""
_AT_ONCE: Final = 200
"""Records of which resources are made together: a diary of twenty years never lies whole in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """What the resources are made from."""

    person: Person
    as_of: date
    names: Names
    records: Callable[[Kind], Iterator[StoredRecord]]
    """The live records of a kind, ascending by id."""
    render: Render


def fhir_files(diary: Diary) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Name and lines of each file."""
    few = [record for kind in FEW for record in diary.records(kind)]
    own = own_diary(diary.person, diary.as_of, few, ())
    yield "fhir/Patient.ndjson", _lines([patient(diary.person, diary.names)], diary.render)
    yield "fhir/Condition.ndjson", _lines(conditions(own, diary.names), diary.render)
    yield "fhir/MedicationStatement.ndjson", _lines(medication_statements(own, diary.names), diary.render)
    yield "fhir/MedicationAdministration.ndjson", _lines(_administrations(diary), diary.render)
    yield "fhir/Observation.ndjson", _lines(_observations(diary, few), diary.render)


def _administrations(diary: Diary) -> Iterator[Resource]:
    for shown in _stretches(diary, (), (DOSE,)):
        yield from (resource for _, resource in medication_administrations(shown, diary.names))


def _observations(diary: Diary, few: Sequence[StoredRecord]) -> Iterator[Resource]:
    for shown in _stretches(diary, few, (DAY, MOMENT)):
        yield from (resource for _, resource in observations(shown, diary.names))
    for shown in _stretches(diary, few, OCCASIONAL):
        yield from occasional(shown, diary.names)


def _stretches(diary: Diary, few: Sequence[StoredRecord], kinds: Sequence[Kind]) -> Iterator[Shown]:
    for kind in kinds:
        records = diary.records(kind)
        while stretch := [*islice(records, _AT_ONCE)]:
            yield own_diary(diary.person, diary.as_of, [*few, *stretch], ())


def _lines(resources: Iterable[Resource], render: Render) -> Iterator[bytes]:
    for resource in resources:
        yield render(resource) + b"\n"
