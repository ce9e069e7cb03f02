"""What a consent is about, in the columns that invites, grants and shares have."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row

from app.domain.sharing.scopes import Scope, in_order
from app.domain.sharing.terms import Chosen, Offer, Terms


def offer_values(offer: Offer) -> dict[str, object]:
    """The columns of an offer."""
    return {
        "conditions": json.dumps(offer.conditions),
        "scopes": json.dumps(in_order(offer.scopes)),
        "data_from": offer.data_from and offer.data_from.isoformat(),
        "data_to": offer.data_to and offer.data_to.isoformat(),
    }


def chosen_values(terms: Terms) -> dict[str, object]:
    """The columns of the measures that are frozen when a consent begins."""
    chosen = {
        code: {
            "primary": one.primary,
            "targets": one.targets,
            "chosen_on": one.chosen_on and one.chosen_on.isoformat(),
        }
        for code, one in terms.chosen.items()
    }
    return {"chosen": json.dumps(chosen), "side_effects": json.dumps(terms.side_effects)}


def offer_of(row: Row[*tuple[Any, ...]]) -> Offer:
    """The offer in those columns."""
    return Offer(
        conditions=_texts(row.conditions),
        scopes=frozenset(map(Scope, _texts(row.scopes))),
        data_from=_date(row.data_from),
        data_to=_date(row.data_to),
    )


def terms_of(row: Row[*tuple[Any, ...]]) -> Terms:
    """The terms in those columns and `id_key`."""
    offer = offer_of(row)
    return Terms(
        conditions=offer.conditions,
        scopes=offer.scopes,
        data_from=offer.data_from,
        data_to=offer.data_to,
        chosen=_chosen(row.chosen),
        side_effects=_texts(row.side_effects),
        id_key=row.id_key,
    )


def _chosen(text: str) -> dict[str, Chosen]:
    return {
        code: Chosen(primary=one["primary"], targets=tuple(one["targets"]), chosen_on=_date(one["chosen_on"]))
        for code, one in json.loads(text).items()
    }


def _texts(text: str) -> tuple[str, ...]:
    found: Sequence[str] = json.loads(text)
    return tuple(found)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
