"""The page of `plan`, and the summary that `rotate` shows before it asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from keyturn.clients.replacement import preview
from keyturn.model.text import _
from keyturn.rotation import labels
from keyturn.rotation.decision import ByHand, Destination
from keyturn.rotation.key_life.asking_profiles import Staying
from keyturn.rotation.key_life.move_words import asking_heading, staying_heading
from keyturn.rotation.planning.guided_items import program_title
from keyturn.rotation.planning.plan import Call, Plan
from keyturn.rotation.steps import Route, Step
from keyturn.terminal.rotation_page import awaited_lines
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, bullet, columns, line

_SERVICES = {"iam": "IAM", "sts": "STS", "s3": "S3"}


def plan_page(
    plan: Plan, *, home: Path, options: Sequence[str], name: str, again: Sequence[str] = (), asks: bool = True
) -> list[Line]:
    """All that a rotation would do.

    Args:
        options: what commands to type next need in order to reach the same computer and account.
        name: the key as the person typed it.
        again: what has to be said once more when it is carried out.
        asks: it asks before it begins; False where the command itself confirms the key.
    """
    page = summary(plan, home=home)
    page += _edits(plan, home)
    page += _calls(plan)
    page += _by_hand(plan)
    page += _later(plan)
    page += closed_gates(plan)
    if not plan.closed:
        text = _("No key and no file of a program was changed. To carry it out:")
        if asks:
            text = _("No key and no file of a program was changed. To carry it out (it asks before it begins):")
        page += [BLANK, line(text)]
        page.append(line(labels.command(options, "rotate", name, *again), Tone.COMMAND, indent=2, wraps=False))
    return page


def summary(plan: Plan, *, home: Path) -> list[Line]:
    """What a person has to know in order to say yes."""
    heading = _("Turn off {key}") if plan.route is Route.RETIRE else _("Replace {key} by a new key")
    page = [line(heading.format(key=plan.key.masked), Tone.HEADING)]
    facts = [(_("way out"), labels.route(plan.route))]
    if plan.decision is not None and plan.decision.user_name is not None:
        facts.append((_("new IAM user"), plan.decision.user_name))
    page += columns([[Piece(label, Tone.QUIET), Piece(fact)] for label, fact in facts], indent=2)
    page += _programs(plan, home)
    page += _asking(plan, home)
    page += _programs_by_hand(plan)
    if plan.can:
        page += [BLANK, line(_("The new key can"), Tone.HEADING), *(bullet(text, indent=2) for text in plan.can)]
    if plan.cannot:
        heading = _("It cannot") if plan.can else _("The new key")
        page += [BLANK, line(heading, Tone.HEADING), *(bullet(text, indent=2) for text in plan.cannot)]
    if plan.notes:
        page += [BLANK, line(_("Please note"), Tone.HEADING), *(bullet(text, indent=2) for text in plan.notes)]
    return page


def titles_by_hand(plan: Plan) -> list[Line]:
    """What is left to the person, without the steps."""
    if not plan.by_hand:
        return []
    heading = line(_("Afterwards, by you (Keyturn will say when, and how)"), Tone.HEADING)
    return [BLANK, heading, *(bullet(one.title, indent=2) for one in plan.by_hand)]


def closed_gates(plan: Plan) -> list[Line]:
    """What keeps the rotation from beginning."""
    if not plan.closed:
        return []
    page = [BLANK, line(_("What stands in the way"), Tone.ATTENTION)]
    page += [bullet(gate.reason, indent=2) for gate in plan.closed]
    return page


def _programs(plan: Plan, home: Path) -> list[Line]:
    if plan.decision is None or not plan.decision.destinations:
        return []
    rows = [
        [
            Piece(one.title),
            Piece(labels.short_path(one.place.path, home), Tone.QUIET),
            Piece(_buckets(one), Tone.COMMAND),
        ]
        for one in plan.decision.destinations
        if not one.asks
    ]
    return [BLANK, line(_("The new key goes to"), Tone.HEADING), *columns(rows, indent=2)] if rows else []


def _asking(plan: Plan, home: Path) -> list[Line]:
    """What asks Keyturn from now on, and why the rest does not, where the person wants it so."""
    handing = None if plan.decision is None else plan.decision.handing
    page: list[Line] = []
    if handing is not None and plan.decision is not None:
        rows = [
            [
                Piece(one.title),
                Piece(labels.short_path(one.place.path, home), Tone.QUIET),
                Piece(_buckets(one), Tone.COMMAND),
            ]
            for one in plan.decision.destinations
            if one.asks
        ]
        page += [BLANK, line(asking_heading(handing.name), Tone.HEADING), *columns(rows, indent=2)]
    if plan.staying:
        page += [BLANK, *staying_lines(plan.staying, home)]
    return page


def staying_lines(staying: Sequence[Staying], home: Path) -> list[Line]:
    """The places that keep their pair, each with the reason."""
    page = [line(staying_heading(), Tone.HEADING)]
    for stays in staying:
        page.append(line(f"{stays.place.name}  {labels.short_path(stays.place.path, home)}", indent=2))
        page.append(bullet(stays.why, indent=4))
    return page


def _programs_by_hand(plan: Plan) -> list[Line]:
    known = () if plan.decision is None else [one for one in plan.decision.by_hand if one.known]
    if not known or not plan.route.makes_a_key:
        return []
    rows = []
    for one in known:
        names = ", ".join(dict.fromkeys(place.name for place in one.places))
        rows.append([Piece(program_title(one)), Piece(names, Tone.QUIET), Piece(_buckets(one), Tone.COMMAND)])
    return [BLANK, line(_("You put it into, step by step"), Tone.HEADING), *columns(rows, indent=2)]


def _buckets(user: Destination | ByHand) -> str:
    return ", ".join(dict.fromkeys(target.bucket for target in user.targets)) or _("bucket not known")


def _edits(plan: Plan, home: Path) -> list[Line]:
    if not plan.edits and not plan.moving:
        return []
    page = [BLANK, line(_("Changes to files"), Tone.HEADING)]
    for edit in plan.edits:
        page.append(line(labels.short_path(edit.path, home), indent=2))
        page += diff_lines(preview(edit, None))
    for one in plan.moving:
        page.append(line(labels.short_path(one.change.path, home), indent=2))
        page += diff_lines(one.change.diff)
    return page


def diff_lines(diff: str) -> list[Line]:
    """A diff without its head, below the name of its file."""
    tones = {"-": Tone.BAD, "+": Tone.GOOD}
    shown = [text for text in diff.splitlines() if not text.startswith(("---", "+++"))]
    return [line(text, tones.get(text[:1], Tone.QUIET), indent=4, wraps=False) for text in shown]


def _calls(plan: Plan) -> list[Line]:
    if not plan.calls:
        return []
    store = None if plan.decision is None else plan.decision.store
    heading = _("Requests to {whom}, in this order; some are repeated while a change spreads")
    page = [BLANK, line(heading.format(whom=store or "AWS"), Tone.HEADING)]
    shown: dict[tuple[Line, ...], Step] = {}
    for step, of_step in groupby(plan.calls, key=lambda call: call.step):
        requests = tuple(_requests(list(of_step)))
        page.append(line(labels.step(step), indent=2))
        if requests in shown:
            page.append(line(_("the same as: {step}").format(step=labels.step(shown[requests])), indent=4))
        else:
            page += requests
        shown.setdefault(requests, step)
    return page


def _requests(calls: Sequence[Call]) -> Iterator[Line]:
    for (service, resource), alike in groupby(calls, key=lambda call: (call.service, call.resource)):
        actions = ", ".join(dict.fromkeys(call.action for call in alike))
        request = Piece(f"{_SERVICES.get(service, service)} {actions}  ")
        yield Line((request, Piece(labels.short_resource(resource), Tone.QUIET)), indent=4, hanging=4)


def _by_hand(plan: Plan) -> list[Line]:
    if not plan.by_hand:
        return []
    return [BLANK, line(_("By you"), Tone.HEADING), *awaited_lines(plan.by_hand, indent=2)]


def _later(plan: Plan) -> list[Line]:
    closed = set(plan.closed)
    later = [gate for gate in plan.gates if gate not in closed]
    if not later:
        return []
    page = [BLANK, line(_("Later, each with a command of its own"), Tone.HEADING)]
    commands = {Step.TURN_OFF: "keyturn turn-off", Step.DELETE: "keyturn delete"}
    for gate in later:
        command = commands.get(gate.step)
        page.append(bullet(f"{command}: {gate.reason}" if command else gate.reason, indent=2))
    return page
