"""What could not be seen, as cards of the map: files that were not read, and buckets of which nobody said anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.desktop import dates
from keyturn.desktop.map_nodes import CardAct, LineState, Node, Opens
from keyturn.desktop.overview import Overview
from keyturn.desktop.unlocking import is_locked
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Problem
from keyturn.model.text import _, in_widget, plural
from keyturn.rotation import labels
from keyturn.rotation.finding.situation import TO_DO
from keyturn.rotation.finding.unread_places import where_it_may_stand

if TYPE_CHECKING:
    from keyturn.rotation.finding.survey import FoundKey

_MOST_UNREAD = 4  # cards; with more, one card stands for all of them


@dataclass(frozen=True, slots=True)
class UnreadNode:
    """The card of one file, or of many.

    Attributes:
        may_hold: the keys that may stand there.
    """

    node: Node
    may_hold: tuple[AccessKeyId, ...]


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """The same file as a row of the list."""

    programs: str
    path: Path
    shown: str

    state: LineState = LineState.UNKNOWN

    @property
    def cells(self) -> tuple[str, ...]:
        """What the list says of it, in the order of `Row.cells`."""
        unknown = LineState.UNKNOWN.word
        return in_widget(self.programs), in_widget(self.shown), unknown, unknown, _("cannot be read")


def unread_rows(overview: Overview) -> tuple[UnreadRow, ...]:
    """The files that could not be read, each by itself."""
    return tuple(
        UnreadRow(", ".join(map(labels.program, one.clients)), one.path, labels.short_path(one.path, overview.home))
        for one in overview.survey.unread
        if one.path is not None
    )


def unread_nodes(overview: Overview) -> tuple[UnreadNode, ...]:
    """The files that could not be read."""
    unread = overview.survey.unread
    if len(unread) > _MOST_UNREAD:
        may_hold = dict.fromkeys(key for one in unread for key in _may_hold(overview, one))
        title = plural("{count} place cannot be read", "{count} places cannot be read", len(unread))
        node = Node(
            "unread",
            title.format(count=len(unread)),
            _("press to see which"),
            LineState.UNKNOWN,
            f"{' · '.join(_facts(overview, one) for one in unread)}. {_way_on(overview, unread)}",
            opens=Opens.UNREAD,
        )
        return (UnreadNode(node, tuple(may_hold)),)
    return tuple(UnreadNode(_unread(overview, one), _may_hold(overview, one)) for one in unread)


def _unread(overview: Overview, problem: Problem) -> Node:
    again = CardAct.UNLOCK if is_locked(problem.code) else CardAct.TRY_AGAIN
    can_do_without = key_that_can_do_without(overview, problem) is not None
    return Node(
        f"unread:{problem.path}",
        ", ".join(map(labels.program, problem.clients)),
        _("cannot be read: {file}").format(file="" if problem.path is None else problem.path.name),
        LineState.UNKNOWN,
        _("{what}. Press it to see what that means.").format(what=_facts(overview, problem)),
        opens=Opens.UNREAD,
        path=problem.path,
        thing="" if problem.path is None else labels.short_path(problem.path, overview.home),
        acts=(CardAct.LEAVE_OUT, again) if can_do_without else (again,),
    )


def still_unread(overview: Overview) -> str:
    """The answer to who tried again in vain; empty where all can be read now."""
    unread = overview.survey.unread
    if not unread:
        return ""
    time = dates.clock(overview.looked_at)
    what = "; ".join(_facts(overview, one) for one in unread[:_MOST_UNREAD])
    if len(unread) > _MOST_UNREAD:
        what = _("{names} and {count} more").format(names=what, count=len(unread) - _MOST_UNREAD)
    return _("Looked again {time}, and it is as before. {what}.").format(time=time, what=what)


def key_that_can_do_without(overview: Overview, problem: Problem) -> AccessKeyId | None:
    """The most urgent key that may stand there and whose rotation has yet to begin: its plan can leave the file out."""
    begun = {key for rotation, _result in overview.under_way for key in (rotation.decision.key, rotation.new_key)}
    may_hold = set(_may_hold(overview, problem)) - begun
    keys = overview.present.keys
    return next(
        (one.key.access_key_id for one in keys if one.advice in TO_DO and one.key.access_key_id in may_hold), None
    )


def _facts(overview: Overview, problem: Problem) -> str:
    path = "" if problem.path is None else labels.short_path(problem.path, overview.home)
    title = problem.title.replace(str(problem.path), path)
    return title if path in title else f"{path}: {title}"


def _way_on(overview: Overview, unread: Sequence[Problem]) -> str:
    """What a press on the card is for."""
    if any(key_that_can_do_without(overview, one) is not None for one in unread):
        return _("Press it to try again, or to leave it out.")
    return _("Press it to try again.")


def _may_hold(overview: Overview, problem: Problem) -> tuple[AccessKeyId, ...]:
    keys = overview.present.keys
    return tuple(one.key.access_key_id for one in keys if problem in where_it_may_stand(one, (problem,)))


def open_bucket_nodes(overview: Overview) -> tuple[Node, ...]:
    """For each account the buckets that nothing here names and nobody answered for, as one card."""
    nodes = []
    for reach in overview.survey.reaches:
        key = next((one.key.access_key_id for one in overview.present.keys if _is_of(one, reach.account)), None)
        if key is None or not reach.open:
            continue
        count = len(reach.open)
        title = plural("{count} other bucket", "{count} other buckets", count)
        asked = plural("Does anything use it?", "Does anything use them?", count)
        names = ", ".join(one.name for one in reach.open)
        facts = _("Nothing here names {names}. Whether something backs up there with this key is not known.")
        nodes.append(
            Node(
                f"open:{reach.account}",
                title.format(count=count),
                asked,
                LineState.UNKNOWN,
                facts.format(names=names),
                key=key,
                opens=Opens.QUESTION,
                thing=title.format(count=count),
                acts=(CardAct.ANSWER,),
            )
        )
    return tuple(nodes)


def _is_of(found: FoundKey, account: str) -> bool:
    return found.key.owner is not None and found.key.owner.account == account and found.advice in TO_DO
