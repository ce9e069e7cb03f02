"""Routes are found through the index as the framework itself would find them, only sooner."""

from itertools import product

import pytest
from fastapi import APIRouter, FastAPI, Response
from starlette.testclient import TestClient

from app.api import problems, route_index

PATHS = (
    "/",
    "/healthz",
    "/healthz/",
    "/v1",
    "/v1/days",
    "/v1/days/",
    "/v1/days/1",
    "/v1/days/1/2",
    "/v1/days/list",
    "/v1/daysx",
    "/v1/me",
    "/v1/me/sessions/7",
    "/v1/nothing",
    "/v1//days",
    "/shl/abc/files/1",
    "/deep/inside/route",
    "/mounted/anything",
    "/v1/d%61ys/1",
)
METHODS = ("GET", "PUT", "DELETE")


def _app() -> FastAPI:
    app = FastAPI(redirect_slashes=False)
    problems.install(app)

    def add(router: APIRouter | FastAPI, path: str, method: str) -> None:
        name = f"{method} {path}"

        async def answer() -> Response:
            return Response(name)

        router.add_api_route(path, answer, methods=[method], name=name)

    add(app, "/healthz", "GET")
    for prefix in ("/v1/days", "/v1/doses"):
        router = APIRouter(prefix=prefix)
        for path, method in (
            ("", "GET"),
            ("/list", "GET"),
            ("/{id}", "GET"),
            ("/{id}", "PUT"),
            ("/{id}/{part}", "GET"),
        ):
            add(router, path, method)
        app.include_router(router)
    me = APIRouter(prefix="/me")
    add(me, "", "GET")
    add(me, "/sessions/{id}", "DELETE")
    app.include_router(me, prefix="/v1")
    add(app, "/shl/{token}/files/{file}", "GET")
    inside = APIRouter(prefix="/inside")
    add(inside, "/route", "GET")
    deep = APIRouter(prefix="/deep")
    deep.include_router(inside)
    app.include_router(deep)
    mounted = FastAPI()
    add(mounted, "/anything", "GET")
    app.mount("/mounted", mounted)
    return app


@pytest.fixture(scope="module")
def plain() -> TestClient:
    return TestClient(_app())


@pytest.fixture(scope="module")
def indexed() -> TestClient:
    app = _app()
    route_index.install(app)
    return TestClient(app)


@pytest.mark.parametrize(("path", "method"), list(product(PATHS, METHODS)))
def test_index_leads_to_the_route_that_the_framework_finds(
    plain: TestClient, indexed: TestClient, path: str, method: str
) -> None:
    expected, found = (client.request(method, path) for client in (plain, indexed))
    assert (found.status_code, found.text, found.headers.get("allow")) == (
        expected.status_code,
        expected.text,
        expected.headers.get("allow"),
    )


def test_route_added_later_is_found(indexed: TestClient) -> None:
    async def later() -> Response:
        return Response("later")

    assert isinstance(indexed.app, FastAPI)
    indexed.app.add_api_route("/v1/later", later)
    assert indexed.get("/v1/later").text == "later"
