"""A redacted diary as FHIR, and the access log as AuditEvents."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.catalogue import CONDITIONS, Direction
from app.domain.fhir.audit_event import audit_event
from app.domain.fhir.bundle import document
from app.domain.fhir.search import Span
from app.domain.fhir.shared import permission_of, shared_diary, shared_names
from app.domain.fhir.shown import Person
from app.domain.ids import AccountKey, GrantId, GrantKey, PatientKey
from app.domain.sharing.access_log import Actor, ActorKind, Asked, Entry, Link, Outcome, row_text
from app.domain.sharing.consent import Assurance, Grant, Recipient, Status
from app.domain.sharing.scopes import Scope
from app.domain.sharing.shared_summary import Shared
from app.domain.sharing.terms import Terms
from app.domain.sharing.visible import (
    VisibleCondition,
    VisibleDay,
    VisibleDiary,
    VisibleDose,
    VisibleMedication,
    VisibleMoment,
    VisibleStep,
)
from app.domain.trends.choice import Scale
from tests.domain.trends.diaries import Written, on, steady, taken
from tests.support.fhir import AT, VERSION, as_json, faults

TERMS = Terms(
    conditions=("fibromyalgia",),
    scopes=frozenset({Scope.SUMMARY, Scope.EXPORT}),
    data_from=on(-28),
    data_to=None,
    chosen={},
    side_effects=(),
    id_key=b"i" * 32,
)
GRANT = Grant(
    status=Status.ACTIVE,
    expires_at=datetime(2027, 1, 1, tzinfo=UTC),
    terms=TERMS,
    key=GrantKey(1),
    id=GrantId("g1"),
    pid="p1",
    patient=PatientKey(1),
    purpose=None,
    show_name=False,
    match_number="1234",
    recipient=Recipient(
        account=AccountKey(2),
        name="Dr. Who",
        organisation="Clinic",
        email="who@example.org",
        assurance=Assurance.IN_PERSON_CONFIRMED,
    ),
    created_at=datetime(2026, 11, 1, tzinfo=UTC),
    confirmed_at=datetime(2026, 11, 2, tzinfo=UTC),
    ended_at=None,
)
WHOLE = Shared(
    diary=Written(days=steady(range(-28, 70)), doses=taken(range(70))).at(on(69)),
    starts_outside=None,
    chosen_late=False,
    shows_doses=True,
    shows_observations=True,
)
VISIBLE = VisibleDiary(
    as_of=on(69),
    span=None,
    scopes=frozenset({Scope.SUMMARY}),
    conditions={
        "fibromyalgia": VisibleCondition(
            code="fibromyalgia",
            listed=CONDITIONS["fibromyalgia"],
            label="Fibromyalgia",
            status=None,
            diagnosed_on=None,
            tracked_since=None,
            primary_measure="pain",
            target_measures=("pain",),
        )
    },
    measures={"own:grip": Scale(label="Grip", direction=Direction.HIGHER_IS_BETTER)},
    days=tuple(
        VisibleDay(id=f"d{day}", local_date=on(day), scores={"pain": 6, "own:grip": 3}, skipped=(), note=None)
        for day in range(3)
    ),
    moments=(VisibleMoment(id="m", local_date=on(1), at="2026-02-10T08:00:00Z", measure="pain", value=2, note=None),),
    doses=(
        VisibleDose(
            id="n",
            local_date=on(1),
            status="held",
            mg=Decimal(3),
            taken_at=None,
            timing=None,
            formulation=None,
            note=None,
        ),
    ),
    steps=(
        VisibleStep(
            id="s",
            starts_on=on(0),
            ends_on=None,
            mg=Decimal(3),
            doses_per_day=1,
            timing="bedtime",
            formulation=None,
            stops=False,
        ),
    ),
    medications=(
        VisibleMedication(
            id="x",
            name="Ibuprofen",
            drug_class="nsaid",
            conditions=("fibromyalgia",),
            starts_on=None,
            ends_on=None,
            note=None,
        ),
    ),
    events=(),
    _shared={"fibromyalgia": WHOLE},
)


def kinds(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["resourceType"] for entry in bundle["entry"]]


def made(span: Span, *, with_trends: bool = True) -> dict[str, Any]:
    shown = shared_diary(VISIBLE, Person(), span, with_trends=with_trends)
    names = shared_names(TERMS, pid="p1", in_bundle=True)
    return as_json(document(shown, names, AT, VERSION, permission=permission_of(GRANT, AT)))


def test_what_can_be_seen_becomes_a_document_with_its_consent() -> None:
    bundle = made(Span())
    assert faults(bundle) == []
    counts = {kind: kinds(bundle).count(kind) for kind in kinds(bundle)}
    assert counts == {
        "Composition": 1,
        "Patient": 1,
        "Device": 1,
        "Condition": 1,
        "MedicationStatement": 2,
        "MedicationAdministration": 1,
        "Observation": 3 * 2 + 1 + 4 + 1,  # scores, a reading, trends, the side effects of a step
        "Consent": 1,
        "Provenance": 1,
    }
    (held,) = [entry["resource"] for entry in bundle["entry"] if "statusReason" in entry["resource"]]
    assert held["statusReason"] == [{"text": "Held back"}]


def test_dates_outside_are_not_there() -> None:
    bundle = made(Span(first=on(2), last=on(2)), with_trends=False)
    assert kinds(bundle).count("Observation") == 2
    assert "MedicationAdministration" not in kinds(bundle)


def test_trends_need_their_scope() -> None:
    blind = replace(VISIBLE, scopes=frozenset({Scope.OBSERVATIONS}))
    assert shared_diary(blind, Person(), Span(), with_trends=True).summaries == ()
    assert len(shared_diary(VISIBLE, Person(), Span(), with_trends=True).summaries) == 1
    assert shared_diary(VISIBLE, Person(), Span()).summaries == ()


def test_two_consents_share_no_name() -> None:
    other = replace(TERMS, id_key=b"j" * 32)
    assert shared_names(TERMS).of("Patient") != shared_names(other).of("Patient")
    assert shared_names(TERMS, pid="p1").patient == "p1"


def test_permission_is_the_grants() -> None:
    told = permission_of(GRANT, AT)
    assert (told.active, told.given_at, told.expires_at) == (True, GRANT.confirmed_at, GRANT.expires_at)
    assert (told.scopes, told.recipient, told.data_from) == (("summary", "export"), "Dr. Who, Clinic", on(-28))
    unnamed = replace(GRANT.recipient, name=None, organisation=None)
    other = permission_of(replace(GRANT, recipient=unnamed, confirmed_at=None, status=Status.PAUSED), AT)
    assert (other.active, other.given_at, other.recipient) == (False, GRANT.created_at, "who@example.org")
    assert not permission_of(GRANT, datetime(2027, 1, 1, tzinfo=UTC)).active


def link(outcome: Outcome, code: str | None, label: str = "Dr. Who", **asked: Any) -> Link:  # noqa: ANN401 - of any type
    entry = Entry(
        at=datetime(2026, 11, 26, 12, 0, 0, 5, tzinfo=UTC),
        actor=Actor(kind=ActorKind.CLINICIAN, label=label, assurance="email_verified"),
        grant_id="g1",
        share_id=None,
        asked=Asked(route="/v1/fhir/Observation", **asked),
        counts={"Observation": 3} if outcome is Outcome.SERVED else {},
        outcome=outcome,
        code=code,
    )
    return Link(seq=4, at=entry.at, text=row_text(4, entry), hash=b"")


def test_read_by_others_is_an_event_with_who_and_what() -> None:
    row = link(Outcome.SERVED, None, conditions=("fibromyalgia",), first=date(2026, 3, 1))
    event = audit_event(row, shared_names(TERMS, pid="p1"))
    assert (event["action"], event["recorded"], event["outcome"]) == ("R", "2026-11-26T12:00:00Z", "0")
    assert event["outcomeDesc"] == "served"
    assert event["agent"] == [{"type": {"text": "A clinician"}, "name": "Dr. Who", "requestor": True}]
    (entity,) = event["entity"]
    assert (entity["what"], entity["description"]) == ({"reference": "Patient/p1"}, "/v1/fhir/Observation")
    assert {one["type"]: one["valueString"] for one in entity["detail"]} == {
        "assurance": "email_verified",
        "conditions": "fibromyalgia",
        "from": "2026-03-01",
        "Observation": "3",
    }


@pytest.mark.parametrize(("label", "name"), [(" ", "A clinician"), ("<b>\u2028", "<b>")])
def test_denial_has_its_code_and_what_others_wrote_is_plain(label: str, name: str) -> None:
    event = audit_event(link(Outcome.DENIED, "grant-revoked", label), shared_names(TERMS))
    assert (event["outcome"], event["outcomeDesc"], event["agent"][0]["name"]) == ("4", "grant-revoked", name)
