"""The Bundles of 200 generated patients, and every other resource, pass three validators that others wrote."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from app.domain.fhir.audit_event import audit_event
from app.domain.fhir.bundle import document, searchset
from app.domain.fhir.capability import capability_statement
from app.domain.fhir.code_system import code_system
from app.domain.fhir.condition import conditions
from app.domain.fhir.lean import lean
from app.domain.fhir.names import Names
from app.domain.fhir.observation import observations
from app.domain.fhir.occasional import occasional
from app.domain.fhir.operation_outcome import operation_outcome
from app.domain.fhir.own import own_diary
from app.domain.fhir.patient import patient
from app.domain.records.kinds import CONDITION_KIND, EVENT, IMPRESSION, USUAL
from app.domain.records.record import StoredRecord
from app.domain.sharing.access_log import Actor, ActorKind, Asked, Entry, Link, Outcome, row_text
from tests.clients.support.install import FOLDER, Node
from tests.support.diary import uuid7
from tests.support.fhir import AT, NAMES, VERSION, as_json, documents, generated, permission, record, steady

PATIENTS = 200
BASE = "https://onset.example/v1/fhir"
REST = Names(b"k" * 32, pid="3f9a0c1e2b")


def _others() -> list[dict[str, Any]]:
    """What is no Bundle to hand over, and a diary of a year."""
    shown = generated(8)
    own = own_diary(shown.person, AT.date(), few(), ())
    found = [*occasional(own, REST), *(resource for _, resource in observations(shown, REST)), *conditions(shown, REST)]
    return [
        capability_statement(BASE, VERSION),
        code_system(),
        operation_outcome(code="not-found", status=404, title="Not found", detail="There is nothing here."),
        patient(shown.person, REST),
        audit_event(_read_by_others(), REST),
        searchset(found, BASE, here=f"{BASE}/Observation", following=f"{BASE}/Observation?_page=x"),
        searchset([], BASE, here=f"{BASE}/Observation"),
        document(steady(365), NAMES, AT, VERSION, permission=permission(1)),
        _as_a_long_one(document(generated(3), NAMES, AT, VERSION)),
    ]


def _as_a_long_one(bundle: dict[str, Any]) -> dict[str, Any]:
    """Without what documents of many years leave out."""
    many = {"Observation", "MedicationAdministration"}
    lean(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] in many)
    return bundle


def few() -> list[StoredRecord]:
    """What is written now and then."""
    flare = record(EVENT, uuid7(1), starts_on="2026-03-01", severity=0, note="<wet>", condition="lupus")
    return [
        record(CONDITION_KIND, "lupus", code="lupus"),
        replace(flare, text=flare.text.replace("{", '{"kind":"flare",', 1)),
        record(EVENT, uuid7(2), starts_on="2026-03-01", ends_on="2026-03-04"),
        record(IMPRESSION, "impression-2026-03-01-lupus", local_date="2026-03-01", condition="lupus", change=2),
        record(USUAL, "pain", value=0, asked_on="2026-02-01"),
    ]


def _read_by_others() -> Link:
    entry = Entry(
        at=AT,
        actor=Actor(kind=ActorKind.CLINICIAN, label="Dr. <Who>", assurance="email_verified"),
        grant_id="g1",
        share_id=None,
        asked=Asked(route="/v1/fhir/Observation", conditions=("lupus",), first=AT.date(), last=AT.date()),
        counts={"Observation": 3},
        outcome=Outcome.SERVED,
        code=None,
    )
    return Link(seq=1, at=AT, text=row_text(1, entry), hash=b"")


@pytest.fixture(scope="session")
def resources() -> list[dict[str, Any]]:
    return [*documents(PATIENTS), *map(as_json, _others())]


def _broken() -> dict[str, Any]:
    bundle = as_json(document(generated(0), NAMES, AT, VERSION))
    observation = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation")
    del observation["status"]
    return bundle


def test_npm_validators_find_no_error(node: Node, resources: list[dict[str, Any]], tmp_path: Path) -> None:
    file = tmp_path / "resources.jsonl"
    file.write_text("\n".join(map(json.dumps, [*resources, _broken()])))
    ran = subprocess.run([node.node, str(FOLDER / "fhir.mjs"), str(file)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    *found, last = map(json.loads, ran.stdout.splitlines())
    number = len(resources) + 1
    assert last == {"seen": {"fhir": number, "medplum": number}}
    assert [error for error in found if error["line"] < number] == []
    assert {error["validator"] for error in found} == {"fhir", "medplum"}, "they would not find a broken one either"


def test_pydantic_models_of_r4_take_all(resources: list[dict[str, Any]]) -> None:
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    with pytest.raises(ValueError, match="status"):
        get_fhir_model_class("Bundle").model_validate(_broken())
