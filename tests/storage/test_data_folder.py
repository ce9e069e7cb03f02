"""One process owns an SQLite database; the secret key is whole and its owner's alone once it has its name."""

import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.cli import main
from app.config import Settings
from app.main import StandIns, create_app
from app.storage.data_folder import DataFolderInUse, ShortKey, present_key, secret_key


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert present_key(folder) is None
    assert not folder.exists()
    key = secret_key(folder)
    assert len(key) >= 32
    assert secret_key(folder) == present_key(folder) == key
    assert [file.name for file in folder.iterdir()] == ["secret.key"]
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_all_that_make_the_key_at_once_have_the_same_one(tmp_path: Path) -> None:
    together = Barrier(8)

    def make(_turn: int) -> bytes:
        together.wait(10)
        return secret_key(tmp_path)

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(make, range(8)))
    assert keys == {secret_key(tmp_path)}
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_maker_that_is_stopped_before_the_disk_has_the_key_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_descriptor: int) -> None:
        assert not (tmp_path / "secret.key").exists()
        raise OSError("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", stopped)
        with pytest.raises(OSError, match="stopped"):
            secret_key(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(secret_key(tmp_path)) >= 32


@pytest.mark.parametrize("kept", [b"", b"k" * 31])
def test_a_key_that_is_too_short_is_refused_in_one_line(
    kept: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ONSET_SECRET_KEY", raising=False)
    monkeypatch.delenv("ONSET_DATABASE_URL", raising=False)
    (tmp_path / "secret.key").write_bytes(kept)
    with pytest.raises(ShortKey):
        secret_key(tmp_path)
    assert main(["check", "--data", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("onset: ")
    assert told.count("\n") == 1
    assert "secret.key" in told


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_one_sqlite_database_has_one_service_whatever_their_data_folders(
    database_url: str, tmp_path: Path, stand_ins: StandIns
) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "onset.db")
    first = create_app(Settings(data=tmp_path / "first", database_url=database_url), stand_ins)
    second = Settings(data=tmp_path / "second", database_url=f"sqlite:///{tmp_path / 'link.db'}")
    with TestClient(first):
        with pytest.raises(DataFolderInUse), TestClient(create_app(second, stand_ins)):
            pass
        assert not second.data.exists()
    with TestClient(create_app(second, stand_ins)) as served:
        assert served.get("/readyz").status_code == 200


def test_services_on_databases_of_their_own_run_beside_each_other(
    sqlite_template: Path, tmp_path: Path, stand_ins: StandIns
) -> None:
    apps: list[FastAPI] = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        file = shutil.copy(sqlite_template, tmp_path / name / "onset.db")
        apps.append(create_app(Settings(data=tmp_path, database_url=f"sqlite:///{file}"), stand_ins))
    with TestClient(apps[0]), TestClient(apps[1]) as served:
        assert served.get("/readyz").status_code == 200


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_service_that_runs_keeps_its_schema_from_another_data_folder(
    settings: Settings, tmp_path: Path, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONSET_DATABASE_URL", settings.resolved_database_url())
    with TestClient(create_app(settings, stand_ins)):
        assert main(["migrate", "--data", str(tmp_path / "other")]) == 1
    assert main(["migrate", "--data", str(tmp_path / "other")]) == 0
