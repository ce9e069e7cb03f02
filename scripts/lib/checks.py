"""The whole check, step by step; a step that fails does not keep the others from running."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_BIN = Path(sys.executable).parent
_WORKERS = 2
_SEED = 1
"""Of the tests' order and examples, so that a commit gets one verdict; pytest by itself draws new ones."""
_DOMAIN_PERCENT = 100
_OVERALL_PERCENT = 95
_SQUAWK_LETS_PASS = (
    "prefer-bigint-over-int",  # counts of one device or session fit
    "prefer-bigint-over-smallint",  # minutes of a day, a year, a position fit
    "prefer-robust-stmts",  # Alembic runs each migration in a transaction
    "prefer-identity",  # SQLAlchemy numbers rows by BIGSERIAL
    "prefer-text-field",  # Alembic's own table
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is checked, and the command that checks it (with what is written to its standard input)."""

    name: str
    command: Sequence[str | Path]
    reads: Sequence[str | Path] = ()
    """The command whose output is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a step."""

    name: str
    passed: bool
    duration_s: float


def steps(report: Path) -> list[Step]:
    """All checks in their order: the quick ones first."""
    python = sys.executable
    coverage = (python, "-m", "coverage", "report")
    return [
        Step(name="locked packages agree", command=(python, "-m", "pip", "check")),
        Step(name="format", command=(_BIN / "ruff", "format", "--check", ".")),
        Step(name="lint", command=(_BIN / "ruff", "check", ".")),
        Step(name="own rules", command=(python, "-m", "scripts.lint")),
        Step(name="architecture", command=(_BIN / "lint-imports", "--no-logo", "--no-cache")),
        Step(name="dependencies", command=(_BIN / "deptry", ".")),
        Step(
            name="migrations on PostgreSQL",
            command=(_BIN / "squawk", *(f"--exclude={rule}" for rule in _SQUAWK_LETS_PASS)),
            reads=(_BIN / "alembic", "upgrade", "head", "--sql"),
        ),
        Step(name="types", command=(_BIN / "pyright",)),
        Step(
            name="tests on SQLite and PostgreSQL",
            command=(
                *(python, "-m", "pytest", f"-n{_WORKERS}", "--dist=loadgroup", "-ra"),
                *("--cov", "--cov-report=", f"--junit-xml={report}"),
                *(f"--randomly-seed={_SEED}", f"--hypothesis-seed={_SEED}"),
            ),
        ),
        Step(
            name=f"branch coverage of the domain, {_DOMAIN_PERCENT} %",
            command=(*coverage, "--include=app/domain/*", f"--fail-under={_DOMAIN_PERCENT}"),
        ),
        Step(
            name=f"branch coverage overall, {_OVERALL_PERCENT} %",
            command=(*coverage, f"--fail-under={_OVERALL_PERCENT}"),
        ),
    ]


def run(step: Step) -> Outcome:
    """Runs a step, its output going straight to the terminal."""
    print(f"\n=== {step.name}", flush=True)
    began = time.monotonic()
    sent = subprocess.run(step.reads, check=False, stdout=subprocess.PIPE) if step.reads else None
    done = subprocess.run(step.command, check=False, input=sent and sent.stdout)
    passed = done.returncode == 0 and (sent is None or sent.returncode == 0)
    return Outcome(name=step.name, passed=passed, duration_s=time.monotonic() - began)


def counted(report: Path) -> str:
    """`N passed, N failed`, and what was skipped, from pytest's own report."""
    suites = list(ET.parse(report).iter("testsuite")) if report.exists() else []  # noqa: S314 - pytest wrote it

    def total(what: str) -> int:
        return sum(int(suite.get(what, 0)) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return f"{total('tests') - failed - skipped} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")


def main() -> int:
    """All steps, then what came of each; the last line counts the tests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "tests.xml"
        outcomes = [run(step) for step in steps(report)]
        tests = counted(report)
    print("\n=== summary")
    for outcome in outcomes:
        print(f"{'passed' if outcome.passed else 'FAILED'} {outcome.duration_s:7.1f} s  {outcome.name}")
    print(tests)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
