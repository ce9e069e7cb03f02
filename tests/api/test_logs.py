"""Logs hold ids and counts, and where something failed; never what anybody wrote."""

import io
import logging
from collections.abc import Generator
from typing import Any, cast

import orjson
import pytest
import structlog

from app.logs import configure_logs

CANARY = "canary-7f3a"


@pytest.fixture
def output() -> Generator[io.BytesIO]:
    handlers, level = logging.root.handlers[:], logging.root.level
    logged = io.BytesIO()
    configure_logs("info", logged)
    yield logged
    logging.root.handlers[:], logging.root.level = handlers, level


def _only_line(output: io.BytesIO) -> dict[str, object]:
    (line,) = output.getvalue().splitlines()
    return orjson.loads(line)


def _fail() -> None:
    try:
        int(CANARY)
    except ValueError as cause:
        raise RuntimeError(CANARY) from cause


def test_line_is_one_json_object_with_time_and_level(output: io.BytesIO) -> None:
    structlog.get_logger().info("pushed", records=3)
    line = _only_line(output)
    assert (line["event"], line["records"], line["level"]) == ("pushed", 3, "info")
    assert str(line["timestamp"]).endswith("Z")


def test_lines_below_the_level_are_left_out(output: io.BytesIO) -> None:
    structlog.get_logger().debug("pushed")
    assert output.getvalue() == b""


def test_exception_is_told_by_types_and_places_without_its_words(output: io.BytesIO) -> None:
    try:
        _fail()
    except RuntimeError as error:
        structlog.get_logger().error("failed", exc_info=error)
    chain = cast("list[dict[str, Any]]", _only_line(output)["error"])
    assert [link["type"] for link in chain] == ["RuntimeError", "ValueError"]
    assert chain[0]["at"][-1].endswith(" _fail")
    assert CANARY.encode() not in output.getvalue()


def test_value_that_json_does_not_know_is_logged_by_its_type(output: io.BytesIO) -> None:
    structlog.get_logger().info("pushed", what=RuntimeError(CANARY))
    assert _only_line(output)["what"] == "RuntimeError"


def test_records_of_other_libraries_keep_their_template_and_lose_their_arguments(output: io.BytesIO) -> None:
    try:
        _fail()
    except RuntimeError:
        logging.getLogger("library").exception("row %s was refused\nbecause of %s", CANARY, CANARY)
    line = _only_line(output)
    assert (line["event"], line["logger"], line["level"]) == ("row %s was refused", "library", "error")
    assert CANARY.encode() not in output.getvalue()


def test_server_may_say_where_it_listens(output: io.BytesIO) -> None:
    logging.getLogger("uvicorn.error").info("running on port %d", 8000)
    assert _only_line(output)["event"] == "running on port 8000"
