"""A profile of `aws login`: the browser's sign-in, whose key the AWS CLI keeps in its cache for a quarter of an hour.

Only the CLI renews it (facts/aws.md A8: that needs botocore's `crt`), so one that is over is asked of the CLI.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from keyturn.aws.profile_answers import SessionNeeded, session_pair
from keyturn.model.keys import SessionPair


def key_of_login(folder: Path, name: str, session: str, now: datetime) -> SessionPair:
    """Return the key that the CLI keeps for the sign-in.

    Args:
        folder: `~/.aws`.
        session: the profile's `login_session`: whose sign-in it is.
        now: the time of day, in UTC.

    Raises:
        SessionNeeded: where nobody is signed in, or not any more.
        UsageError: where what is kept is no key.
    """
    from botocore.utils import JSONFileCache, LoginTokenLoader

    command = f"aws login --profile {name}"
    kept = LoginTokenLoader(JSONFileCache(working_dir=str(folder / "login" / "cache"))).load_token(session)
    given = kept.get("accessToken") if isinstance(kept, dict) else None
    if not isinstance(given, dict):
        raise SessionNeeded(name, command)
    members = {f"{member[:1].upper()}{member[1:]}": value for member, value in given.items()}
    pair = session_pair({**members, "Expiration": given.get("expiresAt")}, name)
    if pair.ends is None or pair.ends <= now:
        raise SessionNeeded(name, command)
    return pair
