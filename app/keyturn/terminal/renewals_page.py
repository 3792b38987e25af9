"""The keys that renew themselves, for people: how each stands, and what was done just now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from keyturn.model.text import _, plural
from keyturn.reminders.renewal_run import Ran
from keyturn.reminders.renewal_standing import LastResult, RenewalStanding, RenewalState
from keyturn.reminders.renewal_turn import Did
from keyturn.rotation import labels
from keyturn.terminal.screen import BLANK, Line, Piece, Tone, columns, line

_TONES = {
    RenewalState.SCHEDULED: Tone.GOOD,
    RenewalState.UNDER_WAY: Tone.HEADING,
    RenewalState.WAITING: Tone.ATTENTION,
    RenewalState.STOPPED: Tone.BAD,
}


def list_page(
    standings: Sequence[RenewalStanding], *, now: datetime, options: Sequence[str], ended: RenewalStanding | None = None
) -> list[Line]:
    """Every key that renews itself.

    Args:
        options: what commands to type next need in order to reach the same computer and account.
        ended: the renewal that a person just ended.
    """
    page: list[Line] = []
    if ended is not None:
        said = _("{key} does not renew itself any more.").format(key=ended.renewal.key.masked)
        page += [line(said, Tone.GOOD), *_left_over(ended, options), BLANK]
    if not standings:
        page += [
            line(_("No key renews itself.")),
            line(_("To have one renewed every 90 days at three in the morning:")),
            _command(options, "renew", "KEY", "--every", "90", "--at", "03:00"),
        ]
        return page
    for one in standings:
        page += [*_standing(one, now, options), BLANK]
    return page[:-1]


def set_page(standing: RenewalStanding, *, now: datetime, options: Sequence[str], notes: Sequence[str]) -> list[Line]:
    """What was set just now.

    Args:
        notes: what people have to know of how it is started.
    """
    said = _("{key} renews itself from now on.").format(key=standing.renewal.key.masked)
    return [line(said, Tone.GOOD), *_standing(standing, now, options), BLANK, *(line(note) for note in notes)]


def ran_page(ran: Sequence[Ran], *, now: datetime, options: Sequence[str]) -> list[Line]:
    """What a run did."""
    page: list[Line] = []
    for one in ran:
        page += [line(_did(one), Tone.BAD if one.did is Did.TROUBLE else Tone.GOOD)]
        page += [*_standing(one.standing, now, options), BLANK]
    return page[:-1] or [line(_("No key renews itself."))]


def _standing(standing: RenewalStanding, now: datetime, options: Sequence[str]) -> list[Line]:
    renewal, trouble = standing.renewal, standing.renewal.trouble
    every = plural("every {count} day", "every {count} days", renewal.every_days).format(count=renewal.every_days)
    facts = [
        (_("how often"), _("{every} at {time}").format(every=every, time=f"{renewal.at:%H:%M}")),
        (_("next"), _next(standing, now)),
        (_("old key"), _after(standing)),
        (_("changed by"), _("the key itself") if renewal.signer == "key" else renewal.signer),
        (_("last"), _last(standing)),
    ]
    rows = [[Piece(label, Tone.QUIET), Piece(fact)] for label, fact in facts]
    page = [
        Line(
            (
                Piece(renewal.key.masked, Tone.HEADING),
                Piece("  "),
                *((Piece(_("the keeper")), Piece("  ")) if standing.of_keeper else ()),
                Piece(_state(standing), _TONES[standing.state]),
            )
        ),
        *columns(rows, indent=2),
    ]
    if trouble is not None:
        page += [line(f"{trouble.title}.", Tone.BAD, indent=2), line(trouble.message, indent=2)]
        page += [line(f"({trouble.code}, {labels.moment(trouble.at)})", Tone.QUIET, indent=2)]
    elif standing.kept_off is not None and standing.rotation is not None:
        page += _left_over(standing, options)
    return page


def _left_over(standing: RenewalStanding, options: Sequence[str]) -> list[Line]:
    """What a person has to do with the old key."""
    rotation = standing.rotation
    if rotation is None or rotation.is_over:
        return []
    key = rotation.decision.key
    if standing.kept_off is None:
        text = _("The rotation {name} goes on as a person's own:").format(name=rotation.name)
        return [line(text, indent=2), _command(options, "status")]
    text = _("{key} stays off until you delete it, and the next renewal waits for that:").format(key=key.masked)
    return [line(text, indent=2), _command(options, "delete", rotation.name, "--confirm", key.last4)]


def _command(options: Sequence[str], *command: str) -> Line:
    return line(labels.command(options, *command), Tone.COMMAND, indent=2, wraps=False)


def _state(standing: RenewalStanding) -> str:
    return {
        RenewalState.SCHEDULED: _("scheduled"),
        RenewalState.UNDER_WAY: _("under way"),
        RenewalState.WAITING: _("waiting"),
        RenewalState.STOPPED: _("stopped: somebody has to look at it"),
    }[standing.state]


def _next(standing: RenewalStanding, now: datetime) -> str:
    if standing.due <= now:
        return _("was due on {date}; the next run tries it").format(date=labels.moment(standing.due))
    return labels.moment(standing.due)


def _after(standing: RenewalStanding) -> str:
    renewal = standing.renewal
    off = plural("on for {count} day more", "on for {count} days more", round(renewal.watch_days))
    off = off.format(count=f"{renewal.watch_days:g}")
    if not renewal.deletes:
        return _("{on}, then off until you delete it").format(on=off)
    then = plural("off for {count} day, then deleted", "off for {count} days, then deleted", round(renewal.grace_days))
    return f"{off}, {then.format(count=f'{renewal.grace_days:g}')}"


def _last(standing: RenewalStanding) -> str:
    last = standing.last
    if last is None:
        return _("none yet")
    what = {
        LastResult.MADE: _("{key} is in place, and the old key still on"),
        LastResult.OFF: _("{key} is in place, and the old key off"),
        LastResult.DELETED: _("{key} is in place, and the old key deleted"),
        LastResult.PUT_BACK: _("everything was put back"),
        LastResult.UNFINISHED: _("not finished"),
        LastResult.ENDED: _("closed as it stood"),
        LastResult.NOTHING: _("nothing was made"),
    }[last.result]
    key = "" if last.new_key is None else last.new_key.masked
    return f"{labels.moment(last.at)}: {what.format(key=key)}"


def _did(ran: Ran) -> str:
    key = ran.standing.renewal.key.masked
    trouble = ran.standing.renewal.trouble
    old = "" if ran.standing.rotation is None else ran.standing.rotation.decision.key.masked
    match ran.did:
        case Did.MADE:
            return _("{key} is in place of {old} now, and every backup was proved with it.").format(key=key, old=old)
        case Did.CARRIED_ON:
            return _("What was interrupted was carried on.")
        case Did.TURNED_OFF:
            return _("{old} is off, and every backup was proved without it.").format(old=old)
        case Did.DELETED:
            return _("{old} is deleted.").format(old=old)
        case Did.TROUBLE:
            return _("Something stands in the way.") if trouble is None else f"{trouble.title}."
        case Did.NOTHING:
            return _("Nothing is due of {key}.").format(key=key)
