"""Blind spots: what on this computer may hold a key and was not looked into."""

from __future__ import annotations

from collections.abc import Iterable

from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.clients.listing import CLOSED_FOLDER
from keyturn.model.errors import AwsError
from keyturn.model.places import BlindSpot, Problem
from keyturn.model.text import _

# The kinds of problem after which a key may stand unseen. A problem of another kind is about a key that was seen.
_HIDING = ("client.", "description.", "file.", "folder.", "guide.", "keychain.", "reference.", "search.")


def blind_spots(problems: Iterable[Problem]) -> tuple[BlindSpot, ...]:
    """Return the problems behind which a key may stand unseen, each with what to do about it."""
    return tuple(
        BlindSpot(_what(one), one.message, one.do or _what_to_do(one))
        for one in problems
        if one.code.startswith(_HIDING)
    )


def not_listed(account: str, error: AwsError) -> BlindSpot:
    """Return that an account's buckets are not known, as AWS does not list them for its keys."""
    return BlindSpot(
        _("The buckets of account {account}").format(account=account),
        str(error),
        _("Look in the AWS console whether something else uses a bucket of this account, and name it with --bucket."),
    )


def _what(problem: Problem) -> str:
    if problem.path is None or str(problem.path) in problem.title:
        return problem.title
    return f"{problem.title}: {problem.path}"


def _what_to_do(problem: Problem) -> str:
    if problem.code == BLIND_SPOT:
        steps = _(
            "`keyturn clients {name}` shows the steps. A rotation asks about it before the old key is turned off."
        )
        return steps.format(name=problem.client)
    if problem.code == "search.bounded":
        return _("Search it to its end: keyturn scan --search FOLDER")
    if problem.code == "file.link":
        return _("Attach the disk that it leads to, and look again. If nothing needs the link any more, remove it.")
    if problem.code == "file.too-big":
        return _("Search its folder for the key: keyturn scan --search FOLDER")
    if problem.code in {CLOSED_FOLDER, "file.closed"}:
        return _("Start Keyturn from an account that may read it, or look there by hand.")
    return _("Look there by hand before an old key is turned off.")
