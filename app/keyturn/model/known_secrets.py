"""The secrets that this process has seen, so that no text that is shown or kept repeats one.

What a program prints, an error quotes or a file names may hold a secret in any place and writing. Its shape gives only
some away; so each secret is remembered when it is first read, and looked for by its value. How is in `secret_search`,
which nobody waits for as long as no secret was read.
"""

from __future__ import annotations

from typing import Any

HIDDEN = "••••"

_is_any_known = False


def remember(text: str) -> None:
    """This is a secret: `without_secrets` hides it from now on.

    What is too short, or a word in small letters as `minioadmin` is, would only make sentences unreadable.
    """
    global _is_any_known
    _is_any_known = True
    from keyturn.model import secret_search

    secret_search.remember(text)


def remember_name(text: str) -> None:
    """This is an access key ID: it is shown, also where somebody wrote it in the place of the secret, too."""
    from keyturn.model import secret_search

    secret_search.remember_name(text)


def without_secrets(text: str) -> str:
    """Return the text with `••••` in the place of every known secret, however it is written."""
    if not _is_any_known:
        return text
    from keyturn.model import secret_search

    return secret_search.without_secrets(text)


def json_without_secrets(document: Any, *, indent: int | None = None) -> str:  # noqa: ANN401  (JSON)
    """Return the document as JSON that holds no long secret; the names of its members stay.

    Programs go by what stands in it, so a short secret that is a part of a path or a folder's name by chance is left.
    """
    from keyturn.model import secret_search

    return secret_search.json_without_secrets(document, indent=indent)


def may_be_kept(text: str) -> bool:
    """Return whether `json_without_secrets` leaves the text as it is, so that it is found again by it."""
    from keyturn.model import secret_search

    return secret_search.may_be_kept(text)
