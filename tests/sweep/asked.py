"""What a request to AWS asks, and who signed it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyturn_practice.messages import Request

if TYPE_CHECKING:
    from .world import World

_SIGNER = re.compile(r"Credential=(\w+)/")
_READS = re.compile(r"Get|List|Head|Simulate|Generate")


def changes(request: Request) -> bool:
    """True where it is to change something at AWS."""
    action = request.form.get("Action")
    return request.method not in {"GET", "HEAD"} if action is None else _READS.match(action) is None


def question(world: World, request: Request) -> str:
    """What is asked, by the old key or by another one, such as `ListAccessKeys by old`."""
    match = _SIGNER.search(request.header("authorization") or "")
    signer = "old" if match and match[1] == world.old.access_key_id.value else "new"
    if "Action" in request.form:
        return f"{request.form['Action']} by {signer}"
    asked = sorted(name.partition("=")[0] for name in request.raw_query.split("&"))
    return f"s3 {request.method} {' '.join(asked)} by {signer}"
