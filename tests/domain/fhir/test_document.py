"""The document and the collection: what is in them, in which order, and what is not."""

# ruff: noqa: ANN401 - more members of a document

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from app.api.render import json_of
from app.domain.catalogue import CONDITIONS
from app.domain.fhir.bundle import collection, document, searchset
from app.domain.fhir.codes import NALTREXONE
from app.domain.fhir.lean import lean
from app.domain.fhir.names import Names
from app.domain.fhir.own import OwnMedication
from app.domain.fhir.shown import Person, Shown
from tests.support.fhir import AT, CORE, NAMES, VERSION, as_json, faults, generated, permission, steady

Part = dict[str, Any]
EMPTY = Shown(person=Person(), as_of=AT.date())


def made(shown: Shown, names: Names = NAMES, **more: Any) -> Part:
    return as_json(document(shown, names, AT, VERSION, **more))


def checked_in(shown: Shown) -> Part:
    return as_json(collection(shown, NAMES, AT, VERSION, story=b"%PDF-1 a", rendering=b"%PDF-1 b"))


def kinds(bundle: Part) -> list[str]:
    return [entry["resource"]["resourceType"] for entry in bundle["entry"]]


def of_kind(bundle: Part, kind: str) -> list[Part]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def test_generated_documents_have_no_holes_and_no_loose_ends() -> None:
    for number in range(40):
        shown = generated(number, days=4)
        allowed = permission(number) if number % 2 else None
        assert faults(made(shown, permission=allowed)) == [], number
        assert faults(checked_in(shown)) == [], number


def test_every_condition_of_the_catalogue_is_among_the_generated() -> None:
    assert set(CONDITIONS) <= {one.code for number in range(40) for one in generated(number, days=1).conditions}


def test_document_begins_with_its_composition_and_names_what_it_holds() -> None:
    bundle = made(generated(4), permission=permission(1))
    assert kinds(bundle)[:3] == ["Composition", "Patient", "Device"]
    assert (bundle["type"], bundle["timestamp"]) == ("document", "2026-11-26T12:00:00Z")
    assert bundle["identifier"]["value"].startswith("urn:uuid:")
    composition = bundle["entry"][0]["resource"]
    assert composition["type"]["coding"][0]["code"] == "51855-5"
    assert composition["author"] == [
        {"reference": bundle["entry"][1]["fullUrl"]},
        {"reference": bundle["entry"][2]["fullUrl"]},
    ]
    sections = {section["title"]: section for section in composition["section"]}
    codes = {title: section.get("code", {}).get("coding", [{}])[0].get("code") for title, section in sections.items()}
    assert codes == {
        "Problems": "11450-4",
        "Medication": "10160-0",
        "Symptom diary": None,
        "Trend summary": None,
        "Consent": "59284-0",
    }
    listed = [entry["reference"] for section in sections.values() for entry in section["entry"]]
    loose = {"Composition", "Patient", "Device", "Provenance"}
    held = [entry["fullUrl"] for entry in bundle["entry"] if entry["resource"]["resourceType"] not in loose]
    assert listed == held
    assert len(set(held)) == len(held)


def test_document_of_an_empty_diary_says_who_and_nothing_else() -> None:
    bundle = made(EMPTY)
    assert kinds(bundle) == ["Composition", "Patient", "Device", "Provenance"]
    assert "section" not in bundle["entry"][0]["resource"]
    assert faults(bundle) == []


@pytest.mark.parametrize("kind", ["AllergyIntolerance", "DiagnosticReport"])
def test_document_does_not_look_like_what_it_is_not(kind: str) -> None:
    assert kind not in kinds(made(generated(3), permission=permission(1)))


def test_provenance_tells_author_and_assembler_of_the_composition() -> None:
    bundle = made(EMPTY)
    (provenance,) = of_kind(bundle, "Provenance")
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert provenance["target"] == [{"reference": urls[0]}]
    assert provenance["recorded"] == "2026-11-26T12:00:00Z"
    assert [(agent["type"]["coding"][0]["code"], agent["who"]["reference"]) for agent in provenance["agent"]] == [
        ("author", urls[1]),
        ("assembler", urls[2]),
    ]


def test_narrative_is_escaped() -> None:
    wild = OwnMedication(id="m", name="<b>Ibu</b> & co\x0b", starts_on=AT.date(), ends_on=AT.date(), note=None)
    shown = replace(EMPTY, medications=[wild])
    (section,) = made(shown)["entry"][0]["resource"]["section"]
    assert section["text"]["status"] == "generated"
    assert section["text"]["div"] == (
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>Other medicines</p>'
        "<ul><li>&lt;b&gt;Ibu&lt;/b&gt; &amp; co  from 2026-11-26 to 2026-11-26</li></ul></div>"
    ).replace("co  from", "co from")


def test_narrative_is_xhtml_for_all_generated() -> None:
    for number in range(20):
        for section in made(generated(number))["entry"][0]["resource"].get("section", ()):
            div = ET.fromstring(section["text"]["div"])  # noqa: S314 - our own
            assert div.tag == "{http://www.w3.org/1999/xhtml}div"


def test_snomed_codes_come_with_their_attribution() -> None:
    with_code, without = (
        next(
            shown
            for shown in (generated(number, days=1) for number in range(60))
            if {one.code for one in shown.conditions} == wanted
        )
        for wanted in ({"depression"}, {"fibromyalgia"})
    )
    assert "IPS Free Set" in str(made(with_code))
    assert "IPS Free Set" not in str(made(without))


def test_two_readers_share_no_name() -> None:
    shown = generated(2)
    names = [
        {entry["fullUrl"] for entry in made(shown, Names(key, in_bundle=True))["entry"]}
        for key in (b"a" * 32, b"b" * 32)
    ]
    assert not names[0] & names[1]
    assert len(names[0]) == len(names[1])


def test_pseudonym_of_a_grant_is_the_patients_identifier() -> None:
    (patient,) = of_kind(made(EMPTY, Names(b"a" * 32, pid="p7", in_bundle=True)), "Patient")
    assert patient["identifier"] == [{"system": "urn:onset:pseudonym", "value": "p7"}]
    assert "name" not in patient
    assert faults(made(EMPTY, Names(b"a" * 32, pid="p7", in_bundle=True))) == []


def test_collection_has_one_patient_and_two_files_and_no_composition() -> None:
    shown = replace(generated(4), person=Person(name="Ada", born="1975-04-30", gender="female"))
    bundle = checked_in(shown)
    assert (bundle["type"], len(of_kind(bundle, "Patient"))) == ("collection", 1)
    assert not {"Composition", "Consent", "Provenance"} & set(kinds(bundle))
    assert of_kind(bundle, "Patient")[0]["birthDate"] == "1975-04-30"
    assert all(entry["fullUrl"].startswith("urn:uuid:") for entry in bundle["entry"])
    files = of_kind(bundle, "DocumentReference")
    assert [(file["type"]["coding"][0]["code"], file["content"][0]["attachment"]["data"]) for file in files] == [
        ("51855-5", "JVBERi0xIGE="),
        ("60591-5", "JVBERi0xIGI="),
    ]
    rest = [entry["resource"] for entry in made(shown)["entry"] if entry["resource"]["resourceType"] == "Observation"]
    assert of_kind(bundle, "Observation") == rest


def test_five_years_stay_below_8_megabytes() -> None:
    bundle = document(steady(1826), NAMES, AT, VERSION, permission=permission(1))
    assert kinds(bundle).count("Observation") > 5 * 1826
    assert len(json_of(bundle)) < 8_000_000


def test_six_scores_a_day_for_five_years_stay_below_8_mebibytes() -> None:
    shown = steady(1826, (*CORE, "brain_fog"))
    bundle = document(shown, NAMES, AT, VERSION, permission=permission(1))
    assert (kinds(bundle).count("MedicationAdministration"), len(shown.days)) == (1826, 1826)
    assert len(json_of(bundle)) < 8 * 1024 * 1024


def test_long_documents_say_the_same_in_fewer_words() -> None:
    shown = steady(1500, (*CORE, "brain_fog", "nausea"))
    bundle, short = made(shown), made(replace(shown, days=shown.days[-9:], doses=shown.doses[-9:]))
    found, dressed = (_entries_of(one) for one in (bundle, short))
    assert len(found) == 1500 * 8
    for name, told in dressed.items():
        plain = found[name]
        if "performer" in told and told["resourceType"] == "MedicationAdministration":
            assert told.pop("performer")[0]["actor"] == plain["subject"]
            assert plain["dosage"]["dose"]["unit"] == "mg"
        else:
            assert told["valueQuantity"].pop("unit") == plain["valueQuantity"]["code"]
        for coding in (told.get("code") or told["medicationCodeableConcept"])["coding"]:
            coding.pop("display", None)
        assert plain == told


def _entries_of(bundle: Part) -> dict[str, Part]:
    """Scores and nights by their address."""
    kept = {"Observation", "MedicationAdministration"}
    entries = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] in kept]
    return {entry["fullUrl"]: entry["resource"] for entry in entries if "component" not in entry["resource"]}


def test_lean_resources_may_lack_what_is_left_out() -> None:
    blank: Part = {"resourceType": "MedicationAdministration", "performer": [], "medicationCodeableConcept": NALTREXONE}
    declined: Part = {"resourceType": "Observation", "code": NALTREXONE, "dataAbsentReason": {}}
    trend: Part = {"resourceType": "Observation", "code": NALTREXONE, "component": []}
    lean([blank, declined, trend])
    assert trend["code"] is NALTREXONE
    assert "display" in str(NALTREXONE)
    assert "display" not in f"{blank}{declined}"
    assert "performer" not in blank


def test_page_of_a_search_has_its_own_and_the_next_address() -> None:
    found = [{"resourceType": "Condition", "id": "c1"}]
    bundle = searchset(found, "https://onset.example/v1/fhir", here="https://a", following="https://b")
    assert bundle == {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": "https://a"}, {"relation": "next", "url": "https://b"}],
        "entry": [
            {
                "fullUrl": "https://onset.example/v1/fhir/Condition/c1",
                "resource": found[0],
                "search": {"mode": "match"},
            }
        ],
    }
    empty = searchset([], "https://onset.example/v1/fhir", here="https://a")
    assert empty == {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "self", "url": "https://a"}]}
