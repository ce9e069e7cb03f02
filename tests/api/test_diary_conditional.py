"""ETags, If-None-Match and If-Match on records (api, "Conventions"; sync, section 3)."""

import pytest
from starlette.testclient import TestClient

from tests.support.diary import BY_PATH, SAMPLES, Phone, Sample, field_faults, problem
from tests.support.people import Person

each_kind = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
DAY = BY_PATH["days"].address


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


@each_kind
def test_record_that_the_phone_holds_is_not_sent_again(phone: Phone, sample: Sample) -> None:
    phone.stored(sample.address, sample.fields)
    for held in ('"2"', 'W/"2"', '"1", "2"', "*"):
        answer = phone.get(sample.address, If_None_Match=held)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"2"')
    phone.stored(sample.address, {sample.field: sample.other})
    assert phone.get(sample.address, If_None_Match='"2"').status_code == 200


def test_record_that_is_gone_is_not_unchanged(phone: Phone) -> None:
    phone.stored(DAY, {"pain": 6})
    phone.delete(DAY)
    assert problem(phone.get(DAY, If_None_Match="*")) == (404, "not-found")


@each_kind
def test_write_upon_an_older_revision_is_refused_with_the_stored_record(phone: Phone, sample: Sample) -> None:
    phone.stored(sample.address, sample.fields)
    stored = phone.stored(sample.address, {sample.field: sample.other})
    for answer in (
        phone.put(sample.address, sample.fields, If_Match='"2"'),
        phone.patch(sample.address, {sample.field: sample.fields.get(sample.field)}, If_Match='"2"'),
        phone.delete(sample.address, If_Match='"2"'),
    ):
        assert problem(answer) == (412, "revision-changed")
        assert answer.json()["current"] == {**stored, "notices": []}
    assert phone.get(sample.address).headers["etag"] == '"3"'


@each_kind
def test_write_upon_the_present_revision_passes(phone: Phone, sample: Sample) -> None:
    phone.stored(sample.address, sample.fields)
    assert phone.patch(sample.address, {sample.field: sample.other}, If_Match='"2"').headers["etag"] == '"3"'
    assert phone.delete(sample.address, If_Match='"3"').status_code == 204


@each_kind
def test_create_only_if_there_is_none_yet(phone: Phone, sample: Sample) -> None:
    assert phone.put(sample.address, sample.fields, If_None_Match="*").status_code == 201
    again = phone.put(sample.address, {**sample.fields, sample.field: sample.other}, If_None_Match="*")
    assert problem(again) == (412, "revision-changed")
    assert again.json()["current"] == phone.get(sample.address).json()
    phone.delete(sample.address)
    assert phone.put(sample.address, sample.fields, If_None_Match="*").status_code == 201


@pytest.mark.parametrize("named", ["*", '"2"', 'W/"2"', '"0"', '"nothing-of-ours"'])
def test_put_upon_a_record_that_is_not_there_is_refused(phone: Phone, named: str) -> None:
    answer = phone.put(DAY, {"pain": 6}, If_Match=named)
    assert problem(answer) == (412, "revision-changed")
    assert answer.json()["current"] is None
    assert problem(phone.get(DAY)) == (404, "not-found")


@pytest.mark.parametrize("named", ["*", '"2"', '"3"'])
def test_patch_of_a_deleted_record_is_not_found_whatever_was_seen(phone: Phone, named: str) -> None:
    phone.stored(DAY, {"pain": 6})
    phone.delete(DAY)
    assert problem(phone.patch(DAY, {"pain": 5}, If_Match=named)) == (404, "not-found")


def test_weak_tag_guards_no_write(phone: Phone) -> None:
    phone.stored(DAY, {"pain": 6})
    assert problem(phone.put(DAY, {"pain": 5}, If_Match='W/"2"')) == (412, "revision-changed")


@pytest.mark.parametrize("named", ["2", '"2", "3"', '"2'])
def test_if_match_that_is_no_tag_is_refused_by_name(phone: Phone, named: str) -> None:
    phone.stored(DAY, {"pain": 6})
    for answer in (
        phone.put(DAY, {"pain": 5}, If_Match=named),
        phone.patch(DAY, {"pain": 5}, If_Match=named),
        phone.delete(DAY, If_Match=named),
    ):
        assert field_faults(answer) == [("If-Match", "wrong-type")]


def test_delete_sent_again_after_a_lost_reply_passes(phone: Phone) -> None:
    phone.stored(DAY, {"pain": 6})
    assert phone.delete(DAY, If_Match='"2"').status_code == 204
    assert phone.delete(DAY, If_Match='"2"').status_code == 204
    assert phone.put(DAY, {"pain": 1}).headers["etag"] == '"4"'


def test_lost_edit_is_refused_and_settled_by_hand(phone: Phone) -> None:
    phone.stored(DAY, {"pain": 6, "note": "Slept early."})
    assert phone.put(DAY, {"pain": 5, "note": "Slept early."}, If_Match='"2"').status_code == 200
    refused = phone.put(DAY, {"pain": 6, "note": "Slept late."}, If_Match='"2"')
    seen = refused.json()["current"]
    settled = phone.put(DAY, seen["fields"] | {"note": "Slept late."}, If_Match=f'"{seen["rev"]}"')
    assert settled.json()["fields"]["note"] == "Slept late."
    assert settled.json()["fields"]["pain"] == 5
