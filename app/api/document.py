"""The OpenAPI document: what FastAPI writes, and what it cannot see of ours.

That is the bodies that are read strictly (app/api/bodies.py), and the problems that a route can answer because of what
it is: any may fail or be turned away, one with parameters may refuse them, one with a body may refuse that.
"""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.bodies import FORM, Body
from app.api.problems import KINDS, problems

_REF: Final = "#/components/schemas/{model}"
_STATUS: Final = {"type": "integer", "minimum": 400, "maximum": 599}
_TEXT: Final = {"type": "string"}

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
        "error": {"type": "string", "description": "OAuth's own code, on the token routes."},
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


def install(app: FastAPI) -> None:
    """Completes the document whenever FastAPI has written it anew."""
    written = app.openapi

    def openapi() -> dict[str, Any]:
        document = written()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            _complete(document, schemas, app)
        return document

    app.openapi = openapi


def _complete(document: dict[str, Any], schemas: dict[str, Any], app: FastAPI) -> None:
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = PROBLEM_SCHEMA
    routes = [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]
    shown = _schemas_of_models(routes, schemas)
    for route in routes:
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete_operation(operation, next(_bodies(route.dependant), None), shown)


def _complete_operation(
    operation: dict[str, Any], body: Body | None, shown: dict[type[BaseModel], dict[str, Any]]
) -> None:
    answers: list[int | str] = [500, 503]
    if operation.get("parameters"):
        answers.append("invalid")
    if body is not None:
        schema = shown[body.shown] if isinstance(body.shown, type) else body.shown
        content = {media_type: {"schema": schema} for media_type in body.accepted}
        operation["requestBody"] = {"required": True, "content": content}
        answers += [408, 413, 415, *(("invalid-request",) if FORM in body.accepted else ("malformed-json", "invalid"))]
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status, response in problems(*answers).items():
        responses.setdefault(str(status), response)


def _schemas_of_models(routes: list[RouteContext], schemas: dict[str, Any]) -> dict[type[BaseModel], dict[str, Any]]:
    models = {body.shown for route in routes for body in _bodies(route.dependant) if isinstance(body.shown, type)}
    ordered = sorted(models, key=lambda model: (model.__name__, model.__module__))
    references, found = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    for name, schema in found.get("$defs", {}).items():
        if schemas.setdefault(name, schema) != schema:
            raise ValueError(f"two schemas are named {name}")
    return {model: references[model, "validation"] for model in ordered}


def _bodies(dependant: Dependant) -> Iterator[Body]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, Body):
            yield dependency.call
        yield from _bodies(dependency)
