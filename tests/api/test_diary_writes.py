"""Each kind's collection: create, write, patch, delete, read (api, "Diary")."""

import pytest
from starlette.testclient import TestClient

from app.domain.records.kinds import KINDS
from tests.support.diary import BY_PATH, SAMPLES, Phone, Sample, field_faults, problem, uuid7
from tests.support.people import Person, sign_in

each_kind = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


def test_every_kind_that_clients_write_is_tried() -> None:
    assert {kind.path for kind in KINDS.values() if kind.client_fields is None} == BY_PATH.keys()


@each_kind
def test_new_record_is_created_with_what_the_server_can_tell(phone: Phone, sample: Sample) -> None:
    answer = phone.put(sample.address, sample.fields)
    assert answer.status_code == 201
    record = answer.json()
    assert record.keys() == {"id", "rev", "deleted", "fields", "notices"}
    assert (record["id"], record["rev"], record["deleted"]) == (sample.id, 2, False)
    assert record["fields"] == {**sample.fields, **sample.told}
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["cache-control"] == "no-store"
    assert {notice["field"] for notice in record["notices"]} == sample.told.keys()
    assert {notice["code"] for notice in record["notices"]} == {
        f"{name.replace('_', '-')}-filled-in" for name in sample.told
    }


@each_kind
def test_what_was_written_is_read_and_listed_without_notices(phone: Phone, sample: Sample) -> None:
    written = phone.stored(sample.address, sample.fields)
    read = phone.get(sample.address)
    assert (read.status_code, read.headers["etag"]) == (200, '"2"')
    assert read.json() == {**written, "notices": []}
    assert phone.get(f"/v1/{sample.path}").json() == {"items": [read.json()], "next_cursor": None}


@each_kind
def test_put_repeated_changes_nothing(phone: Phone, sample: Sample) -> None:
    first = phone.stored(sample.address, sample.fields)
    again = phone.put(sample.address, sample.fields)
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')
    assert again.json() == {**first, "notices": again.json()["notices"]}


@each_kind
def test_put_on_a_record_writes_what_it_names_and_clears_nothing(phone: Phone, sample: Sample) -> None:
    before = phone.stored(sample.address, sample.fields)["fields"]
    answer = phone.put(sample.address, {sample.field: sample.other})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert answer.json()["fields"] == {**before, sample.field: sample.other}


@each_kind
def test_put_of_what_was_seen_replaces(phone: Phone, sample: Sample) -> None:
    phone.stored(sample.address, sample.fields)
    phone.patch(sample.address, {sample.field: sample.other})
    fields = {**sample.told, **{name: sample.fields[name] for name in sample.required}}
    for named in ('"3"', "*"):
        answer = phone.put(sample.address, fields, If_Match=named)
        assert answer.status_code == 200
        assert answer.json()["fields"] == fields


@each_kind
def test_patch_writes_only_what_it_names(phone: Phone, sample: Sample) -> None:
    before = phone.stored(sample.address, sample.fields)["fields"]
    answer = phone.patch(sample.address, {sample.field: sample.other})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')
    assert answer.json()["fields"] == {**before, sample.field: sample.other}
    assert phone.get(sample.address).json()["fields"] == answer.json()["fields"]


@each_kind
def test_null_means_no_answer_and_is_kept_as_sent(phone: Phone, sample: Sample) -> None:
    phone.stored(sample.address, {**sample.fields, sample.field: sample.other})
    answer = phone.patch(sample.address, {sample.field: None})
    if sample.field in sample.required:
        assert field_faults(answer) == [(f"/{sample.field}", "missing-field")]
    else:
        assert answer.status_code == 200
        assert answer.json()["fields"][sample.field] is None


@each_kind
def test_patch_of_nothing_changes_nothing(phone: Phone, sample: Sample) -> None:
    phone.stored(sample.address, sample.fields)
    answer = phone.patch(sample.address, {})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')


@each_kind
def test_fault_is_named_and_leaves_the_record_as_it_was(phone: Phone, sample: Sample) -> None:
    before = phone.stored(sample.address, sample.fields)
    cases: list[tuple[object, list[tuple[str, str]]]] = [
        ({"mood": 3}, [("/mood", "unknown-field")]),
        ({sample.field: {"a": 1}}, [(f"/{sample.field}", "wrong-type")]),
        ([], [("", "wrong-type")]),
    ]
    for fields, faults in cases:
        assert field_faults(phone.patch(sample.address, fields)) == faults
        assert field_faults(phone.put(sample.address, fields)) == faults
    assert phone.get(sample.address).json() == {**before, "notices": []}


@each_kind
def test_what_a_record_cannot_be_without_is_named(phone: Phone, sample: Sample) -> None:
    answer = phone.put(sample.address, {})
    if sample.required:
        missing = {*sample.required, *({"local_date"} & sample.told.keys())}
        assert set(field_faults(answer)) == {(f"/{name}", "missing-field") for name in missing}
        assert problem(phone.get(sample.address)) == (404, "not-found")
    else:
        assert answer.status_code == 201


@each_kind
def test_deleted_record_is_gone_and_comes_back_by_put(phone: Phone, sample: Sample) -> None:
    phone.stored(sample.address, sample.fields)
    gone = phone.delete(sample.address)
    assert (gone.status_code, gone.content) == (204, b"")
    assert problem(phone.get(sample.address)) == (404, "not-found")
    assert problem(phone.patch(sample.address, {})) == (404, "not-found")
    assert phone.get(f"/v1/{sample.path}").json()["items"] == []
    assert phone.delete(sample.address).status_code == 204
    back = phone.put(sample.address, sample.fields)
    assert (back.status_code, back.headers["etag"]) == (201, '"4"')


@each_kind
def test_record_that_never_was_is_not_found(phone: Phone, sample: Sample) -> None:
    assert problem(phone.get(sample.address)) == (404, "not-found")
    assert problem(phone.delete(sample.address)) == (404, "not-found")
    assert problem(phone.patch(sample.address, sample.fields)) == (404, "not-found")
    assert phone.put(sample.address, sample.fields).headers["etag"] == '"2"'


def test_dose_of_another_device_is_changed_only_by_whoever_saw_it(client: TestClient, patient: Person) -> None:
    dose, phone = BY_PATH["doses"], Phone(client, patient)
    tablet = Phone(client, Person(patient.email, patient.account, sign_in(client, patient.email)))
    phone.stored(dose.address, dose.fields)
    assert problem(tablet.patch(dose.address, {"mg": 3})) == (428, "revision-required")
    assert problem(tablet.put(dose.address, {"status": "skipped"})) == (428, "revision-required")
    assert tablet.patch(dose.address, {"note": "with food"}).status_code == 200
    assert tablet.patch(dose.address, {"mg": 1.5}).status_code == 200  # says what is stored
    assert problem(tablet.patch(dose.address, {"mg": 3}, If_Match='"2"')) == (412, "revision-changed")
    assert tablet.patch(dose.address, {"mg": 3}, If_Match='"3"').json()["fields"]["mg"] == 3
    assert problem(phone.patch(dose.address, {"mg": 4})) == (428, "revision-required")
    assert tablet.patch(dose.address, {"mg": 4}).status_code == 200


def test_own_measure_keeps_its_direction_for_ever(phone: Phone) -> None:
    measure = BY_PATH["measures"]
    phone.stored(measure.address, measure.fields)
    turned = {"direction": "lower_is_better"}
    assert field_faults(phone.patch(measure.address, turned)) == [("/direction", "out-of-range")]
    phone.delete(measure.address)
    assert field_faults(phone.put(measure.address, measure.fields | turned)) == [("/direction", "out-of-range")]


def test_conflicts_are_read_and_never_made_over_rest(phone: Phone) -> None:
    assert phone.get("/v1/conflicts").json() == {"items": [], "next_cursor": None}
    address = f"/v1/conflicts/conflict-{'0' * 40}"
    assert problem(phone.get(address)) == (404, "not-found")
    refused = phone.put(address, {"status": "settled"})
    assert problem(refused) == (405, "method-not-allowed")
    assert refused.headers["allow"] == "GET, HEAD"


def test_one_revision_counter_serves_the_whole_diary(phone: Phone) -> None:
    tags = [phone.put(sample.address, sample.fields).headers["etag"] for sample in SAMPLES]
    assert tags == [f'"{rev}"' for rev in range(2, 2 + len(SAMPLES))]
    assert phone.put(f"/v1/doses/{uuid7(99)}", {"status": "lost"}).status_code == 422
    assert phone.put("/v1/days/2026-02-28", {"pain": 1}).headers["etag"] == f'"{2 + len(SAMPLES)}"'
