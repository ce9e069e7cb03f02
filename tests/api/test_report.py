"""The report for a doctor as a PDF (sharing, section 5; api, "Trends")."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportIndexIssue=false
# - what pypdf reads of a document has no types

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.diary import Phone, days_from, field_faults, problem, uuid7, write_days, write_doses
from tests.support.pdf import read, text
from tests.support.people import Person

FIRST = date(2026, 1, 4)
FIRST_DOSE = FIRST + timedelta(weeks=2)
SCORES = ("pain", "sleep_disturbance", "fatigue")
REPORT = "/v1/trends/fibromyalgia/report.pdf"


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


def live(phone: Phone) -> None:
    """Two weeks before the first dose and six after."""
    write_days(phone, days_from(FIRST, 14), **dict.fromkeys(SCORES, 7))
    write_days(phone, days_from(FIRST_DOSE, 42), **dict.fromkeys(SCORES, 5))
    write_doses(phone, days_from(FIRST_DOSE, 42))


def roles(element: Any) -> Iterator[str]:  # noqa: ANN401 - objects of a PDF
    """What the structure of a document is made of, in reading order."""
    for kid in element.get("/K", []):
        if not isinstance(kid, int):
            yield kid.get_object()["/S"]
            yield from roles(kid.get_object())


def test_report_is_one_page_of_text_that_can_be_selected(phone: Phone) -> None:
    phone.client.patch("/v1/me", json={"display_name": "Zoë Müller"}, headers=phone.person.headers)
    live(phone)
    answer = phone.get(REPORT)
    document = read(answer)
    assert len(document.pages) == 1
    told = text(document)
    for expected in (
        "Symptom diary: Fibromyalgia",
        "4 January 2026 to 2 March 2026",
        "Zoë Müller",
        "7.0 (14 days)",
        "first dose",
        "1.5 mg 18 January 2026 28 February 2026 42",
        "A dose was taken on 95 to 100 % of 44 days",
        "Symptoms are scored on 42 of 44 days.",
        "What studies found",
        "Lancet Rheumatol 2024;6:e31-e39",
        "page 1 of 1",
    ):
        assert expected in told
    assert answer.headers["content-disposition"] == 'inline; filename="onset-report-2026-03-02.pdf"'


def test_report_has_language_title_embedded_fonts_and_structure(phone: Phone) -> None:
    live(phone)
    document = read(phone.get(REPORT))
    catalogue = document.root_object
    assert catalogue["/Lang"] == "en"
    assert document.metadata is not None
    assert document.metadata.title == "Symptom diary: Fibromyalgia"
    assert document.metadata["/CreationDate"] == "D:20260302"
    fonts = document.pages[0]["/Resources"]["/Font"]
    used = [font.get_object() for name, font in fonts.items() if name != "/F1"]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"] and "/ToUnicode" in font for font in used)
    found = list(roles(catalogue["/StructTreeRoot"]["/K"].get_object()))
    assert found[0] == "/H1"
    assert found.count("/Table") == 3
    assert {"/H2", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD", "/Figure"} <= {*found}


def test_text_alternatives_of_the_charts_are_in_the_report(phone: Phone) -> None:
    live(phone)
    root = read(phone.get(REPORT)).root_object["/StructTreeRoot"]["/K"].get_object()
    told = [kid.get_object().get("/Alt", "") for kid in root["/K"] if kid.get_object()["/S"] == "/Figure"]
    assert len(told) == 2
    assert all("Before 18 January 2026 the mean was 7.0" in one for one in told)


def test_empty_diary_and_dates_without_data_have_a_page_too(phone: Phone) -> None:
    empty = read(phone.get(REPORT))
    assert len(empty.pages) == 1
    assert "No scores yet" in text(empty)
    assert "No doses are shown for these dates." in text(empty)
    live(phone)
    early = text(read(phone.get(f"{REPORT}?from=2025-01-01&to=2025-03-01")))
    assert "1 January 2025 to 1 March 2025" in early
    assert "No scores yet" in early
    late = text(read(phone.get(f"{REPORT}?from=2026-03-02")))
    assert "No scores in these dates" in late
    assert "2 March 2026 to 2 March 2026" in late


def test_dates_cut_doses_coverage_and_adherence(phone: Phone) -> None:
    live(phone)
    told = text(read(phone.get(f"{REPORT}?from=2026-02-01&to=2026-02-14")))
    assert "1 February 2026 to 14 February 2026" in told
    assert "1.5 mg 1 February 2026 14 February 2026 14" in told
    assert "Symptoms are scored on 14 of 14 days." in told
    assert "A dose is recorded on 100 % of 14 days" in told
    assert "Results are from the whole diary up to 14 February 2026" in told


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("from=2026-02-02&to=2026-02-01", ("from", "out-of-range")),
        ("from=2026-03-03", ("from", "out-of-range")),
        ("to=2026-03-04", ("to", "date-in-future")),
        ("to=2026-02-30", ("to", "invalid-date")),
        ("from=1899-12-31", ("from", "invalid-date")),
        ("from=", ("from", "invalid-date")),
    ],
)
def test_bad_dates_are_refused(phone: Phone, query: str, fault: tuple[str, str]) -> None:
    assert field_faults(phone.get(f"{REPORT}?{query}")) == [fault]


def test_unknown_condition_has_no_report(phone: Phone) -> None:
    for unknown in ("gout", uuid7(1), "%00"):
        assert problem(phone.get(f"/v1/trends/{unknown}/report.pdf")) == (404, "not-found")


def test_own_condition_and_measure_in_any_script(phone: Phone) -> None:
    labels = "Ελληνικά", "Кириллица", "Größe", "עברית"
    for at, label in enumerate(labels):
        phone.stored(f"/v1/measures/own_{at}", {"label": label, "direction": "lower_is_better"})
    own = {"label": "Schmerzen – боль", "target_measures": [f"own:own_{at}" for at in range(len(labels))]}
    phone.stored(f"/v1/conditions/{uuid7(1)}", own)
    told = text(read(phone.get(f"/v1/trends/{uuid7(1)}/report.pdf")))
    assert "Symptom diary: Schmerzen – боль" in told
    for label in labels[:3]:
        assert label in told


def test_unchanged_report_is_not_sent_twice_and_is_the_same_bytes(phone: Phone) -> None:
    live(phone)
    first = phone.get(REPORT)
    tag = first.headers["etag"]
    again = phone.get(REPORT, If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert phone.get(f"{REPORT}?to=2026-03-02").content == first.content
    phone.client.patch("/v1/me", json={"display_name": "Ada"}, headers=phone.person.headers)
    renamed = phone.get(REPORT, If_None_Match=tag)
    assert renamed.status_code == 200
    assert "Ada" in text(read(renamed))
    phone.stored("/v1/days/2026-03-01", {"pain": 3})
    assert phone.get(REPORT, If_None_Match=renamed.headers["etag"]).status_code == 200
