"""The stream of a diary's revisions as a phone reads it, over a socket of its own."""

from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse

STREAM = "/v1/sync/stream"
HEARTBEAT: Mapping[str, str] = {"": ""}
LONGEST_S = 20


@dataclass(frozen=True, slots=True)
class Events:
    """What arrives."""

    answer: HTTPResponse

    def next(self) -> Mapping[str, str]:
        """The fields of the next event, those of a comment under the empty name; EOFError at the end of the stream."""
        fields: dict[str, str] = {}
        while line := self.answer.readline().decode():
            if line == "\n":
                return fields
            name, _, value = line.rstrip("\n").partition(":")
            fields[name] = value.removeprefix(" ")
        raise EOFError

    def revision(self) -> int:
        """The next one told, whatever heartbeats come before."""
        while (event := self.next()) == HEARTBEAT:
            pass
        assert event == {"event": "rev", "id": event["id"], "data": f'{{"rev":{event["id"]}}}'}
        return int(event["id"])

    def is_over(self) -> bool:
        """Whether the stream ends, after heartbeats at most."""
        try:
            while self.next() == HEARTBEAT:
                pass
        except EOFError:
            return True
        return False


@contextmanager
def events(port: int, headers: Mapping[str, str]) -> Generator[Events]:
    """A stream, until the block ends."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=LONGEST_S)) as connection:
        connection.request("GET", STREAM, headers=dict(headers))
        with connection.getresponse() as answer:
            yield Events(answer)
