"""Queries with many parameters, read by a model of ours instead of one dependency for each."""

from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from app.api.validation import field_errors
from app.domain.errors import Invalid

Query = TypeVar("Query", bound=BaseModel)


def read_query(model: type[Query], request: Request) -> Query:
    """The query as the model has it; refuses with Invalid, and ignores parameters that the model does not know."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as invalid:
        found = invalid.errors(include_url=False, include_input=False)
        raise Invalid(field_errors(found, of_parameters=True)) from None


def query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    """The model's fields as parameters of the OpenAPI document; all can be left out."""
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": schema.pop("description", ""),
            "schema": {part: value for part, value in schema.items() if part != "title"},
        }
        for name, schema in model.model_json_schema()["properties"].items()
    ]
