"""A phone that is killed at any write of its sync heals, and brings the service nothing that nobody wrote."""

import json
import subprocess

import pytest
from httpx2 import Client

from app.config import Settings
from tests.clients.support.install import FOLDER, Node
from tests.support.people import PASSWORD
from tests.support.process import process

NOTES = {
    "disputed": "of a third",
    "edited": "of this phone",
    "made": "of this phone",
    "shown": "anew",
    "revived": "anew",
}
"""What stands in the end: `removed` by this phone, and `pulled` by another, are gone."""

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])


def accounts(client: Client, count: int) -> list[dict[str, str]]:
    made = [{"username": f"ada-{number}@example.org", "password": PASSWORD} for number in range(count)]
    for account in made:
        person = {"email": account["username"], "password": PASSWORD, "time_zone": "Europe/London"}
        assert client.post("/v1/accounts", json=person).status_code == 201
    return made


@pytest.mark.parametrize("library", ["rxdb"])  # the one whose storage holds what belongs together in several writes
def test_a_phone_killed_at_any_write_of_its_sync_heals(node: Node, settings: Settings, library: str) -> None:
    with process(settings) as service, Client(base_url=f"http://127.0.0.1:{service.port}", timeout=30) as client:
        program = [node.node, str(FOLDER / "support/kills.mjs"), library, str(client.base_url)]
        ran = subprocess.run(
            [*program, json.dumps(accounts(client, 4))], capture_output=True, text=True, check=False, timeout=300
        )
    assert ran.returncode == 0, ran.stderr
    *kills, after = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(kills) > 12
    for told in kills:
        said = {name: told[name] for name in ("held", "stored", "notes", "disputes")}
        assert said == {"held": [], "stored": [], "notes": NOTES, "disputes": ["disputed"]}, told
    assert after["ended"]
