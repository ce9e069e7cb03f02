"""Every byte that a clinician gets under a grant for one condition is searched for words of everything else.

Whatever route the document shows for clinicians is asked, with and without what it takes; a new one joins by itself.
"""

import json
import re
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from httpx2 import Response
from pypdf import PdfReader
from starlette.testclient import TestClient

from tests.support.contract import operations
from tests.support.diary import Phone, uuid7
from tests.support.links import Link, visit_link
from tests.support.pdf import read, text
from tests.support.people import Person, sign_up
from tests.support.sharing import Shared, shared

OWN = uuid7(100)
HIDDEN = (
    *("canary-depression", "canary-own", "canary-measure", "canary_slug", "canary-drug", "canary-free-drug"),
    *("canary-event", "canary-reason", "canary-name", "low_mood", "depression", "antidepress", "anxiety", "stress"),
    "canary-low-moment",
    *('"rev"', "lastUpdated", "last_updated", "8.765", "0198c0de", "canary-after", "2026-02-27", "Europe/Oslo"),
)
"""What nothing of may be told, whichever scopes are ticked."""
NOTES = ("canary-day-note", "canary-dose-note", "canary-moment-note")
DOSES = ("6.543", "2026-02-10", "10 February 2026")
MEASURES = ("", "?measure=fatigue", "?measure=low_mood", f"?measure=own:{HIDDEN[3]}", "?measure=composite")


@pytest.fixture
def diary(client: TestClient) -> Person:
    """A patient whose days, doses, medicines and events tell of much beside fibromyalgia."""
    patient = sign_up(client, email="canary-name@example.org", time_zone="Europe/Oslo")
    client.patch("/v1/me", json={"display_name": "canary-name"}, headers=patient.headers)
    phone = Phone(client, patient)
    write = phone.stored
    write("/v1/conditions/fibromyalgia", {"status": "active", "targets_chosen_on": "2026-02-01"})
    write("/v1/conditions/depression", {"status": "active", "label": HIDDEN[0]})
    write(f"/v1/conditions/{OWN}", {"label": HIDDEN[1], "primary_measure": "own:canary_slug"})
    write("/v1/measures/canary_slug", {"label": HIDDEN[2], "direction": "lower_is_better"})
    for day in range(12, 29):
        scores = {"pain": 6, "sleep_disturbance": 5, "fatigue": 7, "low_mood": 3, "own:canary_slug": 2}
        write(f"/v1/days/2026-01-{day}", {**scores, "note": NOTES[0], "skipped": ["anxiety", "pain"]})
    for day in range(10, 27):
        write(f"/v1/days/2026-02-{day:02}", {"pain": 4, "fatigue": 3, "low_mood": 1})
        dose: dict[str, Any] = {"status": "taken", "mg": 6.543, "local_date": f"2026-02-{day:02}", "timing": "bedtime"}
        write(f"/v1/doses/{uuid7(day)}", {**dose, "reason": HIDDEN[7], "note": NOTES[1]})
    write("/v1/days/2026-02-28", {"pain": 9, "note": "canary-after"})
    write(f"/v1/doses/{uuid7(90)}", {"status": "taken", "mg": 8.765, "local_date": "2026-02-28"})
    moment = {"at": "2026-02-11T12:00:00Z", "value": 5}
    write(f"/v1/moments/{uuid7(50)}", {**moment, "measure": "low_mood", "note": "canary-low-moment"})
    write(f"/v1/moments/{uuid7(51)}", {**moment, "measure": "pain", "note": NOTES[2]})
    drug = {"name": HIDDEN[4], "drug_class": "antidepressant", "conditions": ["depression"]}
    write(f"/v1/medications/{uuid7(60)}", {**drug, "starts_on": "2026-02-12", "note": HIDDEN[4]})
    write(f"/v1/medications/{uuid7(61)}", {"name": HIDDEN[5], "starts_on": "2026-02-27"})
    event = {"kind": "stress", "condition": "depression", "starts_on": "2026-02-12", "note": HIDDEN[6]}
    write(f"/v1/events/{uuid7(70)}", event)
    write("/v1/impressions/impression-2026-02-20-depression", {"condition": "depression", "change": 2})
    write("/v1/usuals/low_mood", {"value": 4, "asked_on": "2026-02-01"})
    write(f"/v1/regimen-steps/{uuid7(80)}", {"starts_on": "2026-02-10", "mg": 6.543, "reason": "start"})
    return patient


def everything(grant: Shared) -> list[Response]:
    """What the clinician is answered everywhere."""
    answers = [grant.client.get("/v1/grants", headers=grant.clinician.headers)]
    for operation in operations():
        is_for_clinicians = operation.path.startswith(("/v1/clinic/", "/v1/fhir/")) and not operation.is_public
        if operation.method != "GET" or not is_for_clinicians:
            continue
        if "category" in {parameter["name"] for parameter in operation.shown.get("parameters", ())}:
            path = f"{operation.path}?patient={grant.pid}&category=trend"
            answers.append(grant.client.get(path, headers=grant.clinician.headers))
        for condition in ("fibromyalgia", "depression", OWN):
            path = (
                operation.path.replace("{pid}", grant.pid)
                .replace("{condition}", condition)
                .replace("{id}", f"{grant.pid}.x")
            )
            parameters = {parameter["name"] for parameter in operation.shown.get("parameters", ())}
            path += f"?patient={grant.pid}" if "patient" in parameters else ""
            answers += [
                grant.client.get(path + query, headers=grant.clinician.headers)
                for query in (MEASURES if "measure" in parameters else ("",))
            ]
            tag = grant.client.get(path, headers=grant.clinician.headers).headers.get("etag", '"none"')
            answers.append(grant.client.get(path, headers={**grant.clinician.headers, "If-None-Match": tag}))
    return answers + [grant.client.get(address, headers=grant.clinician.headers) for address in sorted(named(answers))]


def named(answers: list[Response]) -> set[str]:
    """The addresses of FHIR resources that the answers name."""
    bundles = [answer.json() for answer in answers if '"searchset"' in answer.text]
    addresses = [entry["fullUrl"] for bundle in bundles for entry in bundle.get("entry", ())]
    return {address.removeprefix("http://testserver") for address in addresses}


def found(answers: list[Response], words: tuple[str, ...]) -> set[str]:
    """The words that stand anywhere in a body or a header."""
    seen: set[str] = set()
    for answer in answers:
        is_document = answer.content.startswith(b"%PDF")
        body = text(read(answer)) if is_document else answer.content.decode("utf-8", "replace")
        seen |= words_in(body + repr(answer.headers.multi_items()), words)
    return seen


def words_in(told: str, words: tuple[str, ...]) -> set[str]:
    return {word for word in words if re.search(re.escape(word), told, re.IGNORECASE)}


def file_of(link: Link) -> str:
    """All that the file of a link says, its papers too."""
    bundle = link.bundle()
    papers = [
        PdfReader(BytesIO(b64decode(entry["resource"]["content"][0]["attachment"]["data"])))
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "DocumentReference"
    ]
    return json.dumps(bundle, ensure_ascii=False) + "".join(map(text, papers))


SCOPES = [
    ["summary"],
    ["observations"],
    ["summary", "doses"],
    ["summary", "doses", "observations", "export"],
    ["summary", "doses", "observations", "notes", "export"],
]


@pytest.mark.parametrize("scopes", SCOPES, ids="+".join)
def test_nothing_tells_of_what_was_not_granted(client: TestClient, diary: Person, scopes: list[str]) -> None:
    clinician = sign_up(client, role="clinician")
    grant = shared(client, diary, clinician, scopes=scopes, data_from="2026-01-10", data_to="2026-02-26")
    answers = everything(grant)
    assert {200, 304} <= {answer.status_code for answer in answers} <= {200, 304, 403, 404, 422}
    assert found(answers, HIDDEN) == set()
    assert found(answers, NOTES) == (set(NOTES) if "notes" in scopes else set())
    if "doses" in scopes:
        assert found(answers, DOSES) == set(DOSES)
    else:  # of the days that are shown one may be the first dose's
        assert found(answers, DOSES) <= ({DOSES[1]} if "observations" in scopes else set())


@pytest.mark.parametrize("identity", [None, {"name": "Ada", "birth_date": "1975-04-30", "gender": "female"}])
def test_files_of_links_tell_as_little(client: TestClient, diary: Person, identity: object) -> None:
    for scopes in SCOPES:
        told = file_of(
            visit_link(client, diary, scopes=scopes, data_from="2026-01-10", data_to="2026-02-26", identity=identity)
        )
        assert "Fibromyalgia" in told
        assert words_in(told, HIDDEN) == set()
        assert words_in(told, NOTES) == (set(NOTES) if "notes" in scopes else set())
        assert "doses" in scopes or words_in(told, DOSES) <= ({DOSES[1]} if "observations" in scopes else set())


def test_a_refusal_tells_as_little_in_every_state(client: TestClient, diary: Person) -> None:
    grant = shared(client, diary, sign_up(client, role="clinician"))
    for verb in ("pause", "revoke"):
        grant.patient_does(verb)
        answers = everything(grant)
        assert {answer.status_code for answer in answers} <= {200, 403, 422}
        assert found(answers, (*HIDDEN, *NOTES, *DOSES, "fibromyalgia", "pain")) == set()
