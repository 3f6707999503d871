"""The visitor's session: a new id when a visitor signs in (OWASP: session fixation)."""

import uuid

from nicegui import app
from starlette.requests import Request


async def renew_session_id(request: Request) -> None:
    """Move the visitor's storage to a new id; the old one, which somebody may have planted, is worth nothing.

    It must run before the answer is sent, as the id travels in its cookie.
    """
    old = app.storage.user
    kept = dict(old)
    old.clear()
    new_id = str(uuid.uuid4())
    await app.storage._create_user_storage(new_id)
    request.session["id"] = new_id
    app.storage.user.update(kept)
