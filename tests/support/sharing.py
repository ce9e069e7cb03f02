"""Two people who share a diary over HTTP: a patient who offers it, a clinician who reads it."""

from dataclasses import dataclass
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from tests.support.people import Person

Json = dict[str, Any]


def invited(client: TestClient, patient: Person, **offer: object) -> Json:
    """An invite; for fibromyalgia unless said otherwise."""
    body = {"conditions": ["fibromyalgia"], **offer}
    answer = client.post("/v1/grants/invites", json=body, headers=patient.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def secret_of(invite: Json) -> str:
    return invite["secret_url"].partition("#")[2]


def redeem(client: TestClient, clinician: Person, **what: object) -> Response:
    return client.post("/v1/grants/redeem", json=what, headers=clinician.headers)


def act(client: TestClient, person: Person, grant: str, verb: str, body: Json | None = None) -> Response:
    return client.post(f"/v1/grants/{grant}/{verb}", json=body, headers=person.headers)


def done(answer: Response) -> Json:
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


@dataclass(frozen=True, slots=True)
class Shared:
    """An active grant between two people."""

    client: TestClient
    patient: Person
    clinician: Person
    id: str
    pid: str

    @property
    def path(self) -> str:
        return f"/v1/clinic/patients/{self.pid}"

    def read(self, rest: str, **headers: str) -> Response:
        """What the clinician is answered below the patient's address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(f"{self.path}/{rest}", headers={**self.clinician.headers, **named})

    def patient_does(self, verb: str) -> Json:
        return done(act(self.client, self.patient, self.id, verb))

    def log(self) -> list[Json]:
        """The patient's access log."""
        return self.client.get("/v1/me/access-log?limit=1000", headers=self.patient.headers).json()["items"]


def pending(client: TestClient, patient: Person, clinician: Person, **offer: object) -> Json:
    """What redeeming answers."""
    return done(redeem(client, clinician, secret=secret_of(invited(client, patient, **offer))))


def shared(client: TestClient, patient: Person, clinician: Person, **offer: object) -> Shared:
    """A grant that the patient confirmed."""
    redeemed = pending(client, patient, clinician, **offer)
    done(act(client, patient, redeemed["grant_id"], "confirm", {"match_number": redeemed["match_number"]}))
    held = client.get("/v1/grants", headers=clinician.headers).json()["items"]
    (pid,) = [grant["pid"] for grant in held if grant["id"] == redeemed["grant_id"]]
    return Shared(client, patient, clinician, redeemed["grant_id"], pid)
