"""Files stay short, and the lock files hold what pyproject.toml asks for, and no addresses."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_LINES = 400
LOCKS = ("requirements.lock", "requirements-dev.lock")


def names_in(requirements: list[str]) -> set[str]:
    """The packages that requirements ask for, by their normalised names."""
    return {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~!; ]", line)[0]).lower() for line in requirements}


def locked(lock: str) -> dict[str, str]:
    """The version of each package of a lock file."""
    pins = re.findall(r"^([\w.-]+)==([^ ;\\]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    return {next(iter(names_in([name]))): version for name, version in pins}


def asked_for() -> tuple[set[str], set[str]]:
    """The runtime's packages, and those of development."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return names_in(wanted["project"]["dependencies"]), names_in(wanted["dependency-groups"]["dev"])


def test_no_file_of_the_service_is_too_long() -> None:
    lengths = {file: len(file.read_text("utf-8").splitlines()) for file in (ROOT / "app").rglob("*.py")}
    assert len(lengths) > 100
    assert {str(file) for file, lines in lengths.items() if lines > LONGEST_LINES} == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_names_versions_and_hashes_only(lock: str) -> None:
    allowed = re.compile(r"(?:[\w.-]+==\S+(?: ; [^/@]+)?|    --hash=sha256:[0-9a-f]{64})(?: \\)?|\s*#[^/@]*|")
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert lines
    assert [line for line in lines if not allowed.fullmatch(line)] == []


def test_the_locks_hold_what_is_asked_for() -> None:
    runtime, development = asked_for()
    assert runtime - set(locked("requirements.lock")) == set()
    assert runtime | development <= set(locked("requirements-dev.lock"))


def test_development_runs_on_the_same_versions() -> None:
    development = locked("requirements-dev.lock")
    assert {name: development.get(name) for name in locked("requirements.lock")} == locked("requirements.lock")
