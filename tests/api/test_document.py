"""The OpenAPI document shows what FastAPI cannot see of ours."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel

from app.api import document
from app.api.bodies import form_body, json_body, json_object, raw_body
from app.api.problems import KINDS, problems
from tests.support.serving import make_app


class _Scope(BaseModel):
    name: str


class _Share(BaseModel):
    scopes: list[_Scope]


class _Token(BaseModel):
    grant_type: str


def _other_scope() -> type[BaseModel]:
    class _Scope(BaseModel):
        size: int

    return _Scope


@pytest.fixture
def app() -> FastAPI:
    application = make_app()
    router = APIRouter(prefix="/v1")

    @router.post("/shares", responses=problems(409))
    async def share(body: Annotated[_Share, json_body(_Share)]) -> Response:
        return Response(body.model_dump_json())

    @router.post("/token")
    async def token(form: Annotated[_Token, form_body(_Token)]) -> Response:
        return Response(form.grant_type)

    @router.put("/days/{id}")
    async def day(id: str, fields: Annotated[dict[str, object], json_object({"title": "Day"})]) -> Response:  # noqa: A002  the name of the path parameter
        return Response(f"{id}{fields}")

    @router.post("/import")
    async def bring(
        body: Annotated[bytes, raw_body({"title": "Any"}, limit=9, accepted=("application/json", "text/csv"))],
    ) -> Response:
        return Response(body)

    @router.get("/catalogue")
    async def catalogue() -> Response:
        return Response()

    application.include_router(router)
    return application


def _operation(app: FastAPI, method: str, path: str) -> dict[str, Any]:
    return app.openapi()["paths"][path][method]


def test_model_of_a_json_body_is_shown(app: FastAPI) -> None:
    assert _operation(app, "post", "/v1/shares")["requestBody"] == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/_Share"}}},
    }
    schemas = app.openapi()["components"]["schemas"]
    assert schemas["_Share"]["properties"]["scopes"]["items"] == {"$ref": "#/components/schemas/_Scope"}
    assert "_Scope" in schemas


def test_form_is_shown_as_a_form(app: FastAPI) -> None:
    content = _operation(app, "post", "/v1/token")["requestBody"]["content"]
    assert content == {"application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/_Token"}}}


def test_schema_of_the_domain_is_shown_as_it_stands(app: FastAPI) -> None:
    assert _operation(app, "put", "/v1/days/{id}")["requestBody"]["content"] == {
        "application/json": {"schema": {"title": "Day"}}
    }
    assert set(_operation(app, "post", "/v1/import")["requestBody"]["content"]) == {"application/json", "text/csv"}


def test_every_operation_documents_what_it_can_answer(app: FastAPI) -> None:
    answers = {
        "/v1/shares": {"200", "400", "408", "409", "413", "415", "422", "500", "503"},
        "/v1/token": {"200", "400", "408", "413", "415", "500", "503"},
        "/v1/days/{id}": {"200", "400", "408", "413", "415", "422", "500", "503"},
        "/v1/catalogue": {"200", "500", "503"},
    }
    paths = app.openapi()["paths"]
    assert {path: set(*(operation["responses"] for operation in paths[path].values())) for path in answers} == answers


def test_all_errors_have_the_one_shape(app: FastAPI) -> None:
    assert "HTTPValidationError" not in str(app.openapi())
    refused = _operation(app, "put", "/v1/days/{id}")["responses"]["422"]
    assert refused == {"$ref": "#/components/responses/invalid"}
    components = app.openapi()["components"]
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {"invalid": {"$ref": "#/components/examples/invalid"}},
    }
    assert components["responses"]["invalid"]["content"] == {"application/problem+json": content}
    assert components["examples"]["invalid"]["value"]["status"] == 422
    described = app.openapi()["components"]["schemas"]["Problem"]["description"]
    assert all(f"`{code}`" in described for code in KINDS)


def test_document_is_the_same_each_time(app: FastAPI) -> None:
    assert app.openapi() == app.openapi()


def test_two_models_of_one_name_are_a_mistake(app: FastAPI) -> None:
    @app.get("/other", response_model=_other_scope())
    async def other() -> None: ...

    with pytest.raises(ValueError, match="_Scope"):
        app.openapi()


class _Amount(BaseModel):
    mg: Decimal


def test_exact_decimal_is_shown_as_the_number_it_is_on_the_wire(app: FastAPI) -> None:
    @app.get("/amount", response_model=_Amount)
    async def amount() -> None: ...

    assert app.openapi()["components"]["schemas"]["_Amount"]["properties"]["mg"]["type"] == "number"


def test_schemas_and_examples_are_added_by_name() -> None:
    application = FastAPI()
    document.install(application, {"Word": {"type": "string"}}, {"Word": "hello"})
    assert application.openapi()["components"]["schemas"]["Word"] == {"type": "string", "examples": ["hello"]}
