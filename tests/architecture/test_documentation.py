"""README.md lists what the code has, and app/README.md is a map of what is there."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.sessions import ACCESS_LIFETIME, LONGEST_SESSION, REFRESH_LIFETIME
from scripts.lib.readme import code_rows, field_codes, settings_rows

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
MAP = (ROOT / "app/README.md").read_text("utf-8")

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")
_PATH = re.compile(r"(?:app|migrations|scripts|tests)/[\w.\-/*]*|[\w\-/]+\.(?:ini|lock|md|py|sh|toml|yml)")


def paths_in(page: str) -> set[str]:
    """What a page names as a path of the repository: in code spans and in links."""
    prose = _FENCE.sub("", page)
    spans = [span for span in _CODE.findall(prose) if _PATH.fullmatch(span)]
    return {*spans, *_LINK.findall(prose)}


def missing(page: str, folder: Path) -> list[str]:
    """Those that are neither in the repository nor beside the page."""
    named = paths_in(page)
    return sorted(path for path in named if not any(True for base in (ROOT, folder) for _ in base.glob(path)))


def rows(beginning: str) -> list[str]:
    """The README's table rows that begin so."""
    return [line for line in README.splitlines() if re.match(beginning, line)]


def test_the_readme_lists_every_setting() -> None:
    assert rows(r"\| `ONSET_") == settings_rows(), "python -m scripts.lib.readme prints the table"


def test_the_readme_lists_every_problem_code() -> None:
    assert rows(r"\| \d{3} \|") == code_rows(), "python -m scripts.lib.readme prints the table"


def test_the_readme_says_how_long_tokens_last() -> None:
    told = " ".join(README.split())
    assert f"access token lasts {ACCESS_LIFETIME // timedelta(minutes=1)} minutes" in told
    assert f"refresh token {REFRESH_LIFETIME.days} days from its last use" in told
    assert f"{LONGEST_SESSION.days} days after the sign-in the session ends" in told


def test_the_readme_names_every_code_of_a_field() -> None:
    assert field_codes() in " ".join(README.split()), "python -m scripts.lib.readme prints the line"


@pytest.mark.parametrize("page", ["README.md", "app/README.md"])
def test_a_page_names_only_paths_that_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert missing(text, (ROOT / page).parent) == []


def test_a_path_that_is_not_there_is_found() -> None:
    page = (
        "`app/nowhere.py`, `app/main.py`, `app/domain/*/`, `GET /v1/days`, [licence](LICENCE.txt), [web](https://x.org)"
    )
    assert missing(page, ROOT) == ["LICENCE.txt", "app/nowhere.py"]


def test_the_map_names_every_package() -> None:
    packages = {f"{file.parent.relative_to(ROOT).as_posix()}/" for file in (ROOT / "app").rglob("__init__.py")}
    assert packages - {"app/"} - paths_in(MAP) == set()


def test_the_map_says_why_each_dependency_is_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[\[<>=~!; ]", requirement)[0] for requirement in project["dependencies"]}
    explained = set(re.findall(r"^\| `([\w-]+)` \| \S", MAP, re.MULTILINE))
    assert explained == needed
