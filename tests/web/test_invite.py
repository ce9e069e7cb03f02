"""An invite's link and QR code lead to a page that can take it up."""

import base64
import hashlib
import re

from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from tests.support.people import Person, sign_up
from tests.support.sharing import invited


def test_the_link_of_an_invite_leads_to_the_page(client: TestClient, patient: Person) -> None:
    path, _, secret = invited(client, patient)["secret_url"].removeprefix("http://testserver").partition("#")
    page = client.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert secret
    assert "/v1/grants/redeem" in page.text


def test_the_link_begins_with_the_address_that_the_operator_told(settings: Settings, stand_ins: StandIns) -> None:
    told = Settings(**settings.model_dump(exclude_defaults=True), public_url="https://diary.example")
    with TestClient(create_app(told, stand_ins)) as client:
        assert invited(client, sign_up(client))["secret_url"].startswith("https://diary.example/invite#")


def test_the_page_runs_its_own_script_and_no_other(client: TestClient) -> None:
    page = client.get("/invite")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    for tag in ("script", "style"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert (policy["default-src"], policy["connect-src"]) == ("'none'", "'self'")
