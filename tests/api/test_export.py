"""A patient's export: exact and with its history as JSON, harmless in a spreadsheet as CSV."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.records.kinds import KINDS
from app.services import export as service
from tests.support.diary import SAMPLES, Phone, uuid7
from tests.support.files import Exported, export
from tests.support.people import Person, sign_up
from tests.support.sharing import shared

NAMES = {kind.path: kind.name for kind in KINDS.values()}


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    """With a diary of every kind."""
    phone = Phone(client, patient)
    for sample in SAMPLES:
        phone.stored(sample.address, sample.fields)
    return phone


def test_an_empty_diary_is_exported_with_its_settings(client: TestClient, patient: Person) -> None:
    client.patch("/v1/me", json={"display_name": "Ada", "day_start": "05:30"}, headers=patient.headers)
    found = export(client, patient)
    files = ("README.txt", "onset.json", "access-log.json", "receipts.json")
    types = ("Patient", "Condition", "MedicationStatement", "MedicationAdministration", "Observation")
    resources = [f"fhir/{name}.ndjson" for name in types]
    assert [*found.members] == [*files, *resources, *(f"csv/{name}.csv" for name in KINDS)]
    assert [json.loads(found.members[name]) for name in files[2:]] == [[], []]
    assert json.loads(found.members["fhir/Patient.ndjson"])["name"] == [{"text": "Ada"}]
    assert found.whole["format"] == "onset-export"
    assert found.whole["version"] == 1
    assert (found.whole["records"], found.whole["history"], found.whole["rev"]) == ([], [], 1)
    account = client.get("/v1/me", headers=patient.headers).json()
    assert found.whole["account"] == {name: value for name, value in account.items() if name != "organisation"}
    assert b"password" not in found.json_text


def test_every_kind_is_there_as_rest_answers_it(phone: Phone) -> None:
    found = export(phone.client, phone.person)
    for sample in SAMPLES:
        record = phone.get(sample.address).json()
        [exported] = [each for each in json.loads(found.json_text)["records"] if each["rev"] == record["rev"]]
        assert (exported["id"], exported["deleted"], exported["fields"]) == (record["id"], False, record["fields"])
        [row] = found.table(NAMES[sample.path])
        assert (row["id"], row["rev"]) == (record["id"], str(record["rev"]))
        assert {name for name, cell in row.items() if cell} == {"id", "rev", *record["fields"]}
    assert len(found.records()) == len(SAMPLES)


def test_other_programs_read_the_same_as_by_fhir(phone: Phone) -> None:
    for day in range(1, 8):
        phone.stored(f"/v1/days/2026-02-0{day}", {"pain": day, "own:tingling": 2, "skipped": ["fatigue"]})
    found = export(phone.client, phone.person)
    for resource_type in ("Condition", "MedicationStatement", "MedicationAdministration", "Observation"):
        lines = [json.loads(line) for line in found.members[f"fhir/{resource_type}.ndjson"].splitlines()]
        bundle = phone.get(f"/v1/fhir/{resource_type}?_count=100").json()
        served = [entry["resource"] for entry in bundle["entry"]]
        if resource_type == "Observation":
            occasional = phone.get("/v1/fhir/Observation?category=occasional").json()["entry"]
            assert len(occasional) == 3
            served += [entry["resource"] for entry in occasional]
        assert sorted(lines, key=lambda one: one["id"]) == sorted(served, key=lambda one: one["id"])
        assert lines


def test_milligrams_are_as_exact_as_they_were_sent(phone: Phone) -> None:
    address = f"/v1/doses/{uuid7(9)}"
    headers = {**phone.person.headers, "Content-Type": "application/json"}
    body = b'{"status":"taken","local_date":"2026-03-01","mg":2.345}'
    assert phone.client.put(address, content=body, headers=headers).status_code == 201
    found = export(phone.client, phone.person)
    assert b'"mg":2.345' in found.json_text.replace(b'"mg": ', b'"mg":')
    assert {row["mg"] for row in found.table("dose")} == {"1.5", "2.345"}


def test_what_was_deleted_is_in_the_json_and_not_in_the_tables(phone: Phone) -> None:
    phone.delete("/v1/days/2026-03-01")
    found = export(phone.client, phone.person)
    deleted, fields = found.records()["day", "day-2026-03-01"]
    assert deleted
    assert fields["pain"] == 6
    assert found.table("day") == []


def test_the_history_says_what_became_of_each_record(phone: Phone) -> None:
    phone.stored("/v1/days/2026-03-01", {"pain": 4})
    phone.delete("/v1/days/2026-03-01")
    rows = export(phone.client, phone.person).history()["day", "day-2026-03-01"]
    assert [row[3] for row in rows] == ["applied", "applied", "deleted"]
    assert rows[1][4] == {"old": {"pain": 6}, "new": {"pain": 4}}
    assert {row[0][:4] for row in rows} == {"api:"}
    assert rows[0][2] == "2026-03-02T12:00:00Z"


def test_conflicts_and_rejected_offers_are_there_too(phone: Phone) -> None:
    epoch = phone.get("/v1/sync/pull").json()["epoch"]
    mutations = [
        {"kind": "day", "op": "put", "id": "day-2026-03-01", "base": 0, "fields": {"pain": 1}},
        {"kind": "day", "op": "put", "id": "day-2026-03-03", "base": 0, "fields": {"pain": 99}},
    ]
    push = {"device": "phone-1", "seq": 1, "schema": 1, "epoch": epoch, "mutations": mutations}
    phone.client.post("/v1/sync/push", json=push, headers=phone.person.headers)
    found = export(phone.client, phone.person)
    [row] = found.table("conflict")
    assert (row["record_kind"], row["kept"], row["offered"], row["status"]) == ("day", "6", "1", "open")
    assert found.history()["day", "day-2026-03-03"][0][3] == "rejected"


def test_no_cell_is_a_formula(phone: Phone) -> None:
    for text in ("=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", " =1", "＝1", "'=1"):
        phone.stored("/v1/days/2026-03-01", {"note": text})
        phone.stored(f"/v1/medications/{uuid7(8)}", {"name": text})
        found = export(phone.client, phone.person)
        assert [row["note"] for row in found.table("day")] == [f"'{text}"]
        assert f"'{text}" in {row["name"] for row in found.table("medication")}
        assert found.records()["day", "day-2026-03-01"][1]["note"] == text  # the JSON stays exact


def test_quotes_and_line_breaks_stay_within_their_cell(phone: Phone) -> None:
    note = 'a "b", c\nd\r\ne;f'
    phone.stored("/v1/days/2026-03-01", {"note": note, "own:grip": 3, "own:cold": 2, "skipped": ["fatigue", "anxiety"]})
    found = export(phone.client, phone.person)
    [row] = found.table("day")
    assert (row["note"], row["own:grip"], row["own:cold"], row["skipped"]) == (note, "3", "2", "fatigue;anxiety")
    header = found.members["csv/day.csv"].partition(b"\r\n")[0].decode().split(",")
    assert header[:4] == ["id", "rev", "local_date", "time_zone"]
    assert header[-2:] == ["own:cold", "own:grip"]
    assert found.members["csv/day.csv"].endswith(b"\r\n")


def test_nobody_else_is_in_it(phone: Phone) -> None:
    other = Phone(phone.client, sign_up(phone.client))
    other.stored("/v1/days/2026-03-01", {"note": "canary-9d0a"})
    found = export(phone.client, phone.person)
    assert not any(b"canary-9d0a" in content for content in found.members.values())
    assert export(other.client, other.person).records().keys() == {("day", "day-2026-03-01")}


def test_a_long_diary_is_sent_piece_by_piece(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_IN_MEMORY_BYTES", 1000)  # the file goes to the disk
    monkeypatch.setattr(service, "_CHUNK_BYTES", 500)
    sent: list[int] = []
    zipped = service._zipped  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - to count the pieces

    def counted(*given: Any) -> Iterator[bytes]:  # noqa: ANN401 - as _zipped
        for chunk in zipped(*given):
            sent.append(len(chunk))
            yield chunk

    monkeypatch.setattr(service, "_zipped", counted)
    for number in range(1, 29):
        note = "".join(sha256(f"{number} {part}".encode()).hexdigest() for part in range(60))
        phone.stored(f"/v1/days/2026-01-{number:02}", {"note": note})
    answer = phone.client.get("/v1/me/export", headers=phone.person.headers)
    assert len(Exported.of(answer.content).records()) == len(SAMPLES) + 28
    assert len(sent) > 5
    assert max(sent) < len(answer.content) / 2


def test_an_export_is_a_download_that_nobody_keeps(phone: Phone) -> None:
    answer = phone.client.get("/v1/me/export", headers=phone.person.headers)
    assert answer.headers["content-disposition"] == 'attachment; filename="onset-export-2026-03-02.zip"'
    assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in answer.headers


def test_no_room_for_it_is_said(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(service.SpooledTemporaryFile[bytes]):
        def write(self, _data: object) -> int:  # type: ignore[override]
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(service, "SpooledTemporaryFile", Full)
    answer = phone.client.get("/v1/me/export", headers=phone.person.headers)
    assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")


def test_access_log_and_receipts_are_in_the_export(client: TestClient, patient: Person) -> None:
    grant = shared(client, patient, sign_up(client, role="clinician"))
    for _ in range(3):
        assert grant.read("doses").status_code == 200
    found = export(client, patient)
    assert json.loads(found.members["access-log.json"]) == grant.log()
    receipts = client.get("/v1/me/receipts", headers=patient.headers).json()["items"]
    assert json.loads(found.members["receipts.json"]) == receipts
    assert len(receipts) == 1
    assert found.whole["records"] == []
