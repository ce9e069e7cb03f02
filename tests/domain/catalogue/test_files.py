"""The data files, their version, and the form in which the service hands the catalogue out."""

import json
import re
from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import CATALOGUE_VERSION, CONDITIONS, EVIDENCE, MEASURES, SIDE_EFFECT_YARDSTICKS
from app.domain.catalogue.files import CatalogueFile, by_code, read_file, version_of

NAMES = ("measures.json", "conditions.json", "evidence.json")
FILES = tuple(read_file(name) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_data_file_carries_the_date_of_its_version(name: str) -> None:
    assert read_file(name).version >= date(2026, 11, 25)


def test_version_is_short_and_fit_for_an_etag() -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}", CATALOGUE_VERSION)


def test_version_is_the_same_after_reading_again() -> None:
    assert version_of(FILES) == CATALOGUE_VERSION


@given(which=st.sampled_from(range(3)), digest=st.binary(min_size=32, max_size=32))
def test_version_changes_with_the_content_of_any_file(which: int, digest: bytes) -> None:
    changed = [replace(file, digest=digest) if place == which else file for place, file in enumerate(FILES)]
    assert (version_of(changed) == CATALOGUE_VERSION) == (digest == FILES[which].digest)


def test_version_carries_the_date_of_the_newest_file() -> None:
    newer = CatalogueFile(version=date(2030, 1, 2), content={}, digest=b"")
    assert version_of((newer, *FILES)).startswith("2030-01-02-")


def test_code_that_stands_twice_is_refused() -> None:
    pain = MEASURES["pain"]
    with pytest.raises(ValueError, match="each code stands once"):
        by_code((pain, replace(pain, label="Ache")))


def test_catalogue_cannot_be_changed_by_its_readers() -> None:
    with pytest.raises(TypeError):
        MEASURES["pain"] = MEASURES["fatigue"]  # pyright: ignore[reportIndexIssue] - what is tested


def test_catalogue_renders_as_plain_json() -> None:
    entries = (*MEASURES.values(), *CONDITIONS.values(), *EVIDENCE, *SIDE_EFFECT_YARDSTICKS)
    for entry in entries:
        rendered = json.loads(json.dumps(asdict(entry), default=date.isoformat))
        assert rendered.keys() == asdict(entry).keys()


def test_labels_are_in_plain_words() -> None:
    for entry in (*MEASURES.values(), *CONDITIONS.values()):
        assert re.fullmatch(r"[A-Z][A-Za-z' ]{2,38}( \([A-Z/]+\))?", entry.label)
