"""The OpenAPI document: what FastAPI writes, and what it cannot see of ours.

That is the shapes that no model has (records), exact decimals as the numbers that they are on the wire, the bodies that
are read strictly (app/api/bodies.py), and the problems that a route can answer because of what it is: any may fail or
be turned away, one with parameters may refuse them, one with a body may refuse that.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from typing_extensions import override

from app.api import outcomes
from app.api.bodies import FORM, Body
from app.api.problems import KINDS, MEDIA_TYPE, outcome_example, problem_example, problems

_REF: Final = "#/components/schemas/{model}"
_STATUS: Final = {"type": "integer", "minimum": 400, "maximum": 599}
_TEXT: Final = {"type": "string"}
_BOUNDS: Final = {"ge": "minimum", "le": "maximum"}
"""What Pydantic calls the bounds of a number that it has validated by a function, and what JSON Schema calls them."""

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. Decide by `code`; more codes may come, none changes its meaning. Now: "
    + ", ".join(f"`{code}` ({kind.status})" for code, kind in KINDS.items())
    + ".",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:onset:problem:not-found"]},
        "title": _TEXT,
        "status": _STATUS,
        "detail": _TEXT,
        "code": {"type": "string", "examples": ["not-found"]},
        "request_id": _TEXT,
        "current": {
            "type": ["object", "null"],
            "description": "With `revision-changed`: the stored record, as a read answers it; null if there is none.",
        },
        "error": {"type": "string", "description": "OAuth's own code, on the token routes."},
        "epoch": {"type": "string", "description": "With `resync-required`: the diary's present history."},
        "forked_at": {
            "type": "integer",
            "description": "With `resync-required`: the last revision of the restored history; lower bases above it.",
        },
        "last_seq": {
            "type": "integer",
            "description": "With `bad-seq` and `resync-required`: the device's last push; go on with the next number.",
        },
        "remainingAttempts": {
            "type": "integer",
            "description": "With `passcode-missing` and `passcode-wrong`: how many wrong passcodes are left.",
        },
        "min_schema": {"type": "integer", "description": "With `schema-unsupported`."},
        "max_schema": {"type": "integer", "description": "With `schema-unsupported`."},
        "errors": {
            "type": "array",
            "description": "With `invalid`: every fault.",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON Pointer into the body, or the name of a query, path or header parameter.",
                    },
                    "code": _TEXT,
                    "message": _TEXT,
                },
            },
        },
    },
}


Schemas = Mapping[str, Mapping[str, Any]]
"""JSON Schemas by their names among the document's components."""


def operation_id(route: APIRoute) -> str:
    """The name of the route's function: what generated clients call the operation."""
    return route.name


def install(app: FastAPI, schemas: Schemas | None = None, examples: Mapping[str, object] | None = None) -> None:
    """Completes the document whenever FastAPI has written it anew.

    The schemas are those that routes refer to; the examples are of schemas, by name.
    """
    written = app.openapi

    def openapi() -> dict[str, Any]:
        document = written()
        shown = document.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in shown:
            _complete(document, shown, app)
            _add(shown, schemas or {})
            for name, example in (examples or {}).items():
                shown[name] = {**shown[name], "examples": [example]}
        return document

    app.openapi = openapi


def _complete(document: dict[str, Any], schemas: dict[str, Any], app: FastAPI) -> None:
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = PROBLEM_SCHEMA
    document["components"]["examples"] = {code: {"value": problem_example(code)} for code in KINDS}
    routes = [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]
    schemas.update(_schemas_of_answers(routes))
    shown = _schemas_of_models(routes, schemas)
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete_operation(operation, next(_bodies(route.dependant), None), shown)
                shared = _shared(
                    operation["responses"], document["components"], fhir=outcomes.speaks(route.path_format or "")
                )
                operation["responses"] = shared


def _complete_operation(
    operation: dict[str, Any], body: Body | None, shown: dict[type[BaseModel], dict[str, Any]]
) -> None:
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = {_BOUNDS.get(name, name): value for name, value in parameter["schema"].items()}
    answers: list[int | str] = [500, 503]
    if any(parameter["in"] != "header" for parameter in operation.get("parameters", ())):
        answers.append("invalid")
    if body is not None:
        schema = shown[body.shown] if isinstance(body.shown, type) else body.shown
        content = {name: {"schema": body.shown_besides.get(name, schema)} for name in body.accepted}
        operation["requestBody"] = {"required": True, "content": content}
        answers += [408, 413, 415, *(("invalid-request",) if FORM in body.accepted else ("malformed-json", "invalid"))]
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    named = [code for response in responses.values() for code in _codes(response)]
    responses.update({str(status): response for status, response in problems(*answers, *named).items()})


def _codes(response: Mapping[str, Any]) -> Iterable[str]:
    """The codes of the problems that a response shows."""
    return response.get("content", {}).get(MEDIA_TYPE, {}).get("examples", ())


def _shared(responses: dict[str, Any], components: dict[str, Any], *, fhir: bool) -> dict[str, Any]:
    """The responses with each problem as a reference: written out, they would be most of the document."""
    shared = components.setdefault("responses", {})
    found = dict(responses)
    for status, response in responses.items():
        codes = [*_codes(response)]
        if codes:
            name = ".".join(codes)
            if fhir:
                name = outcomes.example_name(name)
                components["schemas"][outcomes.SCHEMA_NAME] = outcomes.SCHEMA
                components["examples"] |= {
                    outcomes.example_name(code): {"value": outcome_example(code)} for code in codes
                }
            shared[name] = outcomes.shown_as_outcome(response, codes) if fhir else response
            found[status] = {"$ref": f"#/components/responses/{name}"}
    return found


def _schemas_of_models(routes: list[RouteContext], schemas: dict[str, Any]) -> dict[type[BaseModel], dict[str, Any]]:
    models = {body.shown for route in routes for body in _bodies(route.dependant) if isinstance(body.shown, type)}
    ordered = sorted(models, key=lambda model: (model.__name__, model.__module__))
    references, found = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    _add(schemas, found.get("$defs", {}))
    return {model: references[model, "validation"] for model in ordered}


class _OnTheWire(GenerateJsonSchema):
    """Shows an exact decimal as the JSON number that app/api/render.py writes; Pydantic itself would write text."""

    @override
    def decimal_schema(self, schema: Any) -> dict[str, Any]:
        return {"type": "number"}


def _schemas_of_answers(routes: list[RouteContext]) -> dict[str, dict[str, Any]]:
    models = {route.response_model for route in routes if route.response_model is not None}
    adapters: list[tuple[Any, JsonSchemaMode, TypeAdapter[Any]]]
    adapters = [(model, "serialization", TypeAdapter(model)) for model in sorted(models, key=str)]
    _, found = TypeAdapter.json_schemas(adapters, ref_template=_REF, schema_generator=_OnTheWire)
    return found.get("$defs", {})


def _add(schemas: dict[str, dict[str, Any]], more: Schemas) -> None:
    for name, schema in more.items():
        if schemas.setdefault(name, dict(schema)) != schema:
            raise ValueError(f"two schemas are named {name}")


def _bodies(dependant: Dependant) -> Iterator[Body]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Body):
            yield dependency.call
        yield from _bodies(dependency)
