"""What a caller of the service knows: ids that are there, tokens that are good, dates that make sense.

Requests made of the document's shapes alone are refused nearly always; with these values they come through.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any, cast

from starlette.testclient import TestClient

from app.domain.ids import RecordId
from app.domain.records.kinds import CONFLICT, Kind
from app.domain.records.record import Value, encode
from app.services.parts import Parts
from tests.domain.records.samples import UUID
from tests.fuzz.sent import Case
from tests.support.links import PASSCODE, Link, ongoing_link, visit_link
from tests.support.mailbox import Mailbox
from tests.support.people import PASSWORD, Person, sign_in, sign_up
from tests.support.sharing import Shared, invited, pending, shared

Known = Mapping[str, Sequence[object]]
"""Good values for a parameter, or for a member of the body, by its name."""
Whole = tuple[str | None, dict[str, object]]
"""The id and the body of a request that is good as a whole."""

_DATES = ["2026-02-01", "2026-06-30", "2026-11-25", "1999-12-31"]
_ALWAYS: Known = {
    "from": _DATES,
    "to": _DATES,
    "as_of": _DATES,
    "date": _DATES,
    "limit": [1, 2, 1000],
    "condition": ["fibromyalgia", "lupus"],
    "measure": ["pain", "vivid_dreams"],
    "pid": ["me"],
    "patient": ["me", "Patient/me"],
    "start": _DATES,
    "end": _DATES,
    "code": [["pain"], ["http://loinc.org|72514-3"]],
    "category": [["survey"]],
    "effective-time": [["ge2026-02-01"], ["2026"]],
    "_count": [1, 1000],
    "_sort": ["date", "-date"],
    "_page": ["MjAyNi0wMy0wMS4z"],
    "time_zone": ["Europe/London", "Pacific/Kiritimati"],
    "locale": ["en", "de-AT"],
    "day_start": ["04:00", "00:00"],
    "birth_year": [1975, None],
    "password": [PASSWORD],
    "current_password": [PASSWORD],
    "new_password": ["another walk by the sea"],
    "grant_type": ["password", "refresh_token"],
    "expires_at": ["2027-01-01T00:00:00Z"],
    "data_from": _DATES,
    "data_to": [None],
}
_SHARING = frozenset({"invite", "redeem", "confirm_grant", "revoke_grant", "pause_grant", "resume_grant"})
_LINKS = frozenset({"open_link", "read_manifest", "read_link_file"})
_FHIR_BY_ID = {
    "read_fhir_observation": "Observation",
    "read_fhir_administration": "MedicationAdministration",
    "read_fhir_statement": "MedicationStatement",
    "read_fhir_condition": "Condition",
    "read_fhir_consent": "Consent",
    "read_fhir_device": "Device",
    "read_fhir_audit_event": "AuditEvent",
}
_ENDING = frozenset({"change_password", "erase", "token", "revoke", "confirm_reset"})
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A caller, and what only this one knows."""

    headers: Mapping[str, str]
    known: Known
    whole: Sequence[Whole]


@dataclass(slots=True)
class Service:
    """The service with a patient who is signed in."""

    client: TestClient
    parts: Parts
    mailbox: Mailbox
    patient: Person
    document: Mapping[str, Any]
    cursors: list[str] = field(default_factory=list[str])
    kept: list[Whole] = field(default_factory=list[Whole])
    """Records of the patient's diary."""
    grant: Shared | None = None
    """What the patient shares with a clinician."""
    link: Link | None = None
    """What the patient shares with whoever holds it."""

    def visitor(self, operation: str) -> Visitor:
        """Whoever calls the operation: the patient, or somebody made for a call that ends an account or a session."""
        if operation in _ENDING:
            return self._passer_by(operation)
        if operation in _LINKS or "share" in operation:
            return self._linking(operation)
        if operation in _SHARING or "clinic" in operation:
            return self._sharing(operation)
        email = f"new{next(_numbers)}@example.org"
        known: dict[str, Sequence[object]] = {**_ALWAYS, "email": [email, self.patient.email]}
        if operation == "sign_up":
            account: dict[str, object] = {
                "email": email,
                "password": PASSWORD,
                "time_zone": "Europe/London",
                "role": "clinician",
            }
            return Visitor(self.patient.headers, known, [(None, account)])
        if operation == "end_session":
            known["id"] = [self._other_session()]
        elif operation in _FHIR_BY_ID:
            known["id"] = self._ids_of(_FHIR_BY_ID[operation])
        else:
            known |= {"id": [record_id for record_id, _ in self.kept], "cursor": self.cursors}
        if operation in {"push", "pull"}:
            known |= {"epoch": [self._epoch()], "since": [0, 1], "min_rev": [0, 1], "kinds": ["day,dose"]}
        if operation == "push":
            return Visitor(self.patient.headers, known, [self._push(pain=3)])
        return Visitor(self.patient.headers, known, self.kept if operation.startswith("patch_") else ())

    def _sharing(self, operation: str) -> Visitor:
        """One of the two sides of a grant, at the point where the operation makes sense."""
        if self.grant is None:
            everything = ["summary", "doses", "observations", "notes", "export"]
            self.grant = shared(
                self.client,
                self.patient,
                sign_up(self.client, role="clinician"),
                conditions=["fibromyalgia", "lupus"],
                scopes=everything,
            )
        grant, known = self.grant, {**_ALWAYS, "pid": [self.grant.pid], "conditions": [["lupus"]]}
        if operation == "redeem":
            body: dict[str, object] = {"spoken_code": invited(self.client, self.patient)["spoken_code"]}
            return Visitor(grant.clinician.headers, known, [(None, body)])
        if operation == "confirm_grant":
            told = pending(self.client, self.patient, grant.clinician)
            numbers = {"id": [told["grant_id"]], "match_number": [told["match_number"]]}
            whole: Whole = (told["grant_id"], {"match_number": told["match_number"]})
            return Visitor(self.patient.headers, {**known, **numbers}, [whole])
        if "clinic" in operation:
            return Visitor(grant.clinician.headers, known, ())
        if operation == "revoke_grant":
            known["id"] = [pending(self.client, self.patient, grant.clinician)["grant_id"]]
        else:
            known["id"] = [grant.id]
        return Visitor(
            self.patient.headers, known, [(None, {"conditions": ["lupus"]})] if operation == "invite" else ()
        )

    def _ids_of(self, kind: str) -> list[object]:
        """Ids of FHIR resources in a diary that has some of each kind, and a reader."""
        if self.grant is None:
            self._sharing("clinic")
            dose: dict[str, Value] = {"status": "taken", "local_date": "2026-03-01"}
            for path, fields in ((f"doses/{another_uuid()}", dose), (f"medications/{another_uuid()}", {"name": "X"})):
                answer = self.client.put(f"/v1/{path}", json=fields, headers=self.patient.headers)
                assert answer.status_code == 201, answer.text
        if self.grant is not None:
            path = f"/v1/fhir/Condition?patient={self.grant.pid}"
            assert self.client.get(path, headers=self.grant.clinician.headers).status_code == 200
        searched = "Observation?category=trend" if kind in {"Observation", "Device"} else kind
        bundle = self.client.get(f"/v1/fhir/{searched}", headers=self.patient.headers).json()
        found = [entry["resource"] for entry in bundle["entry"]]
        if kind == "Device":
            return [resource["device"]["reference"].removeprefix("Device/") for resource in found]
        return [resource["id"] for resource in found]

    def _linking(self, operation: str) -> Visitor:
        """Whoever holds a link, or the patient who made it."""
        if operation == "open_link":
            link, location = visit_link(self.client, self.patient, conditions=["lupus"]), ""
        else:
            is_spent = operation in {"revoke_share", "read_manifest"}  # which end a link, or lock it
            kept = None if is_spent else self.link
            link = kept or ongoing_link(self.client, self.patient, conditions=["lupus"])
            self.link = self.link if is_spent else link
            self.client.post(f"/v1/shares/{link.id}/resume", headers=self.patient.headers)
            location = link.post(embeddedLengthMax=0).json()["files"][0]["location"]
        known: Known = {
            **_ALWAYS,
            "id": [link.id],
            "key": [link.content["key"]],
            "conditions": [["lupus"]],
            "kind": ["visit"],
            "expires_at": [None],
            "token": [link.path.rpartition("/")[2]],
            "recipient": ["Dr Jay"],
            "passcode": [PASSCODE],
            "file": [location.rpartition("/")[2]],
        }
        whole: dict[str, list[Whole]] = {
            "make_share": [(None, {"kind": "visit", "conditions": ["lupus"]})],
            "refresh_share": [(link.id, {"key": link.content["key"]})],
            "read_manifest": [(None, {"recipient": "Dr Jay", "passcode": PASSCODE})],
        }
        return Visitor({} if operation in _LINKS else self.patient.headers, known, whole.get(operation, ()))

    def _passer_by(self, operation: str) -> Visitor:
        person = sign_up(self.client)
        tokens = person.tokens
        known: dict[str, Sequence[object]] = {**_ALWAYS, "token": [tokens["access_token"], tokens["refresh_token"]]}
        if operation == "confirm_reset":
            self.client.post("/v1/auth/password-reset", json={"email": person.email})
            known["token"] = [self.mailbox.reset_token()]
        forms: list[Whole] = [
            (None, {"grant_type": "password", "username": person.email, "password": PASSWORD}),
            (None, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}),
        ]
        return Visitor(person.headers, known, forms if operation == "token" else ())

    def keep(self, kind: Kind, record_id: RecordId, fields: Mapping[str, Value]) -> None:
        """Has the patient's diary hold this record."""
        if record_id == UUID:
            record_id = another_uuid()
        self.kept.append((record_id, json.loads(encode(fields))))
        if kind is CONFLICT:  # which only the server makes
            self.kept[-1] = self._conflict()
            return
        path = f"/v1/{kind.path}/{record_id}"
        answer = self.client.put(path, content=encode(fields), headers=self.patient.headers)
        assert answer.status_code in {200, 201}, answer.text

    def _conflict(self) -> Whole:
        """What two devices, neither of which had seen the other, disagree on."""
        day = date(1990, 1, 1) + timedelta(days=next(_numbers))
        for pain in (3, 4):
            _, push = self._push(f"day-{day}", pain=pain)
            answer = self.client.post("/v1/sync/push", json=push, headers=self.patient.headers)
            assert answer.status_code == 200, answer.text
        listed = self.client.get("/v1/conflicts?limit=1000", headers=self.patient.headers).json()["items"]
        newest = max(listed, key=lambda record: record["rev"])
        return newest["id"], newest["fields"]

    def _push(self, day: str = "day-2026-03-01", **scores: int) -> Whole:
        """The first push of a device that nobody has seen before."""
        fields = {"local_date": day[-10:], "time_zone": "Europe/London", **scores}
        mutations = [
            {"kind": "day", "op": "put", "id": day, "base": 0, "fields": fields},
            {"kind": "dose", "op": "delete", "id": another_uuid(), "base": 0},
        ]
        device = f"device-{next(_numbers)}"
        return None, {"device": device, "seq": 1, "schema": 1, "epoch": self._epoch(), "mutations": mutations}

    def _epoch(self) -> str:
        return self.client.get("/v1/sync/pull?limit=1", headers=self.patient.headers).json()["epoch"]

    def learn(self, answer: Mapping[str, Any]) -> None:
        """Remembers what an answer brings that later requests can name."""
        self.cursors += [answer[name] for name in ("next_cursor", "cursor") if answer.get(name)]

    def _other_session(self) -> str:
        sign_in(self.client, self.patient.email)
        sessions = self.client.get("/v1/me/sessions", headers=self.patient.headers).json()["items"]
        return next(session["id"] for session in reversed(sessions) if not session["current"])


def another_uuid() -> RecordId:
    """An id that no record has yet."""
    return RecordId(f"{UUID[:-6]}{next(_numbers):06x}")


def inform(case: Case, known: Known, chance: Random) -> None:
    """Puts good values in most places where there are some."""
    for place in (case.path_parameters, case.query, case.body):
        values = cast("dict[str, object]", place if isinstance(place, dict) else {})
        for name in [*values]:
            if known.get(name) and chance.random() < 0.8:
                values[name] = chance.choice(known[name])
