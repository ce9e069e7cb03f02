"""The mail of a password reset leads to a page that can do what it says, and nothing else."""

import base64
import hashlib
import re

from starlette.testclient import TestClient

from tests.support.mailbox import Mailbox
from tests.support.people import Person


def test_the_mail_leads_to_the_page(client: TestClient, patient: Person, mailbox: Mailbox) -> None:
    client.post("/v1/auth/password-reset", json={"email": patient.email})
    (address,) = re.findall(r"http\S+", mailbox.mails[-1].text)
    path, _, token = address.removeprefix("http://127.0.0.1:8000").partition("#")
    page = client.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert token == mailbox.reset_token()
    assert "/v1/auth/password-reset/confirm" in page.text


def test_the_page_runs_its_own_script_and_no_other(client: TestClient) -> None:
    page = client.get("/reset")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    for tag in ("script", "style"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert (policy["default-src"], policy["connect-src"]) == ("'none'", "'self'")
