"""A SMART Health Link as its reader uses it: taken apart, asked, decrypted."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from app.config import Settings
from app.storage.engines import make_engine
from tests.support.people import Person

Json = dict[str, Any]
BASE = "http://testserver"
PASSCODE = "heron 47"
WHO = "Dr Jay"


def unpadded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(jwe: str, key: bytes) -> Json:
    """What a JWE holds."""
    header, _, iv, text, tag = jwe.split(".")
    return json.loads(AESGCM(key).decrypt(unpadded(iv), unpadded(text) + unpadded(tag), header.encode()))


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a patient made, in the hands of somebody else."""

    client: TestClient
    patient: Person
    made: Json

    @property
    def id(self) -> str:
        return self.made["id"]

    @property
    def content(self) -> Json:
        return json.loads(unpadded(self.made["shlink"].removeprefix("shlink:/")))

    @property
    def key(self) -> bytes:
        return unpadded(self.content["key"])

    @property
    def path(self) -> str:
        return self.content["url"].removeprefix(BASE)

    def get(self, recipient: str = WHO) -> Response:
        """The file of a visit link."""
        return self.client.get(self.path, params={"recipient": recipient})

    def post(self, **more: object) -> Response:
        """The manifest of an ongoing link, with the right passcode unless another is given."""
        return self.client.post(self.path, json={"recipient": WHO, "passcode": PASSCODE, **more})

    def bundle(self) -> Json:
        """What it carries now."""
        if self.content["flag"] == "U":
            return opened(self.get().text, self.key)
        return opened(self.post().json()["files"][0]["embedded"], self.key)

    def patient_does(self, verb: str, body: Json | None = None) -> Response:
        return self.client.post(f"/v1/shares/{self.id}/{verb}", json=body, headers=self.patient.headers)

    def listed(self) -> Json:
        items = self.client.get("/v1/shares", headers=self.patient.headers).json()["items"]
        return next(item for item in items if item["id"] == self.id)

    def log(self) -> list[Json]:
        return self.client.get("/v1/me/access-log?limit=1000", headers=self.patient.headers).json()["items"]


def ask(client: TestClient, patient: Person, **body: object) -> Response:
    """Asks for a link; to fibromyalgia and for a visit unless said otherwise."""
    wanted = {"kind": "visit", "conditions": ["fibromyalgia"], **body}
    return client.post("/v1/shares", json=wanted, headers=patient.headers)


def visit_link(client: TestClient, patient: Person, **body: object) -> Link:
    answer = ask(client, patient, **body)
    assert answer.status_code == 201, answer.text
    return Link(client, patient, answer.json())


def ongoing_link(client: TestClient, patient: Person, **body: object) -> Link:
    return visit_link(client, patient, **{"kind": "ongoing", "passcode": PASSCODE, **body})


def kept_files(settings: Settings) -> int:
    """How many encrypted files the database holds."""
    engine = make_engine(settings.resolved_database_url())
    with engine.connect() as connection:
        counting = text("SELECT count(*) FROM share_files")
        found = connection.execution_options(any_patient=True).execute(counting).scalar_one()
    engine.dispose()
    return found
