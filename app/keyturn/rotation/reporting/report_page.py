"""A report as one HTML page that needs nothing else: no script, no network, light and dark, and made to be printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn import __version__
from keyturn.model.keys import KeyStatus, PrincipalKind
from keyturn.model.places import Place, PlaceKind, Problem
from keyturn.model.text import _, language, plural
from keyturn.rotation import labels
from keyturn.rotation.advice import Advice
from keyturn.rotation.finding.situation import where_looked
from keyturn.rotation.finding.survey import FoundKey
from keyturn.rotation.record import Rotation
from keyturn.rotation.reporting.markup import Markup, tag, together
from keyturn.rotation.reporting.report import Happening, HowItWent, Proof, Report, RotationStory
from keyturn.rotation.reporting.report_style import STYLE
from keyturn.rotation.steps import Awaited, State

if TYPE_CHECKING:
    from keyturn.rotation.finding.whole_account import AccountKey  # and with it the way to AWS

_ADVICE_TONES = {Advice.OK: "good", Advice.UNKNOWN: "quiet"}
_STATE_TONES = {State.DONE: "good", State.UNDONE: "quiet", State.ENDED: "quiet", State.WAITING: "attention"}
# Nothing is loaded from anywhere, and nothing runs, whatever a name in the page looks like.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_page(report: Report) -> str:
    """The whole page."""
    title = _("Access keys on {computer}").format(computer=report.computer)
    head = together(
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
        tag("title", f"{title}, {labels.day(report.made)}"),
        Markup(f"<style>{STYLE}</style>"),
    )
    main = together(
        _keys(report),
        _accounts(report),
        _rotations(report),
        _problems(report.survey.problems, report.home),
        _untold(report),
    )
    body = together(_header(report, title), tag("main", main), _footer(report))
    page = tag("html", tag("head", head), tag("body", body), lang=language())
    return f"<!DOCTYPE html>\n{page}\n"


def _header(report: Report, title: str) -> Markup:
    facts = _("{moment} · Keyturn {version}").format(moment=labels.moment(report.made), version=__version__)
    return tag("header", tag("p", facts, class_="quiet"), tag("h1", title), tag("p", _summary(report), class_="lead"))


def _summary(report: Report) -> str:
    count = len(report.survey.keys)
    if not count:
        found = _("No access key was found.")
    else:
        text = plural("{count} access key was found.", "{count} access keys were found.", count)
        found = text.format(count=labels.count_word(count).capitalize())
    others = [one for one in report.survey.keys if _being_replaced(report, one) is None]
    needing = sum(one.advice in {Advice.REPLACE, Advice.RENEW, Advice.RETIRE} for one in others)
    if not report.asked_aws:
        state = _("AWS was not asked whose they are, how old, or whether they work.")
    elif needing:
        text = plural("{count} of them needs something done.", "{count} of them need something done.", needing)
        state = text.format(count=labels.count_word(needing).capitalize())
    elif any(one.advice is Advice.UNKNOWN for one in others):
        state = _("AWS did not tell enough about all of them.")
    else:
        state = _("Nothing has to be done about them.") if others and len(others) == count else ""
    under_way = sum(not one.rotation.is_over for one in report.rotations)
    text = plural("{count} rotation is under way.", "{count} rotations are under way.", under_way)
    ongoing = text.format(count=labels.count_word(under_way).capitalize()) if under_way else ""
    return " ".join(one for one in (found, state, ongoing) if one)


def _keys(report: Report) -> Markup:
    cards = [_key(report, one) for one in report.survey.keys]
    if not cards:
        cards = [tag("p", where_looked(report.survey, report.home), class_="card")]
    return tag("section", tag("h2", _("Keys and where they are")), *cards)


def _accounts(report: Report) -> Markup:
    """The keys of whole accounts, if they were asked for, those first about which something should be done."""
    head = (_("key"), _("user"), _("state"), _("age"), _("last used"), _("here"), _("advice"))
    sections = []
    for account in report.survey.accounts:
        rows = [_account_key(report, one) for one in account.keys]
        text = _("Account {account}: {users}, {keys}, as {who} sees it")
        if not account.finished:
            text = _("Account {account}: {users}, {keys} so far, as {who} sees it; the others were not looked at")
        users = plural("{count} user", "{count} users", account.users).format(count=account.users)
        keys = plural("{count} key", "{count} keys", len(account.keys)).format(count=len(account.keys))
        caption = text.format(account=account.number, users=users, keys=keys, who=account.seen_by)
        root = [tag("p", said, class_="quiet") for said in labels.root_in_report(account.root, report.made)]
        sections.append(tag("article", _table(caption, head, rows), *root, class_="card"))
    return tag("section", tag("h2", _("The whole account")), *sections) if sections else Markup("")


def _account_key(report: Report, one: AccountKey) -> Sequence[Markup]:
    key = one.key
    name = labels.kind(key) if key.owner is None or key.owner.user_name is None else key.owner.user_name
    badge = tag("span", labels.advice(one.advice), class_=f"badge {_ADVICE_TONES.get(one.advice, 'attention')}")
    cells = (
        *(name, labels.status(key.status), labels.age(key, report.made), labels.last_used(key.last_use, report.made)),
        _("yes") if one.on_this_computer else _("no"),
    )
    return (tag("code", key.access_key_id.masked), *(together(cell) for cell in cells), badge)


def _key(report: Report, found: FoundKey) -> Markup:
    key, rotation = found.key, _being_replaced(report, found)
    advice = labels.advice(found.advice) if rotation is None else _("being replaced")
    tone = "attention" if rotation is not None else _ADVICE_TONES.get(found.advice, "attention")
    badge = tag("span", advice, class_=f"badge {tone}")
    facts = _facts(
        (_("owner"), _owner(found)),
        (_("state"), _status(found, rotation)),
        (_("made"), _("unknown") if key.created is None else labels.day(key.created)),
        (_("age"), labels.age(key, report.made)),
        (_("last used"), labels.last_used(key.last_use, report.made)),
    )
    heading = tag("h3", tag("code", key.access_key_id.masked), badge)
    return tag("article", heading, facts, _places(found.places, report.home), class_="card")


def _owner(found: FoundKey) -> str:
    owner = found.key.owner
    if owner is None:
        return _("unknown")
    who = {
        PrincipalKind.ROOT: _("root user"),
        PrincipalKind.USER: _("IAM user {name}").format(name=owner.user_name or ""),
        PrincipalKind.ROLE: _("role"),
        PrincipalKind.UNKNOWN: _("unknown"),
    }[owner.kind]
    return _("{who}, account {account}").format(who=who, account=owner.account)


def _status(found: FoundKey, rotation: Rotation | None) -> str:
    if found.key.status is KeyStatus.REJECTED and rotation is not None and rotation.off_at is not None:
        return _("off since {date}").format(date=labels.day(rotation.off_at))
    return labels.status(found.key.status)


def _being_replaced(report: Report, found: FoundKey) -> Rotation | None:
    """The rotation under way that replaces the key."""
    rotations = (story.rotation for story in report.rotations if not story.rotation.is_over)
    return next((one for one in rotations if one.decision.key == found.key.access_key_id), None)


def _places(places: Sequence[Place], home: Path) -> Markup:
    head = [_("what"), _("file")]
    rows = [
        [tag("strong", _place_name(one)), together(tag("code", labels.short_path(one.path, home)), *_note(one.note))]
        for one in places
    ]
    if any(one.targets for one in places):
        head.append(_("bucket"))
        for row, one in zip(rows, places, strict=True):
            row.append(together(*_joined(sorted({target.bucket for target in one.targets}))))
    return _table(_("Where it stands"), head, rows)


def _place_name(place: Place) -> str:
    if place.kind is PlaceKind.DESTINATION:
        return f"{place.client} {place.name}"
    return _("leftover copy") if place.kind is PlaceKind.LEFTOVER else _("mentioned")


def _note(note: str) -> Iterator[Markup]:
    if note:
        yield tag("div", note, class_="quiet")


def _joined(names: Sequence[str]) -> Iterator[str]:
    for at, name in enumerate(names):
        yield tag("code", name)
        if at < len(names) - 1:
            yield ", "
    if not names:
        yield "–"


def _rotations(report: Report) -> Markup:
    stories = [_story(one, report.home) for one in report.rotations]
    if not stories:
        stories = [tag("p", _("No key was replaced with Keyturn on this computer yet."), class_="card")]
    return tag("section", tag("h2", _("What was done")), *stories)


def _story(story: RotationStory, home: Path) -> Markup:
    decision, result = story.rotation.decision, story.result
    state = labels.standing(story.rotation, result)
    facts = _facts(
        (_("old key"), decision.key.masked),
        (_("new key"), _("none yet") if result.new_access_key_id is None else result.new_access_key_id.masked),
        (_("way out"), labels.route(decision.route)),
        (_("begun"), labels.begun(story.rotation)),
        (_("last step"), labels.moment(story.rotation.updated)),
    )
    badge = tag("span", state, class_=f"badge {_STATE_TONES.get(result.state, 'bad')}")
    steps = tag("ol", *(_happening(one) for one in story.happened), class_="steps")
    heading = tag("h3", story.rotation.name, badge)
    said = _said(result.said)
    journal = together(tag("h4", _("Journal")), steps) if story.happened else Markup("")
    parts = (heading, facts, _awaited(result.awaiting), said, journal, _proofs(story.proofs, home))
    return tag("article", *parts, class_="card")


def _happening(one: Happening) -> Markup:
    mark, tone, said = {
        HowItWent.WELL: ("✓", "good", ""),
        HowItWent.BADLY: ("✗", "bad", _("did not work out")),
        HowItWent.BY_HAND: ("☑", "good" if one.seen else "attention", ""),
        HowItWent.OPEN: ("?", "attention", _("begun; how it ended is not known")),
    }[one.went]
    detail = ", ".join(text for text in (said, one.detail) if text)
    return tag(
        "li",
        tag("span", mark, class_=f"mark {tone}", aria_hidden="true"),
        tag("span", one.title, *([tag("span", f" – {detail}", class_="quiet")] if detail else [])),
        tag("time", labels.moment(one.at), datetime=one.at.isoformat(timespec="seconds")),
    )


def _proofs(proofs: Sequence[Proof], home: Path) -> Markup:
    """One table for each step that proved something."""
    tables = []
    for step, at in dict.fromkeys((one.step, one.at) for one in proofs):
        rows = [_proof(one, home) for one in proofs if (one.step, one.at) == (step, at)]
        caption = _("Proved at AWS on {moment}: {step}").format(moment=labels.moment(at), step=labels.step(step))
        tables.append(_table(caption, (_("backup"), _("bucket"), _("what was tried")), rows))
    return together(*tables)


def _proof(one: Proof, home: Path) -> tuple[Markup, ...]:
    path = "–" if one.path is None else labels.short_path(one.path, home)
    return (
        together(tag("strong", one.destination), tag("div", tag("code", path), class_="quiet")),
        together(*_joined([one.proved.bucket] if one.proved.bucket else [])),
        tag("ul", *(_check(check, ok) for check, ok in one.proved.checks), class_="checks"),
    )


def _check(check: str, ok: bool | None) -> Markup:
    mark, tone, said = {
        True: ("✓", "good", _("worked")),
        False: ("✗", "bad", _("failed")),
        None: ("?", "attention", _("unknown")),
    }[ok]
    shown = tag("span", f"{mark} ", class_=f"mark {tone}", aria_hidden="true")
    return tag("li", shown, check, tag("span", f" {said}", class_="unseen"))


def _awaited(items: Sequence[Awaited]) -> Markup:
    if not items:
        return Markup("")
    listed = []
    for one in items:
        steps = tag("ol", *(tag("li", *_with_commands(step)) for step in one.steps)) if one.steps else Markup("")
        notes = [tag("div", *_with_commands(note), class_="quiet") for note in one.notes]
        listed.append(tag("li", tag("span", "☐ ", aria_hidden="true"), *_with_commands(one.title), steps, *notes))
    return tag("div", tag("h4", _("Still to do")), tag("ul", *listed, class_="todo"), class_="awaited")


def _said(items: Sequence[Awaited]) -> Markup:
    if not items:
        return Markup("")
    listed = (tag("li", tag("span", "☑ ", aria_hidden="true"), *_with_commands(one.title)) for one in items)
    heading = labels.said_not_seen()
    return tag("div", tag("h4", f"{heading[:1].upper()}{heading[1:]}"), tag("ul", *listed, class_="todo"))


def _with_commands(sentence: str) -> Iterator[str]:
    """The parts of a sentence, with what stands between backticks as code."""
    for at, part in enumerate(sentence.split("`")):
        yield tag("code", part) if at % 2 else part


def _problems(problems: Sequence[Problem], home: Path) -> Markup:
    if not problems:
        return Markup("")
    cards = []
    for one in problems:
        path = Markup("") if one.path is None else tag("p", tag("code", labels.short_path(one.path, home)))
        cards.append(tag("li", tag("strong", one.title), path, tag("p", *_with_commands(one.message), class_="quiet")))
    heading = tag("h2", _("What Keyturn could not see, or what looks wrong"))
    return tag("section", heading, tag("ul", *cards, class_="card problems"))


def _untold(report: Report) -> Markup:
    """Who could not be told what happened."""
    cards = []
    for one in report.told:
        problem = one.queue.problem
        if problem is not None:
            title = _("{name}, on {moment}: {title}")
            said = title.format(name=one.recipient.name, moment=labels.moment(problem.at), title=problem.title)
            cards.append(tag("li", tag("strong", said), tag("p", *_with_commands(problem.message), class_="quiet")))
    if not cards:
        return Markup("")
    return tag("section", tag("h2", _("Who could not be told")), tag("ul", *cards, class_="card problems"))


def _facts(*facts: tuple[str, str]) -> Markup:
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts))


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Markup]]) -> Markup:
    first = tag("tr", *(tag("th", name, scope="col", role="columnheader") for name in head), role="row")
    # On a narrow screen each cell says by itself what it is; the roles keep it a table for screen readers.
    body = [
        tag(
            "tr",
            *(tag("td", cell, data_of=name, role="cell") for name, cell in zip(head, row, strict=True)),
            role="row",
        )
        for row in rows
    ]
    return tag("table", tag("caption", caption), tag("thead", first), tag("tbody", *body), role="table")


def _footer(report: Report) -> Markup:
    scope = _("This report holds no secret, and key IDs are shortened. It says what was known at {moment}.")
    return tag("footer", tag("p", scope.format(moment=labels.moment(report.made))))
