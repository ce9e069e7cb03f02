"""Links open in readers that others wrote, from the picture of the QR code."""

import json
import subprocess

import pytest

from app.config import Settings
from app.main import StandIns
from tests.clients.support.install import FOLDER, Node
from tests.support.diary import Phone
from tests.support.links import PASSCODE, ongoing_link, visit_link
from tests.support.live import live
from tests.support.people import sign_up

ADA = {"name": "Ada Lovelace", "birth_date": "1975-04-30", "gender": "female"}


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_links_open_in_readers_of_others(node: Node, settings: Settings, stand_ins: StandIns) -> None:
    with live(settings, stand_ins) as client:
        patient = sign_up(client)
        Phone(client, patient).stored("/v1/days/2026-03-01", {"pain": 7})
        links = [
            visit_link(client, patient, scopes=["observations"]),
            visit_link(client, patient, scopes=["observations"], identity=ADA),
            ongoing_link(client, patient, scopes=["observations"]),
        ]
        asked = [{"qr": link.made["qr_svg"], "passcode": PASSCODE} for link in links]
        ran = subprocess.run(
            [node.node, str(FOLDER / "links.mjs")], input=json.dumps(asked), capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        found = json.loads(ran.stdout)
        labels = [row["actor"]["label"] for row in links[0].log()]
    assert [one["address"] for one in found] == [link.made["viewer_url"] for link in links]
    assert [one["library"]["flag"] for one in found] == ["U", "U", "LP"]
    assert {one["library"]["label"] for one in found} == {"Health diary"}
    for one, kind in zip(found, ("document", "collection", "document"), strict=True):
        assert one["hand"]["header"] == {"alg": "dir", "enc": "A256GCM", "cty": "application/fhir+json"}
        assert one["library"]["resources"] == [one["hand"]["resource"]]
        assert one["hand"]["resource"]["type"] == kind
        assert '"2026-03-01"' in json.dumps(one["hand"]["resource"])
    assert labels == ["by hand", "library", "by hand", "library", "by hand", "by hand", "library"]
