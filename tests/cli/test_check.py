"""`scripts/onset check` looks, and makes nothing."""

from pathlib import Path

import pytest

from app.cli import main
from app.storage.data_folder import secret_key


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ONSET_DATABASE_URL", "ONSET_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("is_there", [True, False])
def test_what_is_missing_is_said_and_not_made(
    is_there: bool,  # noqa: FBT001 - one of two cases
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "data"
    if is_there:
        folder.mkdir()
    assert main(["check", "--data", str(folder)]) == 1
    said = capsys.readouterr().out
    assert f"database: missing at {folder / 'onset.db'}" in said
    assert f"secret key: missing in {folder}" in said
    assert list(tmp_path.rglob("*")) == ([folder] if is_there else [])


def test_a_key_that_is_not_made_yet_keeps_nothing_from_starting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert main(["check", "--data", str(tmp_path)]) == 0
    assert "secret key: missing" in capsys.readouterr().out
    assert not (tmp_path / "secret.key").exists()
    secret_key(tmp_path)
    assert main(["check", "--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "database: ok\nmigrations: ok\n" in said
    assert "secret key" not in said


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_database_elsewhere_is_looked_at_without_a_data_folder(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONSET_DATABASE_URL", database_url)
    assert main(["check", "--data", str(tmp_path / "data")]) == 0
    assert "database: ok\nmigrations: ok\n" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()
