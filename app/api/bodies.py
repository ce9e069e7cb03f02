"""Bodies that arrive: counted byte by byte, held to their media type, read strictly, and shown in the OpenAPI document.

A body is a dependency of the route, declared after the one that lets the caller in, so that nobody's bytes are read
before the caller may send them:

    async def sign_up(body: Annotated[SignUp, json_body(SignUp, limit=AUTH_BYTES)]) -> Response: ...

Models forbid extra fields. Validation is strict Pydantic on what app/domain/strict_json.py read: a decimal number is a
Decimal, a date is still text (take the types of app/api/wire.py), a list is a list.
"""

from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from app.api.validation import field_errors
from app.domain import strict_json
from app.domain.errors import FieldError, Invalid, Refusal

AUTH_BYTES: Final = 16 * 1024
JSON_BYTES: Final = 64 * 1024
SYNC_BYTES: Final = 1024 * 1024
IMPORT_BYTES: Final = 32 * 1024 * 1024

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

Shown = type[BaseModel] | Mapping[str, Any]
"""What the OpenAPI document shows of a body: a model, or a JSON Schema as it stands."""

_UTF_8 = {"utf-8", "utf8", "us-ascii"}
_MOST_PARAMETERS = 50


class BodyTooLarge(Refusal):
    """More bytes than this route takes."""

    code = "body-too-large"


class UnsupportedMediaType(Refusal):
    """Another format, another charset, or compressed."""

    code = "unsupported-media-type"


class InvalidRequest(Refusal):
    """A form that lacks a parameter, names one twice, or is not UTF-8 (RFC 6749, section 5.2)."""

    code = "invalid-request"


class UnsupportedGrantType(Refusal):
    """A grant_type that is not offered (RFC 6749, section 5.2)."""

    code = "unsupported-grant-type"


async def read_bytes(request: Request, *, limit: int) -> bytes:
    """The whole body; refused as soon as it is known to be longer than `limit` bytes, without keeping what came."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge
    arrived = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        if len(arrived) + len(chunk) > limit:
            raise BodyTooLarge
        if not message.get("more_body", False):
            return bytes(arrived) + chunk if arrived else chunk
        arrived += chunk


def media_type_of(request: Request) -> str:
    """The body's media type in lower case, empty where none is named; refuses charsets but UTF-8, and compression."""
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise UnsupportedMediaType
    named = request.headers.get("content-type", "")
    if ";" not in named:
        return named.strip().lower()
    media_type, *parameters = named.lower().split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in _UTF_8:
            raise UnsupportedMediaType
    return media_type.strip()


class Body:
    """What a route takes as its body; the plain class gives the bytes as they came (a push, an import)."""

    def __init__(
        self,
        shown: Shown,
        *,
        limit: int,
        accepted: tuple[str, ...] = (JSON,),
        shown_besides: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.shown = shown
        self.limit = limit
        self.shown_besides = shown_besides or {}
        """What the document shows of media types that are accepted besides, as JSON Schemas."""
        self.accepted = (*accepted, *self.shown_besides)

    async def __call__(self, request: Request) -> Any:  # noqa: ANN401  each kind of body gives its own type
        """What the route gets."""
        return await self.read(request)

    async def read(self, request: Request) -> bytes:
        """The bytes, if their kind and number are accepted."""
        if not self._accepts(media_type_of(request)):
            raise UnsupportedMediaType
        return await read_bytes(request, limit=self.limit)

    def _accepts(self, media_type: str) -> bool:
        if media_type in self.accepted:
            return True
        if JSON not in self.accepted:
            return False
        return not media_type or (media_type.startswith("application/") and media_type.endswith("+json"))


class JsonModel(Body):
    """One JSON object, as a model."""

    def __init__(self, model: type[BaseModel], *, limit: int) -> None:
        super().__init__(model, limit=limit)
        self._model = model

    async def __call__(self, request: Request) -> BaseModel:
        """The model, or every fault of the body by its pointer."""
        content = strict_json.read(await self.read(request))
        try:
            return self._model.model_validate(content, strict=True)
        except ValidationError as invalid:
            raise Invalid(field_errors(invalid.errors(include_url=False, include_input=False))) from None


class JsonObject(Body):
    """One JSON object whose rules the domain knows (a record's fields), as a dict."""

    async def __call__(self, request: Request) -> dict[str, object]:
        """The object as it was read: numbers with a point are Decimals."""
        content = strict_json.read(await self.read(request))
        if not isinstance(content, dict):
            raise Invalid([FieldError(pointer="", code="wrong-type", message="This must be an object.")])
        return cast("dict[str, object]", content)


class FormModel(Body):
    """An OAuth form, as a model; parameters that it doesn't know are ignored, empty ones count as absent."""

    def __init__(self, model: type[BaseModel], *, limit: int) -> None:
        super().__init__(model, limit=limit, accepted=(FORM,))
        self._model = model

    async def __call__(self, request: Request) -> BaseModel:
        """The model; any fault is OAuth's invalid_request."""
        parameters = parse_form(await self.read(request))
        known = {name: value for name, value in parameters.items() if name in self._model.model_fields and value}
        try:
            return self._model.model_validate(known)
        except ValidationError:
            raise InvalidRequest from None


def parse_form(body: bytes) -> dict[str, str]:
    """`application/x-www-form-urlencoded` in strict UTF-8, each parameter once."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:  # UnicodeDecodeError is one too
        raise InvalidRequest from None
    parameters = dict(pairs)
    if len(parameters) < len(pairs) or "\0" in "".join(parameters.values()):
        raise InvalidRequest
    return parameters


def json_body(model: type[BaseModel], *, limit: int = JSON_BYTES) -> Any:  # noqa: ANN401  as fastapi.Depends
    """A JSON object as a model.

    `body: Annotated[SignUp, json_body(SignUp)]`
    """
    return Depends(JsonModel(model, limit=limit))


def json_object(shown: Shown, *, limit: int = JSON_BYTES) -> Any:  # noqa: ANN401  as fastapi.Depends
    """A JSON object as a dict; the schema is only shown, the domain checks.

    `fields: Annotated[dict[str, object], json_object(schema)]`
    """
    return Depends(JsonObject(shown, limit=limit))


def form_body(model: type[BaseModel], *, limit: int = AUTH_BYTES) -> Any:  # noqa: ANN401  as fastapi.Depends
    """An OAuth form as a model; a field with a default may be left out.

    `form: Annotated[TokenForm, form_body(TokenForm)]`
    """
    return Depends(FormModel(model, limit=limit))


def raw_body(
    shown: Shown,
    *,
    limit: int,
    accepted: tuple[str, ...] = (JSON,),
    shown_besides: Mapping[str, Mapping[str, Any]] | None = None,
) -> Any:  # noqa: ANN401  as fastapi.Depends
    """The bytes as they came; `shown_besides` are further media types, with what the document shows of each.

    `body: Annotated[bytes, raw_body(schema, limit=SYNC_BYTES)]`
    """
    return Depends(Body(shown, limit=limit, accepted=accepted, shown_besides=shown_besides))
