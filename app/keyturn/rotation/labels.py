"""How facts are said to people: ages, dates, counts, and the names of steps, routes and advice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.computer.shells import command_line
from keyturn.model.errors import UsageError
from keyturn.model.keys import AccessKey, AccessKeyId, KeyStatus, LastUse, PrincipalKind
from keyturn.model.text import _, plural
from keyturn.rotation.advice import Advice
from keyturn.rotation.steps import BegunBy, Result, Route, State, Step

if TYPE_CHECKING:
    from keyturn.aws.credential_report import ReportedKey, RootInReport
    from keyturn.rotation.decision import Decision
    from keyturn.rotation.record import Rotation

_DAYS_OF_YEAR = 365.25
_DAYS_OF_MONTH = 30.44


def span(length: timedelta) -> str:
    """A length of time in its largest fitting unit, such as `9 years` or `41 days`."""
    days = max(0, length.days)
    if days >= 2 * _DAYS_OF_YEAR:
        years = int(days / _DAYS_OF_YEAR)
        return plural("{count} year", "{count} years", years).format(count=years)
    if days >= 100:
        months = int(days / _DAYS_OF_MONTH)
        return plural("{count} month", "{count} months", months).format(count=months)
    return plural("{count} day", "{count} days", days).format(count=days)


def age(key: AccessKey, now: datetime) -> str:
    """How old a key is."""
    if key.created is None:
        return _("not known")
    return _("new") if now - key.created < timedelta(days=1) else span(now - key.created)


def last_used(use: LastUse | None, now: datetime) -> str:
    """When a key was used last, by somebody other than Keyturn."""
    if use is None:
        return _("not known")
    if use.date is None:
        return _("never")
    if now - use.date < timedelta(days=1):
        return _("today")
    return _("{span} ago").format(span=span(now - use.date))


def moment(at: datetime) -> str:
    """When something happened, such as `2 March 2026, 09:04`, in the person's own time zone."""
    return f"{day(at)}, {at.astimezone():%H:%M}"


def begun(rotation: Rotation) -> str:
    """When a rotation began, and that nobody was there where nobody was."""
    at = moment(rotation.started)
    return _("{moment}, by a renewal").format(moment=at) if rotation.begun_by is BegunBy.RENEWAL else at


def weekday(at: datetime) -> str:
    """A day with the name that it has in the week, such as `Monday, 2 March 2026`, in the person's own time zone."""
    return f"{at.astimezone():%A}, {day(at)}"


def near_day(at: datetime) -> str:
    """A day of the weeks around now as people call it, such as `Thursday, 3 December`, in their own time zone."""
    local = at.astimezone()
    return f"{local:%A}, {local.day} {local:%B}"


def day(at: datetime) -> str:
    """A day, such as `2 March 2026`, in the person's own time zone."""
    local = at.astimezone()
    return f"{local.day} {local:%B %Y}"


def size(count: int) -> str:
    """So many bytes, in the units in which AWS and disks are sold."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit in ("B", "kB") or amount >= 100 else f"{amount:.1f} {unit}"


def count_word(count: int) -> str:
    """A small number as a word, as sentences have it; a large one in digits."""
    words = (
        _("zero"),
        _("one"),
        _("two"),
        _("three"),
        _("four"),
        _("five"),
        _("six"),
        _("seven"),
        _("eight"),
        _("nine"),
    )
    return words[count] if 0 <= count < len(words) else str(count)


def destinations(count: int) -> str:
    """So many destinations."""
    return plural("{count} destination", "{count} destinations", count).format(count=count)


def kind(key: AccessKey) -> str:
    """Whose key it is, and that it is off where it is."""
    if key.owner is None:
        owner = _("temporary") if key.access_key_id.is_temporary else _("unknown")
    else:
        owner = {
            PrincipalKind.ROOT: _("root"),
            PrincipalKind.USER: _("user"),
            PrincipalKind.ROLE: _("role"),
            PrincipalKind.UNKNOWN: _("unknown"),
        }[key.owner.kind]
    if key.status is KeyStatus.INACTIVE:
        return _("{owner}, off").format(owner=owner)
    if key.status is KeyStatus.REJECTED:
        return _("{owner}, refused").format(owner=owner)
    return owner


def status(word: KeyStatus) -> str:
    """Whether a key is on, as far as AWS says."""
    return {
        KeyStatus.ACTIVE: _("on"),
        KeyStatus.INACTIVE: _("off"),
        KeyStatus.REJECTED: _("refused by AWS"),
        KeyStatus.UNKNOWN: _("unknown"),
    }[word]


def root_in_report(root: RootInReport | None, now: datetime) -> tuple[str, ...]:
    """What the credential report says of root; nothing where it was not read."""
    if root is None:
        return ()
    told = {True: _("on"), False: _("off"), None: _("not known")}[root.mfa]
    keys = "; ".join(_reported(key, now) for key in root.keys) or _("no access key")
    said = _("Root user: {keys}. Its MFA is {mfa}. So the credential report has it, which AWS makes every four hours.")
    return (said.format(keys=keys, mfa=told),)


def _reported(key: ReportedKey, now: datetime) -> str:
    if key.last_use is not None and key.last_use.date is None:
        return _("an active key that was never used") if key.active else _("an inactive key that was never used")
    text = _("an active key, last used {used}") if key.active else _("an inactive key, last used {used}")
    return text.format(used=last_used(key.last_use, now))


def advice(word: Advice) -> str:
    """What to do about a key, in one word."""
    return {
        Advice.REPLACE: _("replace"),
        Advice.RENEW: _("renew"),
        Advice.RETIRE: _("retire"),
        Advice.OK: _("fine"),
        Advice.UNKNOWN: _("unknown"),
    }[word]


def route(word: Route) -> str:
    """A way out, in a sentence."""
    return {
        Route.SCOPED_USER: _("a new IAM user that can reach these buckets and nothing else"),
        Route.NEW_ROOT_KEY: _("a new root key, as powerful as the old one"),
        Route.SAME_USER: _("a new key for the same IAM user"),
        Route.GIVEN_PAIR: _("a new key that you made, and give to Keyturn"),
        Route.RETIRE: _("no new key: nothing uses the old one"),
    }[word]


@cache
def program(client: str) -> str:
    """What people call a backup program, such as `AWS CLI` for `aws`."""
    from keyturn.clients.registry import client_named

    try:
        return client_named(client).title
    except UsageError:
        return client


def consequence(word: Route) -> str:
    """What choosing a way out means, in a sentence."""
    return {
        Route.SCOPED_USER: _(
            "Anyone who steals this key reaches these buckets and nothing else in your account. What AWS recommends."
        ),
        Route.NEW_ROOT_KEY: _(
            "Anyone who steals it can still delete everything you have at AWS, and AWS will write to you again."
        ),
        Route.SAME_USER: _("The new key can do exactly what the old one can, and no program needs other rights."),
        Route.RETIRE: _("The old key is turned off, and deleted days later when nothing missed it."),
    }[word]


def step(word: Step) -> str:
    """The name of a step, as an order."""
    return {
        Step.CHECK: _("Check everything"),
        Step.CREATE: _("Make the new key"),
        Step.PROVE: _("Prove the new key"),
        Step.SWITCH: _("Put the new key in place"),
        Step.PROVE_AGAIN: _("Prove every backup again"),
        Step.WATCH: _("Watch for uses of the old key"),
        Step.TURN_OFF: _("Turn the old key off"),
        Step.PROVE_OFF: _("Prove every backup with the old key off"),
        Step.DELETE: _("Delete the old key"),
        Step.TURN_ON: _("Turn the old key on again"),
        Step.UNDO: _("Put everything back"),
        Step.END: _("Close the rotation as it stands"),
    }[word]


def patience(word: Step) -> str:
    """Why a step may take its time, for somebody who has waited for seconds; empty where there is no reason."""
    if word in {Step.CREATE, Step.PROVE, Step.PROVE_AGAIN, Step.TURN_ON}:
        return _("AWS can take up to a minute to accept a new key. Backups still use the old one meanwhile.")
    if word in {Step.TURN_OFF, Step.PROVE_OFF}:
        return _("AWS can take up to a minute to refuse a key that was turned off.")
    return ""


def standing(rotation: Rotation, result: Result) -> str:
    """How a rotation stands, in a short sentence.

    Args:
        result: what `standing.standing`, or a command on the rotation, says of it.
    """
    match result.state:
        case State.INTERRUPTED:
            return _("interrupted at: {step}").format(step=step(result.step))
        case State.STOPPED:
            return _("stopped at: {step}").format(step=step(result.step))
        case State.DONE:
            if any(one.item == Step.DELETE.value for one in result.said):
                return _("over: the old key is deleted; {said}").format(said=said_not_seen())
            return _("over: the old key is deleted")
        case State.ENDED:
            return _("closed as it stood: it is neither carried on nor put back any more")
        case State.UNDONE:
            return _("undone: what it had changed was put back")
        case State.WAITING:
            return _waiting(result.step, rotation.decision)


def said_not_seen() -> str:
    """What is said of a thing that only a person's word tells: the same words everywhere."""
    return _("said by a person, not seen")


def _waiting(at: Step, decision: Decision) -> str:
    if at is Step.PROVE:
        return _("AWS does not accept the new key everywhere yet")
    if at is Step.WATCH:
        if decision.route.makes_a_key and not decision.destinations:
            return _("the new key works; watching for uses of the old one")
        if decision.route.makes_a_key:
            return _("the new key is in place; watching for uses of the old one")
        return _("watching whether anything uses the key")
    if at is Step.TURN_OFF:
        return _("the old key is to be turned off")
    if at is Step.DELETE:
        return _("the old key is off; it can still be turned on again")
    return _("waiting at: {step}").format(step=step(at))


def short_path(path: Path, home: Path) -> str:
    """A path with the home folder as `~`."""
    try:
        return str(Path("~") / path.relative_to(home))
    except ValueError:
        return str(path)


def short_resource(resource: str) -> str:
    """What a request is about: the parts of an ARN before the name are the same for all of them."""
    try:
        return AccessKeyId(resource).masked
    except ValueError:
        return resource.rpartition(":")[2]


def command(options: Sequence[str], *words: str) -> str:
    """A command to type next, with the options that lead to the same computer, account and memory."""
    return command_line(["keyturn", *words, *options])
