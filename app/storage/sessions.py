"""The sessions of whoever is signed in: which devices, since when."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from app.domain.access import SignedIn
from app.domain.ids import SessionId
from app.domain.sessions import REVOKED_SHOWN_FOR, Session
from app.storage.tables import sessions

_MINE = sessions.c.account == bindparam("me")
SHOWN = func.coalesce(sessions.c.revoked_at > bindparam("long_ago"), sessions.c.refresh_expires_at > bindparam("now"))
"""Not run out; or revoked, and not so long ago that its owner need no longer see it."""

_listed = (
    select(
        sessions.c.key,
        sessions.c.id,
        sessions.c.device_name,
        sessions.c.created_at,
        sessions.c.last_seen_at,
        sessions.c.refresh_expires_at,
        sessions.c.revoked_at,
    )
    .where(_MINE, SHOWN)
    .order_by(sessions.c.created_at, sessions.c.key)
)
_end = delete(sessions).where(_MINE, sessions.c.id == bindparam("the_id"))
_end_others = delete(sessions).where(_MINE, sessions.c.key != bindparam("this"))


class Sessions:
    """The sessions of the account of one access."""

    def __init__(self, connection: Connection, access: SignedIn) -> None:
        self._connection = connection
        self._access = access
        self._mine = {"me": access.account}

    def listed(self, now: datetime) -> list[Session]:
        """Those that are good, and those that were revoked lately, the oldest first."""
        rows = self._connection.execute(_listed, {**self._mine, **times(now)})
        return [
            Session(
                id=SessionId(row.id),
                device_name=row.device_name,
                created_at=row.created_at,
                last_seen_at=row.last_seen_at,
                expires_at=row.refresh_expires_at,
                revoked_at=row.revoked_at,
                is_current=row.key == self._access.session,
            )
            for row in rows
        ]

    def end(self, session: SessionId) -> bool:
        """Whether there was such a session; its tokens end with it."""
        return self._connection.execute(_end, {**self._mine, "the_id": session}).rowcount == 1

    def end_others(self) -> None:
        """Ends all sessions but this one."""
        self._connection.execute(_end_others, {**self._mine, "this": self._access.session})


def times(now: datetime) -> dict[str, datetime]:
    """The times that SHOWN compares with."""
    return {"now": now, "long_ago": now - REVOKED_SHOWN_FOR}
