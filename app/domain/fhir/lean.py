"""Long documents in fewer bytes: what repeats ten thousand times and says nothing more is left out.

A reader loses nothing by it: a score's unit is coded in UCUM beside, displays are the code systems' own, concepts keep
their text, and whoever took a dose is its subject.
"""

from collections.abc import Iterable
from typing import Final

from app.domain.fhir.datatypes import Part, Resource

FULL_DRESS: Final = 11_000
"""As many scores and nights as stay below 8 MB with all that could be said of each."""
_CONCEPTS: Final = ("code", "medicationCodeableConcept")


def lean(resources: Iterable[Resource]) -> None:
    """Takes it out of Observations and MedicationAdministrations, whose parts many of them share."""
    known: dict[int, tuple[Part, Part]] = {}

    def once(part: Part) -> Part:
        """The part without it; made once for all that share it, which keeps the part itself alive."""
        if id(part) not in known:
            known[id(part)] = part, _plain(part)
        return known[id(part)][1]

    for resource in resources:
        if "component" in resource:  # a trend: there are few
            continue
        for name in _CONCEPTS:
            if name in resource:
                resource[name] = once(resource[name])
        if "valueQuantity" in resource:
            resource["valueQuantity"] = once(resource["valueQuantity"])
        if resource["resourceType"] == "MedicationAdministration":
            del resource["performer"]


def _plain(part: Part) -> Part:
    """A quantity without the unit that is its code; a concept that has a text without displays."""
    if "value" in part:
        return {name: value for name, value in part.items() if name != "unit"}
    codings = [{name: value for name, value in coding.items() if name != "display"} for coding in part["coding"]]
    return {**part, "coding": codings}
