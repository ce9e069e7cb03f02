"""Puts what schemathesis made on the wire, and holds the answer to the document."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# - schemathesis leaves its generic types open

from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import urlencode

import httpx2
import orjson
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from app.api.problems import KINDS, MEDIA_TYPE
from tests.support.contract import FHIR, code_of, is_fhir

Case: TypeAlias = Any
"""A request of schemathesis's making."""

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def send(client: TestClient, case: Case, headers: Mapping[str, str]) -> httpx2.Response:
    """The answer to the request that schemathesis describes, with these headers beside its own."""
    made = case.as_transport_kwargs(base_url=str(client.base_url))
    body = {name: made[name] for name in ("json",) if name in made}
    if "data" in made:
        form: Any = made["data"]
        body["content"] = urlencode(form, doseq=True) if isinstance(form, dict) else form
    named = {str(name).encode(): str(value).encode() for name, value in {**made["headers"], **headers}.items()}
    return client.request(made["method"], made["url"], params=made["params"], headers=named, **body)


def hold_to_document(case: Case, answer: httpx2.Response, document: Mapping[str, Any]) -> None:
    """Fails where the answer is a 5xx, or says anything that the document does not."""
    case.validate_response(answer, checks=_CHECKS)
    if answer.status_code < 400:
        return
    problem, code = orjson.loads(answer.content), code_of(answer)
    fhir = is_fhir(case.operation.path)
    media_type = FHIR if fhir else MEDIA_TYPE
    assert answer.headers["content-type"] == media_type
    assert KINDS[code].status == answer.status_code
    if not fhir:
        assert problem["status"] == answer.status_code
        assert ("errors" in problem) == (answer.status_code == 422)
    shown = case.operation.definition.raw["responses"][str(answer.status_code)]
    shown = document["components"]["responses"][shown["$ref"].rpartition("/")[2]]
    assert code in shown["content"][media_type]["examples"], code
