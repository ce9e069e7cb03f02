"""The devices that are signed in."""

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Path, Response
from pydantic import BaseModel

from app.api.deps import Caller, TheParts
from app.api.problems import problems
from app.api.v1.router import PREFIX, Router
from app.domain.ids import SessionId
from app.domain.sessions import Session
from app.services import sessions

router = Router(prefix=f"{PREFIX}/me/sessions", tags=["sessions"], responses=problems(401))


class SessionOut(BaseModel):
    """A device that is signed in, or was signed out because its token had been copied."""

    id: str
    device_name: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    current: bool
    """Whether it is the one that asks."""
    revoked_at: datetime | None
    revoked_why: Literal["token-copied"] | None
    """Two held the same refresh token; shown for 90 days."""

    @classmethod
    def of(cls, session: Session) -> Self:
        """The session as its owner sees it."""
        return cls(
            id=session.id,
            device_name=session.device_name,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
            current=session.is_current,
            revoked_at=session.revoked_at,
            revoked_why="token-copied" if session.revoked_at else None,
        )


class SessionsOut(BaseModel):
    """All of them, the oldest first."""

    items: list[SessionOut]
    next_cursor: None


@router.get("")
async def list_sessions(parts: TheParts, access: Caller) -> SessionsOut:
    """The devices that are signed in."""
    found = await sessions.list_sessions(parts, access)
    return SessionsOut(items=[SessionOut.of(session) for session in found], next_cursor=None)


@router.delete("/{id}", status_code=204, responses=problems(404, 507))
async def end_session(parts: TheParts, access: Caller, session_id: Annotated[str, Path(alias="id")]) -> Response:
    """Sign a device out; its next request is refused."""
    await sessions.end_session(parts, access, SessionId(session_id))
    return Response(status_code=204)
