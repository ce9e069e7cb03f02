"""`scripts/onset export`: the same file as the patient's own, for an operator."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.config import Settings
from tests.support.diary import SAMPLES, Phone
from tests.support.files import Exported, export
from tests.support.operator import done, refused
from tests.support.people import Person, sign_up


def test_an_operator_gets_what_the_patient_gets(
    client: TestClient, patient: Person, settings: Settings, tmp_path: Path
) -> None:
    phone = Phone(client, patient)
    for sample in SAMPLES:
        phone.stored(sample.address, sample.fields)
    file = tmp_path / "ada.zip"
    printed = done(settings, "export", f" {patient.email.upper()} ", file)
    assert str(file) in printed
    assert file.stat().st_mode & 0o777 == 0o600
    found, own = Exported.of(file.read_bytes()), export(client, patient)
    (row,) = client.get("/v1/me/access-log", headers=patient.headers).json()["items"]
    assert (row["actor"]["kind"], row["route"], row["outcome"]) == ("operator", "scripts/onset export", "served")
    when = {"exported_at"}
    assert {name: value for name, value in found.whole.items() if name not in when} == {
        name: value for name, value in own.whole.items() if name not in when
    }
    assert {name: its for name, its in found.members.items() if name not in {"README.txt", "onset.json"}} == {
        name: its for name, its in own.members.items() if name not in {"README.txt", "onset.json"}
    }


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_who_keeps_no_diary_has_none_to_export(client: TestClient, settings: Settings, tmp_path: Path) -> None:
    clinician = sign_up(client, role="clinician")
    for email in (clinician.email, "nobody@example.org"):
        assert "no patient's account" in refused(settings, "export", email, tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_folder_that_is_not_there_is_said(patient: Person, settings: Settings, tmp_path: Path) -> None:
    assert "No such file" in refused(settings, "export", patient.email, tmp_path / "nowhere/ada.zip")
