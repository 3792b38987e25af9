"""What the key map shows, without Qt: keys, programs and buckets, and how the lines between them stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.desktop.look import ColorTone
from keyturn.desktop.map_nodes import LineState, Node, Opens
from keyturn.desktop.overview import Overview
from keyturn.desktop.retired import retired_detail, retired_pill
from keyturn.desktop.unknowns import UnreadRow, open_bucket_nodes, unread_nodes, unread_rows
from keyturn.model.keys import AccessKeyId, KeyStatus, PrincipalKind
from keyturn.model.places import Place, PlaceKind, Target
from keyturn.model.text import _, in_widget, plural
from keyturn.rotation import labels
from keyturn.rotation.advice import Advice
from keyturn.rotation.finding.situation import TO_DO
from keyturn.rotation.steps import Step

if TYPE_CHECKING:
    from keyturn.rotation.carrying_out.proving import DestinationProof
    from keyturn.rotation.finding.survey import FoundKey
    from keyturn.rotation.record import Rotation


_MOST_PROGRAMS = 8  # drawn for each key
_MOST_DRAWN = 60  # programs in the whole map; with more of them, fewer are drawn for each key


@dataclass(frozen=True, slots=True)
class Link:
    """A line between two cards."""

    start: str
    end: str
    state: LineState


@dataclass(frozen=True, slots=True)
class Picture:
    """The map."""

    keys: tuple[Node, ...]
    programs: tuple[Node, ...]
    buckets: tuple[Node, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True)  # without slots: its cells are made once
class Row:
    """One destination in the list.

    Attributes:
        is_proved: it was seen to reach its bucket, with whatever key it has.
    """

    place: Place
    found: FoundKey
    state: LineState
    is_proved: bool = False

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """What the list says of it: program, name, buckets, key, state."""
        key = self.found.key.access_key_id.masked
        name, buckets = in_widget(self.place.name), in_widget(self.buckets)
        return labels.program(self.place.client), name, buckets, key, self.state.word

    @property
    def path(self) -> Path:
        """The file in which it stands."""
        return self.place.path

    @property
    def buckets(self) -> str:
        """The buckets it reaches, as its configuration names them."""
        return ", ".join(sorted({target.bucket for target in self.place.targets})) or _("not named there")


@dataclass(frozen=True, slots=True)
class Prepared:
    """One look, made ready to be shown away from the window's thread."""

    overview: Overview
    rows: tuple[Row | UnreadRow, ...]
    picture: Picture

    def after(self, before: Overview) -> Prepared:
        """The same, with what an earlier look knew and this one did not ask: uses of old keys, checks of places."""
        uses = dict(self.overview.uses)
        for name, use in before.uses.items():
            if name not in uses or uses[name].looked_at <= use.looked_at:
                uses[name] = use
        checked = {**before.checked, **self.overview.checked}
        return replace(self, overview=replace(self.overview, uses=uses, checked=checked))


def prepare(overview: Overview) -> Prepared:
    """Make everything ready that takes its time where there are many destinations."""
    all_rows = rows(overview)
    return Prepared(overview, (*all_rows, *unread_rows(overview)), draw(overview, all_rows))


def rows(overview: Overview) -> tuple[Row, ...]:
    """Every destination, in the order of the keys' urgency."""
    proofs = _by_place(overview.proofs)
    return tuple(
        Row(
            place,
            found,
            _state(overview, found, place, of_place),
            bool(of_place) and all(proof.ok and proof.bucket for proof in of_place),
        )
        for found in overview.survey.keys
        for place in found.places
        if place.kind is PlaceKind.DESTINATION
        for of_place in [proofs.get(place.identity, [])]
    )


def draw(overview: Overview, all_rows: Sequence[Row]) -> Picture:
    """The map of what was found. Where there is more than can be taken in, one card says how many more there are."""
    most_programs = max(2, min(_MOST_PROGRAMS, _MOST_DRAWN // max(1, len(overview.survey.keys))))
    programs: list[Node] = []
    buckets: dict[str, list[tuple[Row, Target]]] = {}
    links: dict[tuple[str, str], LineState] = {}
    by_key: dict[AccessKeyId, list[Row]] = {found.key.access_key_id: [] for found in overview.survey.keys}
    for row in all_rows:
        by_key[row.found.key.access_key_id].append(row)
    for key, of_key in by_key.items():
        shown = of_key if len(of_key) <= most_programs else of_key[: most_programs - 1]
        for row in shown:
            programs.append(_program(row))
            _link(links, key.value, row.place.identity, row.state)
            for target in row.place.targets:
                _link(links, row.place.identity, f"bucket:{target.bucket}", row.state)
                buckets.setdefault(target.bucket, []).append((row, target))
        hidden = of_key[len(shown) :]
        if hidden:
            more = _more(key, hidden)
            programs.append(more)
            _link(links, key.value, more.identity, more.state)
    unread, open_buckets = unread_nodes(overview), open_bucket_nodes(overview)
    for node in unread:
        for key in node.may_hold:
            _link(links, key.value, node.node.identity, LineState.UNKNOWN)
    drawn = {node.identity for node in programs}
    for asked in open_buckets:
        for row in all_rows:
            if row.found.key.access_key_id == asked.key and not row.place.targets and row.place.identity in drawn:
                _link(links, row.place.identity, asked.identity, LineState.UNKNOWN)
        for node in unread:
            if asked.key in node.may_hold:
                _link(links, node.node.identity, asked.identity, LineState.UNKNOWN)
    return Picture(
        keys=tuple(_key(overview, found, by_key[found.key.access_key_id]) for found in overview.survey.keys),
        programs=(*programs, *(one.node for one in unread)),
        buckets=(*(_bucket(name, uses) for name, uses in buckets.items()), *open_buckets),
        links=tuple(Link(start, end, state) for (start, end), state in links.items()),
    )


def advice_tone(advice: Advice) -> ColorTone:
    """The colour of a piece of advice."""
    return ColorTone.ATTENTION if advice in TO_DO else ColorTone.GOOD if advice is Advice.OK else ColorTone.NEUTRAL


def advice_pill(found: FoundKey) -> str:
    """What to do about a key, in a word or two; of one that AWS refuses, that it does not work."""
    if found.advice is not Advice.UNKNOWN:
        return labels.advice(found.advice)
    return LineState.BROKEN.word if found.key.status is KeyStatus.REJECTED else _("not known")


def order_for(advice: Advice) -> str:
    """What the button says that follows a piece of advice; empty where there is nothing to do."""
    return {
        Advice.REPLACE: _("Replace it safely…"),
        Advice.RENEW: _("Renew it safely…"),
        Advice.RETIRE: _("Retire it safely…"),
    }.get(advice, "")


def key_detail(found: FoundKey, now: datetime, retired: Rotation | None = None) -> str:
    """Whose key it is and how old, in a few words.

    Args:
        retired: the rotation that turned it off.
    """
    key = found.key
    if retired is not None:
        return retired_detail(retired)
    if key.owner is not None and key.owner.kind is PrincipalKind.ROOT:
        who = _("root key")
    elif key.owner is not None and key.owner.user_name is not None:
        who = _("user {name}").format(name=key.owner.user_name)
    elif key.status is KeyStatus.REJECTED:
        who = _("refused by AWS")
    elif found.at_store:
        who = _("key of another store")
    else:
        who = labels.kind(key)
    if key.status is KeyStatus.INACTIVE:
        who = _("{owner}, off").format(owner=who)
    return who if key.created is None else f"{who} · {labels.age(key, now)}"


def _key(overview: Overview, found: FoundKey, of_key: Sequence[Row]) -> Node:
    key = found.key
    rotation, retired = overview.rotation_of(found), overview.retired(found)
    if retired is not None:
        state, pill = LineState.RETIRED, retired_pill(retired)
    elif rotation is not None and key.access_key_id == rotation.new_key:
        state, pill = LineState.NEW, _("new")
    elif rotation is not None:
        state, pill = LineState.WAITING, _("old")
    else:
        state, pill = _key_state(found), advice_pill(found)
    detail = key_detail(found, overview.looked_at, retired)
    facts = [
        labels.kind(key) if retired is None else f"{pill} {detail}",
        _("made {age} ago").format(age=labels.span(overview.looked_at - key.created)) if key.created else "",
        _("last used by somebody else: {when}").format(when=labels.last_used(key.last_use, overview.looked_at))
        if retired is None
        else "",
        _used_by(of_key),
    ]
    return Node(
        key.access_key_id.value,
        key.access_key_id.masked,
        detail,
        state,
        _facts(key.access_key_id.masked, *facts),
        pill,
        key.access_key_id,
    )


def _used_by(of_key: Sequence[Row]) -> str:
    """How many programs use a key, and in how many places where those are more."""
    programs, places = len({row.place.client for row in of_key}), len(of_key)
    if not programs:
        return _("no program here uses it")
    text = plural("{count} program here uses it", "{count} programs here use it", programs).format(count=programs)
    if places == programs:
        return text
    return _("{programs}, in {count} places").format(programs=text, count=places)


def _key_state(found: FoundKey) -> LineState:
    if found.key.status is KeyStatus.REJECTED:
        return LineState.BROKEN
    if found.advice in TO_DO:
        return LineState.OLD
    return LineState.FINE if found.advice is Advice.OK else LineState.WAITING


def _state(overview: Overview, found: FoundKey, place: Place, of_place: Sequence[DestinationProof]) -> LineState:
    if any(proof.first_failure is not None for proof in of_place) or _cannot_work(found, place):
        return LineState.BROKEN
    rotation = overview.rotation_of(found)
    if rotation is not None:
        return _in_rotation(rotation, found, place, of_place)
    if found.advice in TO_DO:
        return LineState.OLD
    if of_place and all(proof.ok for proof in of_place):
        return LineState.PROVED
    return LineState.FINE if found.advice is Advice.OK else LineState.WAITING


def _in_rotation(rotation: Rotation, found: FoundKey, place: Place, of_place: Sequence[DestinationProof]) -> LineState:
    if found.key.access_key_id == rotation.decision.key:
        return LineState.OLD if place.editable else LineState.WAITING
    proved = rotation.is_done(Step.PROVE_AGAIN) or (bool(of_place) and all(proof.ok for proof in of_place))
    return LineState.PROVED if proved else LineState.NEW


def _cannot_work(found: FoundKey, place: Place) -> bool:
    if found.key.status in {KeyStatus.REJECTED, KeyStatus.INACTIVE}:
        return True
    return found.pair is not None and place.secret is not None and place.secret != found.pair.secret


def _program(row: Row) -> Node:
    place, key = row.place, row.found.key.access_key_id
    pill, pill_tone = "" if place.editable or place.session else _("by hand"), row.state.tone
    if row.state in {LineState.BROKEN, LineState.PROVED, LineState.NEW}:
        pill = row.state.word
    elif row.is_proved and not pill:
        # It works with the old key: that is good, and the key is old all the same.
        pill, pill_tone = _("works"), ColorTone.GOOD
    facts = [
        place.name,
        _("key {key}").format(key=key.masked),
        _("bucket {bucket}").format(bucket=row.buckets),
        _("file {name}").format(name=place.path.name),
        row.state.word,
    ]
    title = labels.program(place.client)
    if place.unclear:
        facts.append(_("not understood: {addresses}").format(addresses=", ".join(place.unclear)))
        pill, pill_tone = _("not all known"), ColorTone.ATTENTION
    detail = place.name if place.targets else _("{name} · names no bucket").format(name=place.name)
    told = _facts(title, *facts, place.note)
    return Node(place.identity, title, detail, row.state, told, pill, key, pill_tone, opens=Opens.PLACE)


def _more(key: AccessKeyId, hidden: Sequence[Row]) -> Node:
    text = plural("and {count} more", "and {count} more", len(hidden)).format(count=len(hidden))
    broken = sum(row.state is LineState.BROKEN for row in hidden)
    state = LineState.BROKEN if broken else hidden[0].state
    facts = _("The list shows them all.")
    if broken:
        count = plural("{count} of them does not work", "{count} of them do not work", broken).format(count=broken)
        facts = f"{count}. {facts}"
    return Node(f"more:{key.value}", text, _("shown in the list"), state, facts, "", opens=Opens.LIST)


def _bucket(name: str, uses: Sequence[tuple[Row, Target]]) -> Node:
    states = [row.state for row, _target in uses]
    worst = next(state for state in LineState if state in states)
    if LineState.BROKEN in states:
        worst = LineState.BROKEN
    regions = sorted({row.place.region for row, _target in uses if row.place.region})
    prefixes = sorted({target.prefix for _row, target in uses if target.prefix})
    programs = sorted({labels.program(row.place.client) for row, _target in uses})
    detail = " · ".join([", ".join(programs), *regions])
    facts = [_("used by {programs}").format(programs=", ".join(programs)), *regions]
    if prefixes:
        facts.append(_("folders: {folders}").format(folders=", ".join(prefixes)))
    keys = {row.found.key.access_key_id for row, _target in uses}
    return Node(
        f"bucket:{name}",
        name,
        detail,
        worst,
        _facts(_("Bucket {name}").format(name=name), *facts),
        key=keys.pop() if len(keys) == 1 else None,
        opens=Opens.BUCKET,
    )


def part_of(picture: Picture, *, place: str = "", bucket: str = "") -> Picture:
    """Of a map what leads through one place, or to one bucket."""
    identity = place or f"bucket:{bucket}"
    links = [one for one in picture.links if identity in (one.start, one.end)]
    near = {identity, *(one.start for one in links), *(one.end for one in links)}
    if bucket:
        before = [one for one in picture.links if one.end in near and one.start not in near]
        links, near = [*links, *before], near | {one.start for one in before}
    return Picture(
        tuple(node for node in picture.keys if node.identity in near),
        tuple(node for node in picture.programs if node.identity in near),
        tuple(node for node in picture.buckets if node.identity in near),
        tuple(links),
    )


def _facts(name: str, *facts: str) -> str:
    return f"{name}: {' · '.join(fact for fact in facts if fact)}"


def _link(links: dict[tuple[str, str], LineState], start: str, end: str, state: LineState) -> None:
    if links.get((start, end)) is not LineState.BROKEN:
        links[start, end] = state


def _by_place(proofs: Iterable[DestinationProof]) -> dict[str, list[DestinationProof]]:
    by_place: dict[str, list[DestinationProof]] = {}
    for proof in proofs:
        by_place.setdefault(proof.place, []).append(proof)
    return by_place
