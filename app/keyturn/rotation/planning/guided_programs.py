"""Which programs a person changes by hand in a rotation: those that were read, that were named, and the blind spots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from keyturn.clients.described.guide import FILE, PASSWORD_MANAGER, guide_named
from keyturn.clients.described.guided import BLIND_SPOT
from keyturn.clients.registry import clients_called
from keyturn.model.errors import UsageError
from keyturn.model.keys import as_typed
from keyturn.model.needs import Addition
from keyturn.model.places import Place, Problem, Target
from keyturn.model.text import _
from keyturn.rotation.decision import ByHand, without_secret
from keyturn.rotation.planning.plan import Options
from keyturn.rotation.steps import Route

LONGEST_CALLED = 40  # letters of what tells one place from others of its kind


def programs_by_hand(
    places: Sequence[Place], problems: Sequence[Problem], options: Options, route: Route
) -> list[ByHand]:
    """Return the programs that hold the key, then those of which that is not known.

    Args:
        places: of programs with a guide, where they were read to hold the key.
        problems: what the survey could not see.

    Raises:
        UsageError: `usage.also`, where there is no guide for a program that was named.
    """
    given = tuple(Target(bucket) for bucket in options.buckets) if route.makes_a_key else ()
    named = _named(options)
    held: dict[str, list[Place]] = {one.client: [] for one in named if not one.called}
    for place in places:
        held.setdefault(place.client if guide_named(place.client) else FILE, []).append(place)
    called = [replace(one, targets=given) for one in named if one.called]
    known = [*called, *(_known(name, found, given) for name, found in held.items())]
    seen = {one.client for one in known}
    unseen: dict[str, dict[str, None]] = {}
    for one in problems:
        if one.code == BLIND_SPOT:
            named_in = unseen.setdefault(one.client, {})
            if one.client == PASSWORD_MANAGER and one.path is not None:
                named_in[str(one.path)] = None
    asked = ((name, at) for name, at in unseen.items() if name not in seen and name in (options.only or unseen))
    return [*known, *(ByHand(name, (), given, known=False, named_in=tuple(at)) for name, at in asked)]


def is_by_hand(place: Place) -> bool:
    """Return whether a person changes the key there: in a program with a guide, or in a form that Keyturn leaves alone.

    Temporary credentials are changed by nobody.
    """
    fixed = place.secret is not None and not place.editable and not place.session
    return guide_named(place.client) is not None or fixed


def rights_for(program: ByHand, target: Target) -> frozenset[Addition]:
    """Return what a program asks of a bucket beyond the base; nothing where it is not known whether it uses the key."""
    guide = guide_named(program.client)
    asked = guide.asks if guide is not None and program.known and not program.places else frozenset()
    archived = any(manner.archives for place in program.places for manner in place.manners_for(target))
    asked |= {Addition.RESTORE} if archived else set()
    return asked.union(*(place.additions_for(target) for place in program.places))


def _known(name: str, places: Sequence[Place], given: tuple[Target, ...]) -> ByHand:
    targets = dict.fromkeys(target for place in places for target in place.targets or given)
    return ByHand(name, tuple(without_secret(place) for place in places), tuple(targets) or given, known=True)


def _named(options: Options) -> tuple[ByHand, ...]:
    """What the person named, each once: a guide, or `GUIDE:NAME` where the key is in several places of that kind."""
    programs = [ByHand.named(name) for name in options.also]
    unknown = [one.client for one in programs if guide_named(one.client) is None]
    meant = [one.name for name in unknown for one in clients_called(name) if guide_named(one.name) is not None]
    if meant:
        raise UsageError(
            _("There is more than one program called “{name}”, or it is called otherwise").format(
                name=", ".join(unknown)
            ),
            _("Say which with --also: {names}. Nothing was changed.").format(names=", ".join(dict.fromkeys(meant))),
            code="usage.also",
        )
    if unknown:
        raise UsageError(
            _("Keyturn has no steps for “{name}”").format(name=", ".join(unknown)),
            _(
                "`keyturn clients` lists the programs by their names; “another-program” fits every other one. Nothing "
                "was changed."
            ),
            code="usage.also",
        )
    for name, program in zip(options.also, programs, strict=True):
        called = program.called
        tells_apart = program.identity != program.client and called.isprintable() and len(called) <= LONGEST_CALLED
        if ":" in name and not tells_apart:
            raise UsageError(
                _("“{name}” does not say which one is meant").format(name=as_typed(called)),
                _("Name it in at most {count} letters, such as --also web-page:shop. Nothing was changed.").format(
                    count=LONGEST_CALLED
                ),
                code="usage.also",
            )
    return tuple({one.identity: one for one in reversed(programs)}.values())[::-1]
