"""`scripts/onset restore`: verified, all or nothing, onto either engine; every diary begins a new epoch."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from app.config import Settings
from app.domain.ids import AccountId
from app.main import StandIns, create_app
from app.storage.backups import KEPT, LEFT_OUT
from app.storage.data_folder import own
from app.storage.engines import make_engine
from app.storage.erasures import Erasures
from app.storage.schema import migrate
from tests.support import contract, postgres
from tests.support.diary import SAMPLES, Phone
from tests.support.links import ongoing_link, visit_link
from tests.support.operator import all_rows, done, refused, rewritten, rows, run
from tests.support.people import PASSWORD, Person, sign_in, sign_up
from tests.support.sharing import invited, pending, shared

MOVED = {"patient_state", "forks", "grants", "shares"}
FIRST = "2026_11_25_0400"


@pytest.fixture
def blank(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """A database of the same engine that has nothing in it, not even a schema."""
    yield from _blank(engine_name, request, tmp_path / "blank")


@pytest.fixture
def other_blank(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """One of the other engine."""
    yield from _blank("sqlite" if engine_name == "postgresql" else "postgresql", request, tmp_path / "other")


def _blank(engine_name: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Settings]:
    if engine_name == "sqlite":
        yield Settings(data=folder, database_url=f"sqlite:///{folder / 'onset.db'}")
        return
    server = request.getfixturevalue("postgres_server")
    name = f"onset_blank_{uuid4().hex}"
    yield Settings(data=folder, database_url=postgres.create_database(server, name))
    postgres.drop_database(server, name)


@pytest.fixture
def owner(settings: Settings, stand_ins: StandIns) -> Person:
    """A patient with a full diary and a device that pushed, beside a clinician; the service has stopped since."""
    with TestClient(create_app(settings, stand_ins), raise_server_exceptions=False) as client:
        patient = sign_up(client)
        doctor = sign_up(client, role="clinician")
        phone = Phone(client, patient)
        for sample in SAMPLES:
            phone.stored(sample.address, sample.fields)
        phone.delete(SAMPLES[1].address)
        epoch = phone.get("/v1/sync/pull").json()["epoch"]
        fields = {"pain": 3, "note": "\u00fc"}
        mutation = {"kind": "day", "op": "put", "id": "day-2026-03-02", "base": 0, "fields": fields}
        push = {"device": "phone-1", "seq": 1, "schema": 1, "epoch": epoch, "mutations": [mutation]}
        assert client.post("/v1/sync/push", json=push, headers=patient.headers).status_code == 200
        assert shared(client, patient, doctor).read("doses").status_code == 200
        assert shared(client, patient, doctor).patient_does("revoke")
        assert pending(client, patient, doctor)
        assert invited(client, patient)
        assert ongoing_link(client, patient).post().status_code == 200
        assert visit_link(client, patient).patient_does("revoke").status_code == 200
    return patient


@pytest.fixture
def backup(owner: Person, settings: Settings, tmp_path: Path) -> Path:
    """One of that service."""
    assert owner
    file = tmp_path / "night.zip"
    done(settings, "backup", file)
    return file


Members = dict[str, bytes]
Spoil = Callable[[Members], object]


def standings(file: Path) -> dict[int, tuple[int, str]]:
    return {row["patient"]: (row["rev"], row["epoch"]) for row in rows(file, "patient_state")}


def assert_restored(backup: Path, settings: Settings, *, since: datetime) -> None:
    """What a database holds after a restore, told by a backup of it."""
    after = backup.with_name("after.zip")
    done(settings, "backup", after)
    was, now = all_rows(backup), all_rows(after)
    assert {name: its for name, its in now.items() if name not in MOVED} == {
        name: its for name, its in was.items() if name not in MOVED
    }
    for patient, (rev, epoch) in standings(backup).items():
        resumed_at, new_epoch = standings(after)[patient]
        assert new_epoch != epoch
        assert int(since.timestamp()) * 2**20 <= resumed_at < 2**53
        fork = {"patient": patient, "epoch": epoch, "forked_at": rev, "resumed_at": resumed_at}
        assert [row for row in now["forks"] if row["patient"] == patient and row not in was["forks"]] == [fork]
    ended = {"active": "paused", "pending": "revoked"}
    for table in ("grants", "shares"):
        assert [row["status"] for row in now[table]] == [ended.get(row["status"], row["status"]) for row in was[table]]
        assert {"active", "pending"}.isdisjoint(row["status"] for row in now[table])
    engine = make_engine(settings.resolved_database_url())
    with engine.connect() as connection:
        for table in LEFT_OUT - {"wrong_passwords"}:
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == 0  # noqa: S608 - a literal
    engine.dispose()


def test_a_backup_is_brought_back_into_a_new_database(backup: Path, blank: Settings) -> None:
    since = datetime.now(UTC)
    printed = done(blank, "restore", backup)
    assert sha256(backup.read_bytes()).hexdigest() in printed
    assert "diaries: 1" in printed
    assert_restored(backup, blank, since=since)


def test_a_backup_of_one_engine_is_brought_back_into_the_other(backup: Path, other_blank: Settings) -> None:
    since = datetime.now(UTC)
    done(other_blank, "restore", backup)
    assert_restored(backup, other_blank, since=since)


def test_a_restore_goes_there_and_back_between_engines(backup: Path, blank: Settings, other_blank: Settings) -> None:
    since = datetime.now(UTC)
    done(other_blank, "restore", backup)
    second = backup.with_name("second.zip")
    done(other_blank, "backup", second)
    done(blank, "restore", second)
    assert_restored(second, blank, since=since)
    assert len(rows(backup.with_name("after.zip"), "forks")) == 2


def test_a_database_with_accounts_stays_as_it_is_unless_it_is_said(
    backup: Path, settings: Settings, stand_ins: StandIns
) -> None:
    with TestClient(create_app(settings, stand_ins)) as client:
        later = sign_up(client)
        Phone(client, later).stored("/v1/days/2026-03-01", {"pain": 1})
    assert "--replace" in refused(settings, "restore", backup)
    kept = backup.with_name("kept.zip")
    done(settings, "backup", kept)
    assert later.email in {row["email"] for row in rows(kept, "accounts")}
    since = datetime.now(UTC)
    done(settings, "restore", "--replace", backup)
    assert_restored(backup, settings, since=since)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_nothing_is_put_under_a_service_that_runs(backup: Path, settings: Settings, stand_ins: StandIns) -> None:
    with TestClient(create_app(settings, stand_ins)):
        assert "another Onset process" in refused(settings, "restore", "--replace", backup)
    with own(settings.data):
        assert "another Onset process" in refused(settings, "restore", "--replace", backup)
    done(settings, "restore", "--replace", backup)


def test_whoever_signs_in_again_finds_the_diary_and_new_accounts_get_keys_of_their_own(
    backup: Path, blank: Settings, owner: Person, stand_ins: StandIns
) -> None:
    done(blank, "restore", backup)
    with TestClient(create_app(blank, stand_ins), raise_server_exceptions=False) as client:
        client.event_hooks["response"].append(contract.check)
        assert client.get("/v1/me", headers=owner.headers).json()["code"] == "token-invalid"
        form = {"grant_type": "refresh_token", "refresh_token": owner.tokens["refresh_token"]}
        assert client.post("/v1/auth/token", data=form).json()["code"] == "invalid-grant"
        phone = Phone(client, Person(owner.email, owner.account, sign_in(client, owner.email)))
        assert phone.get("/v1/days/2026-03-02").json()["fields"]["note"] == "\u00fc"
        [(rev, _)] = standings(backup).values()
        assert phone.stored("/v1/days/2026-03-02", {"pain": 5})["rev"] > rev + 1
        assert sign_up(client).account["id"]
        items = phone.get("/v1/sync/history?kind=day&id=day-2026-03-02").json()["items"]
        pains = [(item["device"], item["new"]) for item in items if item["field"] == "pain"]
        assert pains[0] == ("phone-1", 3)
        assert [new for _, new in pains] == [3, 5]


def test_who_was_erased_since_the_backup_is_not_brought_back(
    backup: Path, settings: Settings, owner: Person, stand_ins: StandIns
) -> None:
    with TestClient(create_app(settings, stand_ins)) as client:
        erased = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=owner.headers)
        assert erased.status_code == 204
    (ledger,) = (settings.data / "erased.txt").read_text().splitlines()
    assert [*(settings.data / "erasing").iterdir()] == []
    assert owner.account["id"] not in ledger
    assert "not brought back: 1." in done(settings, "restore", "--replace", backup)
    with TestClient(create_app(settings, stand_ins)) as client:
        form = {"grant_type": "password", "username": owner.email, "password": PASSWORD}
        assert client.post("/v1/auth/token", data=form).json()["code"] == "invalid-grant"
    kept = settings.data / "again.zip"
    done(settings, "backup", kept)
    assert [row["role"] for row in rows(kept, "accounts")] == ["clinician"]
    assert rows(kept, "records") == rows(kept, "record_history") == []


def test_an_erasure_that_does_not_come_into_the_ledger_is_kept_beside_it(
    owner: Person, settings: Settings, stand_ins: StandIns
) -> None:
    (settings.data / "erased.txt").mkdir()
    with TestClient(create_app(settings, stand_ins)) as client:
        erased = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=owner.headers)
        assert erased.status_code == 204
        assert client.get("/v1/me", headers=owner.headers).status_code == 401
    (settings.data / "erased.txt").rmdir()
    assert Erasures(settings.data).among([AccountId(owner.account["id"])])


def test_nothing_is_erased_where_a_restore_could_not_know_of_it(
    owner: Person, settings: Settings, stand_ins: StandIns
) -> None:
    (settings.data / "erasing").write_text("in the way")
    with TestClient(create_app(settings, stand_ins)) as client:
        refused = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=owner.headers)
        assert (refused.status_code, refused.json()["code"]) == (503, "database-unavailable")
        assert client.get("/v1/me", headers=owner.headers).status_code == 200
        (settings.data / "erasing").unlink()
        assert client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=owner.headers).status_code == 204
    assert [*(settings.data / "erasing").iterdir()] == []


def test_an_erasure_of_which_nobody_knows_the_end_counts_until_it_is_settled(
    backup: Path, owner: Person, settings: Settings
) -> None:
    """As if the process had been killed after the account was gone."""
    Erasures(settings.data).intend(AccountId(owner.account["id"]))
    assert "not brought back: 1." in done(settings, "restore", "--replace", backup)


def _lines(members: dict[str, bytes]) -> list[bytes]:
    return members["records.jsonl"].splitlines(keepends=True)


DAMAGES: dict[str, Spoil] = {
    "a row is missing": lambda its: its.update({"records.jsonl": b"".join(_lines(its)[1:])}),
    "rows stand twice": lambda its: its.update({"records.jsonl": its["records.jsonl"] * 2}),
    "a word is other": lambda its: its.update({"records.jsonl": its["records.jsonl"].replace(b"taken", b"taxen", 1)}),
    "a table is missing": lambda its: its.pop("records.jsonl"),
    "a table too many": lambda its: its.update({"more.jsonl": b""}),
    "no manifest": lambda its: its.pop("manifest.json"),
    "a broken manifest": lambda its: its.update({"manifest.json": b"{"}),
    "a manifest of another shape": lambda its: its.update({"manifest.json": b"[]"}),
    "another format": lambda its: its.update(
        {"manifest.json": its["manifest.json"].replace(b"onset-backup", b"other")}
    ),
    "a manifest without columns": lambda its: its.update(
        {"manifest.json": its["manifest.json"].replace(b'"columns"', b'"pillars"')}
    ),
    "other columns": lambda its: its.update({"manifest.json": its["manifest.json"].replace(b'"local_day"', b'"day"')}),
}


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_and_nothing_is_touched(damage: str, backup: Path, blank: Settings) -> None:
    with rewritten(backup) as members:
        DAMAGES[damage](members)
    assert re.search("damaged|not those|other files|other tables|does not read", refused(blank, "restore", backup))
    assert not blank.data.exists()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_file_with_wrong_or_missing_bytes_is_refused_or_restored_as_it_was(backup: Path, blank: Settings) -> None:
    good, chance = backup.read_bytes(), Random(7)  # noqa: S311 - which bytes are spoilt
    was = all_rows(backup)
    spoilt = backup.with_name("spoilt.zip")
    harmless = 0
    for number in range(150):
        content = bytearray(good)
        if number % 3 == 0:
            del content[chance.randrange(len(content)) :]
        else:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        spoilt.write_bytes(content)
        said = run(blank, "restore", "--replace", spoilt)
        assert said.code in {0, 1}
        if said.code == 0:  # the time of a file in the zip, and the like
            harmless += 1
            after = backup.with_name("after.zip")
            done(blank, "backup", after)
            assert all_rows(after)["records"] == was["records"]
    assert harmless < 50


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"\0" * 1000])
def test_what_is_no_zip_is_refused(content: bytes, blank: Settings, tmp_path: Path) -> None:
    file = tmp_path / "night.zip"
    file.write_bytes(content)
    assert "no backup of Onset" in refused(blank, "restore", file)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_file_that_is_not_there_is_said(blank: Settings, tmp_path: Path) -> None:
    assert "No such file" in refused(blank, "restore", tmp_path / "none.zip")


def _reseal(members: dict[str, bytes]) -> None:
    """Has the manifest agree with what the tables hold now."""
    manifest = json.loads(members["manifest.json"])
    for name, contents in manifest["tables"].items():
        lines = members[f"{name}.jsonl"]
        contents |= {"rows": lines.count(b"\n"), "sha256": sha256(lines).hexdigest()}
    members["manifest.json"] = json.dumps(manifest).encode()


UNFIT: dict[str, Spoil] = {
    "diaries without accounts": lambda its: its.update({"accounts.jsonl": b""}),
    "rows that stand twice": lambda its: its.update({"records.jsonl": its["records.jsonl"] * 2}),
    "a row with too few cells": lambda its: its.update({"records.jsonl": b'[1,"day"]\n'}),
    "a row that is none": lambda its: its.update({"records.jsonl": b"7\n"}),
    "a role that is none": lambda its: its.update(
        {"accounts.jsonl": its["accounts.jsonl"].replace(b'"patient"', b'"nobody"')}
    ),
    "bytes that are none": lambda its: its.update({"pushes.jsonl": b'[1,"phone-1",2,"?","[]"]\n'}),
}


@pytest.mark.parametrize("unfit", UNFIT)
def test_rows_that_the_database_refuses_leave_it_as_it_was(unfit: str, backup: Path, settings: Settings) -> None:
    was = all_rows(backup)
    bad = backup.with_name("bad.zip")
    bad.write_bytes(backup.read_bytes())
    with rewritten(bad) as members:
        UNFIT[unfit](members)
        _reseal(members)
    assert "refuses rows" in refused(settings, "restore", "--replace", bad)
    done(settings, "backup", backup)
    assert all_rows(backup) == was


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_backup_of_another_schema_says_which_version_restores_it(backup: Path, blank: Settings) -> None:
    with rewritten(backup) as members:
        manifest = json.loads(members["manifest.json"])
        members["manifest.json"] = json.dumps(manifest | {"schema_revision": "x", "service_version": "0.0.7"}).encode()
    said = refused(blank, "restore", backup)
    assert "Onset 0.0.7" in said
    assert "scripts/onset migrate" in said


def test_every_kept_table_has_rows_here(backup: Path) -> None:
    assert {name for name, its in all_rows(backup).items() if not its} == KEPT.keys() & {"forks"}


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_database_that_waits_for_its_schema_is_not_filled(backup: Path, blank: Settings) -> None:
    blank.data.mkdir()
    migrate(make_engine(blank.resolved_database_url()), FIRST)
    assert "scripts/onset migrate" in refused(blank, "restore", backup)
