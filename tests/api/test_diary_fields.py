"""Ids and fields of each kind, as domain, section 3, has them."""

import re
from decimal import Decimal
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from tests.support.diary import BY_PATH, Phone, field_faults, problem, uuid7
from tests.support.people import Person

UUID = uuid7(1)
UUID4 = "6f1c8f5e-3d4b-4c3a-9a57-0d6d5b1f2a3c"
LONG_NOTE = "🙂" * 4000
OK = None
RANGE, TYPE, TEXT, DATE = "out-of-range", "wrong-type", "invalid-text", "invalid-date"
SCORES = [(0, OK), (10, OK), (-1, RANGE), (11, RANGE), (True, TYPE), ("7", TYPE), (3.5, TYPE), ([3], TYPE)]
DATES = [
    ("1900-01-01", OK),
    ("2026-03-01", OK),
    ("2026-02-29", DATE),
    ("20260301", DATE),
    ("2026-3-1", DATE),
    ("2026-03-01T00:00:00Z", DATE),
    ("1899-12-31", RANGE),
    (86400, TYPE),
]
NOTES = [("", OK), (LONG_NOTE, OK), (LONG_NOTE + "a", RANGE), (5, TYPE), ("ends\nhere", OK)]
MILLIGRAMS = [
    (0.001, OK),
    (50, OK),
    (4.5, OK),
    (0, RANGE),
    (-1, RANGE),
    (50.001, RANGE),
    (0.0005, RANGE),
    ("4.5", TYPE),
    (True, TYPE),
]
CODES = [("lupus", OK), (UUID, OK), ("gout", RANGE), (UUID4, RANGE), (1, TYPE)]
FLAGS = [(True, OK), (False, OK), (1, TYPE), ("true", TYPE)]


def words(*known: str) -> list[tuple[object, str | None]]:
    return [*((word, OK) for word in known), ("other-word", RANGE), (known[0].upper(), RANGE), (1, TYPE)]


TIMING = words("bedtime", "morning", "other")
FORMULATION = words("capsule", "tablet", "liquid", "sublingual", "troche", "topical", "other")
MEASURES = """pain sleep_disturbance vivid_dreams digestive_upset fatigue brain_fog low_mood anxiety stiffness
    joint_pain abdominal_pain urgency spasticity tremor headache nausea post_exertional_malaise skin_rash
    walking_difficulty function sleep_quality"""
BOUNDS: dict[str, dict[str, list[Any]]] = {
    "days": {
        **dict.fromkeys([*MEASURES.split(), "own:grip", "own:a_1"], SCORES),
        "own:Grip": [(3, "unknown-field")],
        "own:" + "a" * 41: [(3, "unknown-field")],
        "skipped": [
            ([], OK),
            (["pain", "own:grip"], OK),
            (["gout"], RANGE),
            ("pain", TYPE),
            ([1], TYPE),
            (["pain"] * 101, RANGE),
        ],
        "note": NOTES,
        "time_zone": [("Europe/London", OK), ("Mars/Base", OK), ("a b\n", RANGE), ("", RANGE), ("x" * 65, RANGE)],
        "local_date": [("2026-03-01", OK), ("2026-03-02", "id-mismatch"), ("01/03/2026", DATE), (1, TYPE)],
    },
    "moments": {
        "measure": [("pain", OK), ("own:grip", OK), ("sleep_quality", OK), ("gout", RANGE), (3, TYPE)],
        "value": SCORES,
        "note": NOTES,
        "at": [
            ("2026-03-01T14:30:00+13:45", OK),
            ("2026-03-01T14:30:00.123456789Z", OK),
            ("2026-03-01T14:30:00", DATE),
            ("2026-03-01T14:30Z", DATE),
            ("2026-03-01 14:30:00Z", DATE),
            ("2026-02-30T14:30:00Z", DATE),
            ("2026-03-01T24:00:00Z", DATE),
            (1772375400, TYPE),
        ],
    },
    "doses": {
        "status": words("taken", "partial", "skipped", "held"),
        "mg": MILLIGRAMS,
        "timing": TIMING,
        "formulation": FORMULATION,
        "reason": [("", OK), ("a" * 1000, OK), ("a" * 1001, RANGE), (1, TYPE)],
        "note": NOTES,
    },
    "regimen-steps": {
        "starts_on": DATES,
        "ends_on": [("2026-02-09", OK), ("2026-02-08", RANGE), ("2026-02-30", DATE), (1, TYPE)],
        "mg": MILLIGRAMS,
        "doses_per_day": [(1, OK), (24, OK), (0, RANGE), (25, RANGE), (1.5, TYPE), ("1", TYPE)],
        "timing": TIMING,
        "formulation": FORMULATION,
        "reason": words("start", "planned_up", "tolerability_down", "restart", "supply", "clinician", "stop"),
    },
    "conditions": {
        "code": [("fibromyalgia", OK), ("lupus", "id-mismatch"), ("gout", RANGE), (1, TYPE)],
        "label": [("", OK), ("a" * 200, OK), ("a" * 201, RANGE), (1, TYPE)],
        "diagnosed_on": DATES,
        "tracked_since": DATES,
        "targets_chosen_on": DATES,
        "primary_measure": [("pain", OK), ("own:grip", OK), ("sleep_quality", RANGE), ("gout", RANGE), (1, TYPE)],
        "target_measures": [([], OK), (["pain", "own:grip"], OK), (["gout"], RANGE), (["pain"] * 21, RANGE)],
        "status": words("active", "remission", "resolved"),
    },
    "medications": {
        "name": [("a", OK), ("a" * 200, OK), ("", RANGE), ("a" * 201, RANGE), (1, TYPE)],
        "conditions": [([], OK), (["lupus", UUID], OK), (["gout"], RANGE), ("lupus", TYPE), (["lupus"] * 51, RANGE)],
        "drug_class": words("opioid", "steroid", "nsaid", "dmard", "antidepressant", "hypnotic", "other"),
        "starts_on": DATES,
        "ends_on": DATES,
        "note": NOTES,
    },
    "events": {
        "kind": words("flare", "infection", "travel", "menstruation", "procedure", "vaccination", "stress", "other"),
        "condition": CODES,
        "starts_on": DATES,
        "ends_on": [("2026-02-20", OK), ("2026-02-19", RANGE), ("2026-02-30", DATE)],
        "severity": SCORES,
        "note": NOTES,
    },
    "impressions": {
        "change": [(1, OK), (7, OK), (0, RANGE), (8, RANGE), (True, TYPE), ("3", TYPE)],
        "condition": CODES,
        "local_date": [("2026-03-01", OK), ("2026-03-02", "id-mismatch")],
    },
    "measures": {
        "label": [("a", OK), ("a" * 200, OK), ("", RANGE), ("a" * 201, RANGE), (1, TYPE)],
        "direction": [("higher_is_better", OK), ("lower_is_better", RANGE), ("up", RANGE), (1, TYPE)],
        "retired": FLAGS,
    },
    "timing-plans": {
        "starts_on": [("2026-03-09", OK), ("2026-02-30", DATE), (1, TYPE)],
        "weeks": [(4, OK), (2, RANGE), (5, RANGE), (34, RANGE), ("4", TYPE), (4.5, TYPE)],
        "seed": [("a", OK), ("", RANGE), ("a" * 101, RANGE), (1, TYPE)],
        "agreed_with_prescriber": FLAGS,
        "order": [
            (["bedtime", "morning", "morning", "bedtime"], OK),
            (["morning", "bedtime", "morning", "bedtime"], RANGE),
            (["noon"], RANGE),
            ("bedtime", TYPE),
        ],
        "ended_on": [("2026-03-09", OK), ("2026-03-08", RANGE), (1, TYPE)],
    },
    "usuals": {"value": SCORES, "asked_on": DATES},
}
IDS: dict[str, tuple[list[str], list[str]]] = {
    "days": (
        ["day-2026-03-01", "2026-03-01", "day-1900-01-01"],
        ["day-2026-02-29", "2026-3-1", "day-20260301", "Day-2026-03-01", "day-2026-03-01-a", UUID],
    ),
    "impressions": (
        ["impression-2026-03-01", "impression-2026-03-01-lupus", f"impression-2026-03-01-{UUID}"],
        ["impression-2026-03-01-", "impression-2026-03-01-gout", "2026-03-01", "impression-2026-02-29"],
    ),
    "conditions": (["lupus", UUID], ["gout", "Lupus", UUID4]),
    "measures": (["grip", "a" * 40, "0_1"], ["Grip", "a" * 41, "own:grip", "gr-ip"]),
    "usuals": (["pain", "own-grip"], ["own:grip", "gout", "own-", "sleep_quality"]),
    **{
        path: ([UUID], [UUID4, UUID.upper(), UUID.replace("-", ""), "1", "pain"])
        for path in ("moments", "doses", "regimen-steps", "medications", "events", "timing-plans")
    },
}
each_path = pytest.mark.parametrize("path", BY_PATH)


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


@each_path
def test_fields_take_what_their_page_says_and_nothing_beyond(phone: Phone, path: str) -> None:
    sample = BY_PATH[path]
    phone.stored(
        sample.address, sample.fields | {"local_date": "2026-03-01"} if "at" in sample.fields else sample.fields
    )
    for name, cases in BOUNDS[path].items():
        for value, code in cases:
            answer = phone.patch(sample.address, {name: value})
            if code is None:
                assert answer.status_code == 200, (name, value, answer.text)
                assert answer.json()["fields"][name] == value
            else:
                assert field_faults(answer) == [(f"/{name}", code)], (name, value)
        phone.patch(sample.address, {name: sample.fields.get(name)})  # as it was


@each_path
def test_every_field_of_a_kind_is_tried(phone: Phone, path: str) -> None:
    fields = phone.get("/v1/openapi.json").json()["components"]["schemas"]
    name = {"doses": "Dose"}.get(path) or "".join(part.capitalize() for part in path.removesuffix("s").split("-"))
    assert fields[f"{name}Fields"]["properties"].keys() - BOUNDS[path].keys() <= {"local_date", "time_zone", "taken_at"}


@each_path
def test_ids_have_the_form_of_their_kind(phone: Phone, path: str) -> None:
    fields = BY_PATH[path].fields
    if path == "conditions":
        fields = {"label": "Sore knee"}
    for record_id in IDS[path][0]:
        answer = phone.put(f"/v1/{path}/{record_id}", fields)
        assert answer.status_code in {200, 201}, (record_id, answer.text)
        assert phone.get(f"/v1/{path}/{record_id}").json()["id"] == answer.json()["id"]
    for record_id in IDS[path][1]:
        for answer in (
            phone.put(f"/v1/{path}/{record_id}", fields),
            phone.patch(f"/v1/{path}/{record_id}", {}),
            phone.get(f"/v1/{path}/{record_id}"),
            phone.delete(f"/v1/{path}/{record_id}"),
        ):
            ((pointer, code),) = field_faults(answer)
            assert (pointer, code in {"id-mismatch", "invalid-text"}) == ("id", True), record_id


@pytest.mark.parametrize("record_id", ["a%20b", "%00", "%F0%9F%99%82", "a" * 65, "%D9%A2%D9%A0", "day-2026-03-01%0A"])
def test_what_no_record_is_named_is_refused(phone: Phone, record_id: str) -> None:
    ((pointer, code),) = field_faults(phone.get(f"/v1/days/{record_id}"))
    assert (pointer, code) in {("id", "invalid-text"), ("id", "id-mismatch")}


def test_day_is_addressed_by_its_date_too(phone: Phone) -> None:
    assert phone.put("/v1/days/2026-03-01", {"pain": 6}).json()["id"] == "day-2026-03-01"
    assert phone.get("/v1/days/day-2026-03-01").json() == phone.get("/v1/days/2026-03-01").json()
    assert phone.delete("/v1/days/2026-03-01").status_code == 204


def test_own_condition_has_a_label_and_no_code(phone: Phone) -> None:
    address = f"/v1/conditions/{UUID}"
    assert field_faults(phone.put(address, {"status": "active"})) == [("/label", "missing-field")]
    assert field_faults(phone.put(address, {"label": "Sore knee", "code": "lupus"})) == [("/code", "id-mismatch")]
    assert phone.put(address, {"label": "Sore knee"}).json()["fields"] == {"label": "Sore knee"}


def test_impression_on_a_condition_is_told_by_its_id(phone: Phone) -> None:
    answer = phone.put("/v1/impressions/impression-2026-03-01-lupus", {"change": 2})
    assert answer.json()["fields"] == {"change": 2, "condition": "lupus", "local_date": "2026-03-01"}
    assert [notice["code"] for notice in answer.json()["notices"]] == ["local-date-filled-in", "condition-filled-in"]
    contrary = phone.put("/v1/impressions/impression-2026-03-01-lupus", {"condition": "anxiety"})
    assert field_faults(contrary) == [("/condition", "id-mismatch")]


def test_declined_measure_stands_once_in_skipped(phone: Phone) -> None:
    answer = phone.put("/v1/days/2026-03-01", {"skipped": ["pain", "fatigue", "pain"], "anxiety": None})
    assert answer.json()["fields"]["skipped"] == ["pain", "fatigue"]
    assert answer.json()["fields"]["anxiety"] is None


def test_milligrams_are_stored_exactly_and_answered_as_a_canonical_number(phone: Phone, client: TestClient) -> None:
    address, headers = BY_PATH["doses"].address, {**phone.person.headers, "Content-Type": "application/json"}
    for mg in ("4.5", "0.1", "2.345", "0.001", "49.999", "50", "1.10", "3.0", "1E+1", "4500e-3"):
        body = f'{{"local_date": "2026-03-01", "status": "taken", "mg": {mg}}}'
        assert client.put(address, content=body, headers=headers).status_code in {200, 201}
        canonical = re.escape(format(Decimal(mg).normalize(), "f"))
        assert re.search(f'"mg": ?{canonical}[,}}]', phone.get(address).text)
        assert re.search(f'"mg": ?{canonical}[,}}]', phone.get("/v1/doses").text)


def test_number_that_a_double_would_round_into_range_is_refused(client: TestClient, phone: Phone) -> None:
    headers = {**phone.person.headers, "Content-Type": "application/json"}
    for mg in ("4.4999999999999999999", "50.00000000000000000001", "1e-400", "1e999999999999999999999"):
        body = f'{{"local_date": "2026-03-01", "status": "taken", "mg": {mg}}}'
        answer = client.put(BY_PATH["doses"].address, content=body, headers=headers)
        assert field_faults(answer) == [("/mg", "out-of-range")]


BODIES = [
    (b"", (400, "malformed-json")),
    (b"{", (400, "malformed-json")),
    (b'{"pain": 1, "pain": 2}', (400, "malformed-json")),
    (b'{"pain": NaN}', (400, "malformed-json")),
    (b'{"note": "\xff"}', (400, "malformed-json")),
    (b'\xef\xbb\xbf{"pain": 1}', (400, "malformed-json")),
    (b"[" * 100 + b"]" * 100, (400, "malformed-json")),
    (b"null", (422, "invalid")),
    (b'"pain"', (422, "invalid")),
    (b'{"note": "a\\u0000"}', (422, "invalid")),
    (b'{"note": "\\ud800"}', (422, "invalid")),
    (b'{"pain": 3.0}', (422, "invalid")),
    (b'{"note": "' + b"a" * 65536 + b'"}', (413, "body-too-large")),
]


@pytest.mark.parametrize(("body", "verdict"), BODIES)
def test_bad_body_is_refused_alike_on_both_engines(
    client: TestClient, phone: Phone, body: bytes, verdict: tuple[int, str]
) -> None:
    headers = {**phone.person.headers, "Content-Type": "application/json"}
    assert problem(client.put("/v1/days/2026-03-01", content=body, headers=headers)) == verdict
    assert problem(phone.get("/v1/days/2026-03-01")) == (404, "not-found")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_formats_and_compression_are_refused(client: TestClient, phone: Phone, headers: dict[str, str]) -> None:
    answer = client.put("/v1/days/2026-03-01", content=b'{"pain": 1}', headers={**phone.person.headers, **headers})
    assert problem(answer) == (415, "unsupported-media-type")


def test_merge_patch_says_so_by_its_media_type(client: TestClient, phone: Phone) -> None:
    phone.stored("/v1/days/2026-03-01", {"pain": 1})
    headers = {**phone.person.headers, "Content-Type": "application/merge-patch+json"}
    assert client.patch("/v1/days/2026-03-01", content=b'{"pain": 2}', headers=headers).status_code == 200


def test_any_unicode_comes_back_as_it_was_sent(phone: Phone) -> None:
    note = 'e\u0301 \u05d0\u05d1 🙂 \u202e \u0001 </script> \u2028 "\\'
    assert phone.put("/v1/days/2026-03-01", {"note": note}).json()["fields"]["note"] == note
    assert orjson.loads(phone.get("/v1/days/2026-03-01").content)["fields"]["note"] == note
