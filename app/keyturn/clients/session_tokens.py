"""A session token beside a key: it goes with a temporary key, and spoils a lasting one.

The ID's first letters tell which kind a key is, not the token (aws-cli#7870, #2807). AWS refuses a
lasting key that is sent with a token.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _


@dataclass(frozen=True, slots=True)
class Token:
    """What a token, or that there is none, means for the key beside it; see `Place` for the first two."""

    session: bool
    spoiled: bool
    note: str

    @property
    def lets_edit(self) -> bool:
        """Whether the pair may be replaced here."""
        return not self.session and not self.spoiled


def token_beside(identifier: AccessKeyId, line: str | None) -> Token:
    """Tell what a key is with what stands beside it.

    Args:
        line: what the token is called there, such as `aws_session_token`; None where there is none.
    """
    if identifier.is_temporary:
        return Token(
            session=True, spoiled=False, note=_("These are temporary credentials, which expire by themselves.")
        )
    if line is None:
        return Token(session=False, spoiled=False, note="")
    note = _(
        "“{line}” does not belong to this key: it is left from a temporary one, and AWS refuses a lasting key that is "
        "sent with it, so no backup that reads its key here can run. Take it away; then Keyturn can replace the key "
        "here, too."
    )
    return Token(session=False, spoiled=True, note=note.format(line=line))
