"""Queries with many parameters, read as one instead of by one dependency for each."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from app.api.validation import field_errors
from app.domain.errors import Invalid

Query = TypeVar("Query")


def read_query(adapter: TypeAdapter[Query], request: Request) -> Query:
    """The query as its type has it; refuses with Invalid, and ignores parameters that the type does not know."""
    try:
        return adapter.validate_python(dict(request.query_params))
    except ValidationError as invalid:
        found = invalid.errors(include_url=False, include_input=False)
        raise Invalid(field_errors(found, of_parameters=True)) from None


def query_parameters(adapter: TypeAdapter[Any]) -> list[dict[str, Any]]:
    """The type's fields as parameters of the OpenAPI document; all can be left out."""
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.pop("description", ""),
            "schema": {part: value for part, value in schema.items() if part != "title"},
        }
        for name, schema in adapter.json_schema()["properties"].items()
    ]
