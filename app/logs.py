"""Logs: one JSON object a line on standard error, with ids and counts, never what users wrote or sent.

Exceptions are logged as their types and the places they passed, without their messages, since those of libraries
repeat values (a database error repeats its parameters). Records of other libraries' loggers are logged by their
template, without its arguments, for the same reason.
"""

import logging
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, BinaryIO, Final

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

_LONGEST_TEMPLATE: Final = 200
_DEEPEST: Final = 20


def configure_logs(level: str, output: BinaryIO | None = None) -> None:
    """Sets up structlog and the standard library's loggers; `level` is a name such as `info`.

    To be called before the application is made: what logs at every request binds its logger once.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where_it_failed,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.BytesLoggerFactory(output or sys.stderr.buffer),
    )
    logging.basicConfig(handlers=[_Forward()], level=max(least, logging.INFO), force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # its templates say nothing without their arguments


def _json(event: EventDict, **_options: Callable[[Any], Any]) -> bytes:
    return orjson.dumps(event, default=lambda value: type(value).__name__)


def _where_it_failed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = failure(error)
    return event


def failure(error: BaseException) -> list[dict[str, object]]:
    """The exception and its causes, the first raised last: type and places, innermost last, without any message."""
    chain: list[dict[str, object]] = []
    link: BaseException | None = error
    while link is not None and len(chain) < _DEEPEST:
        chain.append({"type": type(link).__qualname__, "at": _places(link.__traceback__)})
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return chain


def _places(traceback: TracebackType | None) -> list[str]:
    places: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-_DEEPEST:]


class _Forward(logging.Handler):
    """Hands records of the standard library's loggers to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        template = record.getMessage() if record.name.startswith("uvicorn") else str(record.msg)
        structlog.get_logger().log(
            record.levelno,
            template.strip().split("\n", 1)[0][:_LONGEST_TEMPLATE],
            logger=record.name,
            exc_info=record.exc_info[1] if record.exc_info else None,
        )
