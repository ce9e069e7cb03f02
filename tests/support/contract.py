"""The OpenAPI document as a client has it, and answers held to it.

Its frozen form is tests/api/openapi.json; `python -m tests.support.contract` writes it anew.
"""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import jsonschema_rs
from httpx2 import Request, Response

from app.config import Settings
from app.main import create_app

FROZEN = Path(__file__).resolve().parents[1] / "api/openapi.json"
RENEW = "python -m tests.support.contract"
JSON = "application/json"
PROBLEM = "application/problem+json"

FHIR = "application/fhir+json"
"""Of FHIR's answers and, in place of PROBLEM, of its errors."""

Schema = dict[str, Any]


class Operation(NamedTuple):
    """One method of one path of the document."""

    id: str
    method: str
    path: str
    shown: Schema

    @property
    def is_public(self) -> bool:
        return "security" not in self.shown

    def answer(self, status: int) -> Schema | None:
        """What the document shows of this status."""
        found = self.shown["responses"].get(str(status))
        return found and resolved(found)

    def body_schema(self) -> Schema | None:
        content = self.shown.get("requestBody", {}).get("content", {})
        return next((each["schema"] for each in content.values()), None)


@cache
def document() -> Schema:
    """The document as served."""
    return json.loads(json.dumps(create_app(Settings(data=Path("data"))).openapi()))


@cache
def operations() -> tuple[Operation, ...]:
    paths: dict[str, dict[str, Schema]] = document()["paths"]
    return tuple(
        Operation(shown["operationId"], method.upper(), path, shown)
        for path, methods in paths.items()
        for method, shown in methods.items()
    )


def resolved(shown: Schema) -> Schema:
    """The part of the document that a reference names, or the part itself."""
    while "$ref" in shown:
        target: Any = document()
        for step in shown["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        shown = target
    return shown


def frozen_text() -> str:
    """The document in the form in which it is kept: a line for each fact, in a fixed order."""
    return json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def faults(schema: Schema, content: object) -> list[str]:
    """Where content breaks a schema of the document; members that the document does not show are faults too."""
    validator = _validator(json.dumps(schema, sort_keys=True))
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(content)]


def is_fhir(path: str) -> bool:
    """Whether errors at this path are OperationOutcomes."""
    return path.startswith("/v1/fhir/")


def code_of(response: Response) -> str:
    """The stable code of a refusal, in either of its forms."""
    content = response.json()
    if response.headers["content-type"] == FHIR:
        return content["issue"][0]["details"]["coding"][0]["code"]
    return content["code"]


def check(response: Response) -> None:
    """Asserts that an answer of the service is one that the document shows."""
    request, path = response.request, response.request.url.path
    if not path.startswith("/v1/") or path == "/v1/openapi.json":
        return
    response.read()
    operation = _asked_for(request)
    where = f"{request.method} {operation.path if operation else path}: {response.status_code}"
    assert "x-request-id" in response.headers, where
    assert "cache-control" in response.headers, where
    if operation is None:
        assert response.status_code in {404, 405}, where
        if request.method != "HEAD":
            name = "OperationOutcome" if is_fhir(path) else "Problem"
            assert faults({"$ref": f"#/components/schemas/{name}"}, response.json()) == [], where
        return
    shown = operation.answer(response.status_code)
    assert shown is not None, f"{where} is not in the document"
    assert all(name in response.headers for name in shown.get("headers", {})), where
    _check_body(response, shown.get("content", {}), where)
    if response.status_code == 201:
        schema = operation.body_schema()
        assert schema is not None, where
        assert faults(schema, json.loads(request.content)) == [], f"{where}: the document forbids what was taken"


def _check_body(response: Response, content: dict[str, Schema], where: str) -> None:
    if not content:
        assert response.content == b"", where
        return
    media_type = response.headers["content-type"].partition(";")[0]
    assert media_type in content, f"{where}: {media_type} is not in the document"
    if media_type.endswith("json") and response.request.method != "HEAD":
        assert faults(content[media_type]["schema"], response.json()) == [], where


def _asked_for(request: Request) -> Operation | None:
    """The operation of a request; of a path that fits several templates, the one with the fewest parameters."""
    method = "GET" if request.method == "HEAD" else request.method
    path = request.url.path
    return next((each for pattern, each in _templates().get(method, ()) if pattern.fullmatch(path)), None)


@cache
def _templates() -> dict[str, list[tuple[re.Pattern[str], Operation]]]:
    """The operations of each method with the paths that they take, those with the fewest parameters first."""
    found: dict[str, list[tuple[re.Pattern[str], Operation]]] = {}
    for each in sorted(operations(), key=lambda each: each.path.count("{")):
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(each.path)))
        found.setdefault(each.method, []).append((pattern, each))
    return found


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {**json.loads(schema), "components": _closed_components()}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def _closed_components() -> Schema:
    components = deepcopy(document()["components"])
    for part in _objects(components["schemas"]):
        if "properties" in part:
            part.setdefault("additionalProperties", False)
    return components


def _objects(part: object) -> Iterator[Schema]:
    if isinstance(part, dict):
        found = cast("Schema", part)
        if isinstance(found.get("type"), str):
            yield found
        for each in found.values():
            yield from _objects(each)
    elif isinstance(part, list):
        for each in cast("list[object]", part):
            yield from _objects(each)


if __name__ == "__main__":
    FROZEN.write_text(frozen_text(), "utf-8")
