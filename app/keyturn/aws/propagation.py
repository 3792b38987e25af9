"""Waiting until AWS has spread a change: a new key accepted everywhere, an old one refused (facts/aws.md A4).

AWS gives no number and answers flap: one good answer does not mean that the next one is good (facts/peers.md C1).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from keyturn.aws.parallel import in_parallel
from keyturn.aws.s3_checks import S3Target, list_objects
from keyturn.aws.session import Aws
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair
from keyturn.model.text import _

# Seconds. Three good answers in a row, the last at least five seconds after the first, at each place.
_IN_A_ROW = 3
_SPAN = 5.0
_PATIENCE = 120.0
_SLOW = 15.0
_PAUSES = (1.0, 1.0, 2.0, 2.0, 3.0)
_PAUSE_FOR_REFUSAL = 3.0

# What AWS says of a key or a policy that it has not spread yet. A wrong secret is never said of a new key.
_NOT_YET = frozenset({AwsFault.UNKNOWN_KEY, AwsFault.DENIED, AwsFault.NOT_FOUND})
# What STS says of a key that is off; it answers every key that works, whatever its policy.
_OFF = frozenset({AwsFault.UNKNOWN_KEY})
# What S3 says of a bucket, to a key that it knows.
_OF_THE_BUCKET = frozenset({AwsFault.DENIED, AwsFault.NOT_FOUND, AwsFault.NO_SUCH_BUCKET})


class NotYetAccepted(AwsError):
    """AWS may still accept the new key: it promises no time (facts/aws.md A4), so the waiting may go on later."""

    waits = True


class WaitingClock(Protocol):
    """The clock that waiting needs; `computer.clock` has one."""

    def monotonic(self) -> float:
        """Seconds since any moment; they never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a change has spread.

    Attributes:
        seconds: since the waiting began.
        done: places (STS, and S3 for each bucket) that answered as wanted often enough.
        places: how many there are.
        slow: it takes longer than it mostly does, which is worth a word to the person who waits.
    """

    seconds: float
    done: int
    places: int
    slow: bool


def _nothing(*_ignored: object) -> None:
    return None


def wait_until_accepted(
    aws: Aws,
    pair: KeyPair,
    targets: Sequence[S3Target],
    clock: WaitingClock,
    *,
    progress: Callable[[Spread], None] = _nothing,
    stop_if_cancelled: Callable[[], None] = _nothing,
) -> None:
    """Return once STS and S3 accept a *new* key everywhere: three times in a row over five seconds at each place.

    All places are asked at the same time, so the five seconds are spent once. Only for keys made minutes ago: of an
    older key the tolerated answers mean that it does not work.

    Args:
        progress: called after each round of questions.
        stop_if_cancelled: called before each round; raises what the caller wants to see raised.

    Raises:
        NotYetAccepted: where AWS does not know the key everywhere after two minutes.
        AwsError: at once for anything but "not spread yet", a wrong secret above all; DENIED after two minutes, where
            AWS knows the key and does not let it in.
    """
    places = [_Place(partial(_s3, aws, pair, target)) for target in dict.fromkeys(targets)]
    if all(target.store is None for target in targets):
        places.insert(0, _Place(partial(_sts, aws, pair)))
        _wait(places, clock, progress, stop_if_cancelled, partial(_not_accepted, pair))
    else:
        _wait(places, clock, progress, stop_if_cancelled, _not_accepted_there)


def wait_until_known(
    aws: Aws,
    pair: KeyPair,
    targets: Sequence[S3Target],
    clock: WaitingClock,
    *,
    progress: Callable[[Spread], None] = _nothing,
    stop_if_cancelled: Callable[[], None] = _nothing,
) -> None:
    """Return once STS and S3 know a key that was turned on again: three times in a row over five seconds each.

    S3 hears of a key by itself, and may do so after STS (facts/aws.md A4). What the key may do was settled before
    it was turned off, so a bucket that refuses it knows it.

    An S3-compatible store has no STS, and may say of a key that is off that it is not allowed to list.

    Raises:
        AwsError: at once for anything but "not spread yet"; UNKNOWN_KEY after two minutes.
    """
    if any(target.store is not None for target in targets):
        places = [_Place(partial(_s3, aws, pair, target)) for target in dict.fromkeys(targets)]
        _wait(places, clock, progress, stop_if_cancelled, _not_accepted_there)
        return
    places = [_Place(partial(_sts, aws, pair, _OFF))]
    places += [_Place(partial(_s3_knows, aws, pair, target)) for target in dict.fromkeys(targets)]
    _wait(places, clock, progress, stop_if_cancelled, partial(_still_off, pair))


def wait_until_refused(
    aws: Aws,
    pair: KeyPair,
    clock: WaitingClock,
    *,
    store: S3Target | None = None,
    timeout: float = _PATIENCE,
    progress: Callable[[Spread], None] = _nothing,
    stop_if_cancelled: Callable[[], None] = _nothing,
) -> None:
    """Return once STS refuses the key three times in a row; asked every three seconds.

    Args:
        store: what the key is for where it is no key of AWS's; the S3-compatible store is asked then.
        timeout: seconds to wait at most.

    Raises:
        AwsError: CONFLICT where AWS still accepts it after `timeout`; anything else where AWS could not be asked.
    """
    began = clock.monotonic()
    in_a_row = 0
    while True:
        stop_if_cancelled()
        in_a_row = in_a_row + 1 if is_refused(aws, pair, store) else 0
        passed = clock.monotonic() - began
        if in_a_row == _IN_A_ROW:
            progress(Spread(passed, 1, 1, False))
            return
        progress(Spread(passed, 0, 1, passed >= _SLOW))
        if passed >= timeout and in_a_row == 0:
            raise AwsError(
                _("AWS still accepts the access key {key}").format(key=pair.access_key_id.masked),
                _(
                    "It was waited for, and the key is not off everywhere, so backups with it may still run. Look in "
                    "the AWS console whether it is inactive, then carry on with: keyturn continue"
                ),
                fault=AwsFault.CONFLICT,
            )
        clock.sleep(_PAUSE_FOR_REFUSAL)


def is_refused(aws: Aws, pair: KeyPair, store: S3Target | None = None) -> bool:
    """True where AWS, or a store, refuses the key: inactive or gone.

    Args:
        store: as `wait_until_refused` has it. A store may say of a key that is off that it is not allowed to list.

    Raises:
        AwsError: where it could not be asked.
    """
    return _asked(aws, pair, store, _OFF if store is None else _OFF | {AwsFault.DENIED}) is not None


def _wait(
    places: Sequence[_Place],
    clock: WaitingClock,
    progress: Callable[[Spread], None],
    stop_if_cancelled: Callable[[], None],
    given_up: Callable[[AwsError], AwsError],
) -> None:
    """Ask all places, each when it is due, until all are settled."""
    began = clock.monotonic()
    while pending := [place for place in places if not place.settled]:
        stop_if_cancelled()
        asked = clock.monotonic()
        due = [place for place in pending if place.due <= asked]
        if not due:
            clock.sleep(min(place.due for place in pending) - asked)
            continue
        refusals = in_parallel([place.ask for place in due])
        now = clock.monotonic()
        for place, refusal in zip(due, refusals, strict=True):
            if refusal is None:
                place.accepted(asked)
            else:
                place.refused(now)
        refused = [refusal for refusal in refusals if refusal is not None]
        if refused and now - began >= _PATIENCE:
            raise given_up(max(refused, key=lambda refusal: refusal.fault is AwsFault.UNKNOWN_KEY))
        settled = sum(place.settled for place in places)
        progress(Spread(now - began, settled, len(places), now - began >= _SLOW and settled < len(places)))


class _Place:
    """One place that has to accept the key, with its good answers in a row."""

    def __init__(self, ask: Callable[[], AwsError | None]) -> None:
        self.ask = ask
        self.due = float("-inf")
        self.settled = False
        self._first = 0.0
        self._in_a_row = 0
        self._refusals = 0

    def accepted(self, asked: float) -> None:
        if self._in_a_row == 0:
            self._first = asked
        self._in_a_row += 1
        self.settled = self._in_a_row >= _IN_A_ROW and asked >= self._first + _SPAN
        # No more questions than needed: the answers are spread evenly over the span.
        self.due = self._first + min(self._in_a_row / (_IN_A_ROW - 1), 1.0) * _SPAN

    def refused(self, now: float) -> None:
        self._in_a_row = 0
        self.due = now + _PAUSES[min(self._refusals, len(_PAUSES) - 1)]
        self._refusals += 1


def _sts(aws: Aws, pair: KeyPair, awaited: frozenset[AwsFault] = _NOT_YET) -> AwsError | None:
    """The refusal, where it is one of those awaited; None where STS accepts the key."""
    return _refusal(lambda: aws.ask(pair, "sts", "GetCallerIdentity", patient=False), awaited)


def _s3(aws: Aws, pair: KeyPair, target: S3Target, awaited: frozenset[AwsFault] = _NOT_YET) -> AwsError | None:
    return _refusal(lambda: list_objects(aws, pair, target, 1, patient=False), awaited)


def _asked(aws: Aws, pair: KeyPair, store: S3Target | None, awaited: frozenset[AwsFault]) -> AwsError | None:
    return _sts(aws, pair, awaited) if store is None else _s3(aws, pair, store, awaited)


def _s3_knows(aws: Aws, pair: KeyPair, target: S3Target) -> AwsError | None:
    """As `_s3`, but a refusal by a bucket comes from somebody who knows the key."""
    try:
        return _refusal(lambda: list_objects(aws, pair, target, 1, patient=False), _OFF)
    except AwsError as error:
        if error.fault not in _OF_THE_BUCKET:
            raise
        return None


def _refusal(ask: Callable[[], object], awaited: frozenset[AwsFault]) -> AwsError | None:
    try:
        ask()
    except AwsError as error:
        if error.fault not in awaited or error.for_good:
            raise
        return error
    return None


def _not_accepted(pair: KeyPair, last: AwsError) -> AwsError:
    key = pair.access_key_id.masked
    if last.fault is AwsFault.UNKNOWN_KEY:
        return NotYetAccepted(
            _("AWS does not accept the new access key {key} everywhere yet").format(key=key),
            _(
                "It was waited for two minutes, and AWS promises no time. Wait a few minutes, then carry on with: "
                "keyturn continue"
            ),
            fault=last.fault,
            aws_code=last.aws_code,
        )
    return AwsError(
        _("AWS does not let the new access key {key} reach every bucket").format(key=key),
        _("It was tried for two minutes, and the last answer was: {title}. {message}").format(
            title=last.title, message=last.message
        ),
        fault=AwsFault.DENIED,
        aws_code=last.aws_code,
    )


def _not_accepted_there(last: AwsError) -> AwsError:
    """What an S3-compatible store said to the last question."""
    message = _("It was waited for two minutes. {message}").format(message=last.message)
    return AwsError(last.title, message, fault=last.fault, aws_code=last.aws_code)


def _still_off(pair: KeyPair, last: AwsError) -> AwsError:
    title = _("AWS does not accept the access key {key} again yet").format(key=pair.access_key_id.masked)
    message = _(
        "It was waited for two minutes. A backup program that uses this key cannot reach its bucket now. Look in the "
        "AWS console whether the key is active, then carry on with: keyturn continue"
    )
    return AwsError(title, message, fault=last.fault, aws_code=last.aws_code)
