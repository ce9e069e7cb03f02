"""An operator's mistake ends in one line that says what to change, and repeats no value."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main

VALUE = "9f3b-canary"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY", "SMTP_URL", "TRUSTED_PROXIES", "ENV", "LIMITS"):
        monkeypatch.delenv(f"ONSET_{name}", raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long walk by the sea\n"))


def test_an_instant_that_is_none_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["touched", "--from", VALUE, "--to", "2026-03-01"])
    said = capsys.readouterr().err
    assert "give a date, or an instant such as 2026-03-01T12:00:00Z" in said
    assert VALUE not in said


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line of a command that is refused."""
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("onset: ")
    assert said.err.count("\n") == 1
    assert VALUE not in said.err
    return said.err


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SECRET_KEY", VALUE, "at least 32"),
        ("TRUSTED_PROXIES", VALUE, "addresses or networks"),
        ("TRUSTED_PROXIES", f"10.0.0.1, {VALUE}", "addresses or networks"),
        ("DATABASE_URL", f"mysql://{VALUE}", "postgresql+psycopg://"),
        ("DATABASE_URL", f"postgresql://{VALUE}/onset", "postgresql+psycopg://"),
        ("DATABASE_URL", VALUE, "postgresql+psycopg://"),
        ("DATABASE_URL", f"postgresql+psycopg://host:{VALUE}/onset", "postgresql+psycopg://"),
        ("DATABASE_URL", "sqlite://", "sqlite:///FILE"),
        ("DATABASE_URL", "sqlite:///:memory:", "sqlite:///FILE"),
        ("REPLICA_URL", f"mysql://{VALUE}", "postgresql+psycopg://"),
        ("SMTP_URL", f"http://{VALUE}", "smtp://HOST:PORT"),
        ("SMTP_URL", f"smtp://host:{VALUE}", "smtp://HOST:PORT"),
        ("SMTP_URL", "smtp://[", "smtp://HOST:PORT"),
        ("ENV", VALUE, "'production'"),
        ("PUBLIC_URL", f"https://{VALUE:x<73}", "at most 80"),
    ],
)
def test_a_setting_that_cannot_be_is_named(  # noqa: PLR0913, PLR0917 - a case and pytest's fixtures
    name: str,
    value: str,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(f"ONSET_{name}", value)
    said = refusal(capsys, "serve", "--data", str(tmp_path))
    assert said.startswith(f"onset: ONSET_{name}: ")
    assert why in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["DATABASE_URL", "SMTP_URL", "TRUSTED_PROXIES"])
def test_a_setting_that_is_empty_is_not_set(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"ONSET_{name}", "")
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert (tmp_path / "onset.db").exists()


def test_limits_that_are_off_are_no_production(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONSET_ENV", "production")
    monkeypatch.setenv("ONSET_LIMITS", "off")
    assert refusal(capsys, "serve") == "onset: ONSET_LIMITS=off is refused in production\n"


@pytest.mark.parametrize("command", [["migrate"], ["create-account", "ada@example.org"]])
def test_a_database_that_is_down_is_said(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONSET_DATABASE_URL", f"postgresql+psycopg://onset:{VALUE}@127.0.0.1:1/onset")
    assert "cannot be reached" in refusal(capsys, *command, "--data", str(tmp_path))


def test_a_service_whose_database_is_down_ends(tmp_path: Path) -> None:
    environment = {"ONSET_DATABASE_URL": f"postgresql+psycopg://onset:{VALUE}@127.0.0.1:1/onset"}
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "app.cli", "serve", "--port", "0", "--data", str(tmp_path)]
    ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("onset: the database cannot be reached")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["create-account", "reset-password"])
@pytest.mark.parametrize("is_empty_file", [True, False])
def test_accounts_wait_for_the_schema(
    command: str,
    is_empty_file: bool,  # noqa: FBT001 - one of two cases
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if is_empty_file:
        (tmp_path / "onset.db").touch()
    assert "scripts/onset migrate" in refusal(capsys, command, "ada@example.org", "--data", str(tmp_path))
    assert not (tmp_path / "secret.key").exists()


def test_an_account_is_made_and_its_password_set_once_the_schema_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert main(["create-account", "ada@example.org", "--data", str(tmp_path)]) == 0
    assert "Made account" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.StringIO("a short swim in the lake\n"))
    assert main(["reset-password", "ada@example.org", "--data", str(tmp_path)]) == 0


def test_a_data_folder_that_is_a_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").touch()
    assert str(tmp_path / "data") in refusal(capsys, "migrate", "--data", str(tmp_path / "data"))
