"""The backup programs' own checks: each question asked once, however many destinations ask it, and several at a time.

They come after our proof, never instead of it, and are read-only (clients/own_check.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath

from keyturn.aws.parallel import as_they_end
from keyturn.clients.endpoints import is_aws, store_url
from keyturn.clients.interface import OwnCheck
from keyturn.clients.own_check import run_own_check
from keyturn.clients.registry import client_named
from keyturn.model.errors import AppError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place, Target
from keyturn.model.text import _
from keyturn.rotation.context import Context

# Seconds between the attempts of a program's own check while a key is new: half a minute together.
_PAUSES = (2.0, 4.0, 8.0, 16.0)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `ok` is None if the outcome is unknown."""

    check: str
    ok: bool | None
    detail: str
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class OwnCheckRequest:
    """A place whose program is to look into a bucket.

    Attributes:
        new_key: the key there, if AWS may not know it everywhere yet: the check is then tried again for half a minute.
    """

    place: Place
    target: Target | None
    new_key: AccessKeyId | None = None


def own_check(context: Context, place: Place, target: Target | None) -> list[Check]:
    """The program's own check of one place; see `own_checks`."""
    return next(own_checks(context, [OwnCheckRequest(place, target)]))


def own_checks(context: Context, requests: Sequence[OwnCheckRequest]) -> Iterator[list[Check]]:
    """Yield what each place's own program says, in the order of the requests, each as soon as it is known.

    Where the key is asked for, the program asks for it as in its backups, and the place's other programs are named:
    what they get was not tried. Nothing is said if there is no check, if the program is not installed, or if this is
    another computer's disk: what the program is given is Keyturn's own (clients/own_check.py), and another computer's
    is not this person's. Places that would put the very same question, of the same program with the same pair and
    settings, share its answer.
    """
    answers: list[list[Check] | int] = []
    not_tried: list[list[Check]] = []
    distinct: list[tuple[OwnCheck, OwnCheckRequest]] = []
    alike: dict[tuple[str, ...], list[int]] = {}
    for request in requests:
        check = _prepared(context, request)
        not_tried.append(_not_tried(context, request.place, check))
        if not isinstance(check, OwnCheck):
            answers.append(check)
            continue
        candidates = alike.setdefault(check.arguments, [])  # a secret has no hash, so what is alike is compared
        same = next((number for number in candidates if distinct[number][0] == check), None)
        if same is None:
            same = len(distinct)
            candidates.append(same)
            distinct.append((check, request))
        answers.append(same)
    results = as_they_end([partial(_tried, context, check, request) for check, request in distinct])
    known: list[list[Check]] = []
    for answer, others in zip(answers, not_tried, strict=True):
        if isinstance(answer, list):
            yield [*answer, *others]
            continue
        while len(known) <= answer:
            known.append(next(results))
        yield [*known[answer], *others]


def _prepared(context: Context, request: OwnCheckRequest) -> OwnCheck | list[Check]:
    """The question, or why there is none."""
    place = request.place
    if not context.computer.is_this_one:
        return []
    try:
        here = context.endpoint_url
        endpoint_url = here if is_aws(place, here) else store_url(place)
        client = client_named(place.client)
        check = client.check(context.computer, place, request.target, endpoint_url=endpoint_url)
    except AppError as error:
        return [Check(place.client, None, str(error))]
    return [] if check is None else check


def _not_tried(context: Context, place: Place, check: OwnCheck | list[Check]) -> list[Check]:
    """The programs of a place that asks for its key which no check speaks for, by name."""
    if not context.computer.is_this_one:
        return []
    asks = check.asks if isinstance(check, OwnCheck) else client_named(place.client).asks_keyturn
    tried = PurePath(check.arguments[0]).stem if isinstance(check, OwnCheck) else ""
    names = sorted({one.program for one in place.consumers} - {tried}) if asks else []
    text = _("Not proved by its program: what {program} gets when it asks Keyturn was not tried.")
    return [Check("program", None, text.format(program=name)) for name in names]


def _tried(context: Context, check: OwnCheck, request: OwnCheckRequest) -> list[Check]:
    result = run_own_check(check, context.aws.settings.proxies)
    # The program meets a server that has not heard of the key, as our own requests do (facts/aws.md A4).
    for pause in () if request.new_key is None else _PAUSES:
        if result.ok is not False or not context.aws.is_new(request.new_key):
            break
        context.clock.sleep(pause)
        result = run_own_check(check, context.aws.settings.proxies)
    return [Check(request.place.client, result.ok, result.detail)]
