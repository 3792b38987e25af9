"""Why a key itself cannot be rotated, or not this way: told by the survey alone, before anything else is asked."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from keyturn.clients.described.guide import guide_named
from keyturn.model.keys import KeyStatus
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.planning.owner_gates import may_make_no_key
from keyturn.rotation.planning.plan import Gate
from keyturn.rotation.planning.plan_question import closed
from keyturn.rotation.planning.way_to_keys import has_console
from keyturn.rotation.steps import Route

KEY_LIMIT = 2  # for each user and for root, inactive keys included (facts/aws.md A2)


def key_gates(found: FoundKey, route: Route, destinations: Sequence[Place]) -> Iterator[Gate]:
    """Yield what is wrong with the key.

    Args:
        destinations: the places that the rotation would edit.
    """
    yield from _not_usable(found)
    if _is_conflicting(found, destinations):
        yield closed(
            "key.conflict",
            _(
                "Places on this computer hold different secrets for {key}. At least one program cannot back up now. "
                "Correct it, or leave it out with --only; `keyturn scan` names the places."
            ).format(key=found.key.access_key_id.masked),
        )
    if route is Route.RETIRE:
        yield from _still_used(found)
    elif route.same_owner:
        yield from _no_room(found)


def file_gates(found: FoundKey, unread: Sequence[Problem]) -> Iterator[Gate]:
    """Yield the files that could not be read although the key may stand in them, and that nobody left out."""
    for one in unread:
        text = _(
            "{title}. {message} It may hold {key}. Put that right and try again; or leave it out with --leave-out "
            "{path}, or with --only and the programs to touch."
        )
        path = "" if one.path is None else shlex.quote(str(one.path))
        key = found.key.access_key_id.masked
        yield closed(one.code, text.format(title=one.title, message=one.message, key=key, path=path))


def _not_usable(found: FoundKey) -> Iterator[Gate]:
    key = found.key.access_key_id
    if key.is_temporary:
        yield closed(
            "key.temporary",
            _("{key} is a temporary key: it expires by itself, and there is nothing to rotate.").format(key=key.masked),
        )
    elif found.key.status is KeyStatus.INACTIVE:
        yield closed(
            "key.inactive",
            _inactive(found).format(key=key.masked),
        )
    elif found.failure is not None:
        yield closed(found.failure.code, str(found.failure))
    elif found.pair is None:
        yield closed("key.unusable", _without_secret(found))


def _inactive(found: FoundKey) -> str:
    if has_console(found.key.owner):
        return _(
            "{key} is already inactive, so no program can back up with it. Turn it on in the AWS console to rotate it, "
            "or delete it there if nothing misses it."
        )
    return _(
        "{key} is already inactive, so no program can back up with it. GovCloud has no console for the root user: "
        "another root key of the account can turn it on or delete it, by `aws iam update-access-key` or `aws iam "
        "delete-access-key`; or ask AWS Support."
    )


def _without_secret(found: FoundKey) -> str:
    """What to do about a key whose secret is nowhere to be read: some programs show only its ID."""
    key = found.key.access_key_id.masked
    hiding = {
        place.client: guide.title
        for place in found.places
        if place.secret is None
        and place.kind is PlaceKind.DESTINATION
        and (guide := guide_named(place.client)) is not None
    }
    if not hiding:
        return _(
            "No place on this computer holds the complete key {key}, so Keyturn cannot ask AWS about it. Run Keyturn "
            "where the program that uses it runs."
        ).format(key=key)
    buckets = sorted({target.bucket for place in found.places if place.client in hiding for target in place.targets})
    options = [*(f"--also {name}" for name in hiding), *(f"--bucket {bucket}" for bucket in buckets)]
    return _(
        "{programs} shows only the ID of {key} and hides its secret, so Keyturn cannot ask AWS about it. "
        "If you have the key's file, such as rootkey.csv, put it into Downloads and run the command "
        "again. If that is lost and {key} is a root key: make a second root key in the AWS console, where the old one "
        "stays as it is, put its rootkey.csv into Downloads, and plan for that key with {options}. Once {programs} "
        "backs up with the new key, turn {key} off in the console."
    ).format(programs=", ".join(hiding.values()), key=key, options=" ".join(options))


def _is_conflicting(found: FoundKey, destinations: Sequence[Place]) -> bool:
    """Whether the destinations hold different secrets, or others than the one that AWS accepts."""
    secrets = [place.secret for place in destinations if place.secret is not None]
    right = found.pair.secret if found.pair is not None else next(iter(secrets), None)
    return any(secret != right for secret in secrets)


def _still_used(found: FoundKey) -> Iterator[Gate]:
    users = [place.name for place in found.places if place.kind is PlaceKind.DESTINATION]
    if users:
        text = _("These still use the key, so it cannot just be retired: {names}. Choose another route.")
        yield closed("key.in-use", text.format(names=", ".join(users)))


def _no_room(found: FoundKey) -> Iterator[Gate]:
    if found.siblings is None:
        if found.pair is not None:
            yield closed(
                "key.limit-unknown",
                may_make_no_key(found),
            )
    elif len(found.siblings) + 1 >= KEY_LIMIT:
        others = ", ".join(f"{one.access_key_id.masked} ({one.status.value})" for one in found.siblings)
        yield closed(
            "key.limit",
            _room(found).format(others=others),
        )


def _room(found: FoundKey) -> str:
    """How to make room for a new key."""
    if has_console(found.key.owner):
        return _(
            "AWS allows two access keys for each owner, inactive ones included, and there are two already: besides "
            "this one {others}. Find out whether anything uses the other one, and delete it in the AWS console if not. "
            "Keyturn does not choose for you."
        )
    return _(
        "AWS allows two access keys for the root user, inactive ones included, and there are two already: besides this "
        "one {others}. Find out whether anything uses the other one, and delete it if not: GovCloud has no console for "
        "the root user, so with this one, by `aws iam delete-access-key`. Keyturn does not choose for you."
    )
