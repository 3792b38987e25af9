"""A key that is handed over, killed at every request, entry and secret: it goes on or goes back, and is never lost.

Neither key stands in a file of this computer, so what is right afterwards is told by AWS and the keychain alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

import pytest

from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus
from keyturn.rotation import rotation_service
from keyturn.rotation.context import Context
from keyturn.rotation.key_life import handing_over, key_elsewhere
from keyturn.rotation.signers.signer_choice import opened_signer
from keyturn.rotation.signers.who import Who
from keyturn.rotation.steps import Ending, Result, State, Step
from keyturn.state.secrets import SecretStore

from .colleague import no_code, policy, profile
from .conftest import Office
from .test_interrupted import Countdown, Killed, fragile

# An odd number meets those before and after an entry.
_EVERY = 17
HANDED = "guided-web-page-shop"
_RECEIVER = handing_over.Receiver(("web-page:shop",), ("family-archive",))


class FragileSecrets:
    """A keychain whose program is killed before or after it keeps or forgets."""

    def __init__(self, inner: SecretStore, countdown: Countdown) -> None:
        self._inner, self._countdown = inner, countdown

    def keep(self, pair: KeyPair) -> None:
        self._countdown()
        self._inner.keep(pair)
        self._countdown()

    def forget(self, key: AccessKeyId) -> None:
        self._countdown()
        self._inner.forget(key)
        self._countdown()

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


@dataclass
class Desk:
    """A colleague who may do everything, and a user's key that is nowhere here."""

    office: Office
    old: KeyPair

    @classmethod
    def at(cls, office: Office) -> Desk:
        office.forget_programs()
        office.account.create_user("mail", policies={"all": policy("*")})
        office.account.create_user("admin", policies={"all": policy("*")})
        office.write(".aws/credentials", profile("admin", office.account.create_user_key("admin", age_days=30)))
        return cls(office, office.account.create_user_key("mail", age_days=400))

    def start(self, countdown: Countdown | None = None) -> Context:
        made = self.office.start() if countdown is None else fragile(self.office, countdown)
        if countdown is not None:
            made = replace(made, secrets=FragileSecrets(made.secrets, countdown))  # type: ignore[arg-type]
        return replace(made, signer=opened_signer(made, Who.parsed("profile:admin"), no_code))

    def hand_over(self, context: Context) -> Result:
        wanted = key_elsewhere.Wanted(self.old.access_key_id.value, self.old.access_key_id.last4, 0, 0)
        return handing_over.hand_over(
            context, key_elsewhere.find(context, wanted, lambda users: None), wanted, _RECEIVER
        )

    def killed(self, nth: int, work: Callable[[Context], Result]) -> bool:
        try:
            work(self.start(Countdown(nth)))
        except Killed:
            return True
        return False

    def keys(self) -> list[KeyStatus]:
        return [one.status for one in self.office.account.listed_keys() if one.owner_arn.endswith("/mail")]

    def say_what_is_asked(self) -> None:
        """A person removes the key that appeared without an answer: they know that it is nobody else's."""
        for one in rotation_service.standing(self.start(), self.office.rotations()[-1]).awaiting:
            if one.item.startswith("remove-"):
                rotation_service.tick(self.start(), None, one.item)

    def go_on(self, work: Callable[[Context], Result]) -> Result:
        result = work(self.start())
        self.say_what_is_asked()
        return result if result.problem is None else work(self.start())

    def expect_sound(self, *, is_on: bool = True) -> None:
        """The old key works as long as nobody turned it off, and AWS has no third key."""
        assert not is_on or self.office.account.accepts(self.old)
        assert len(self.keys()) <= 2


def is_watched(desk: Desk, result: Result) -> None:
    assert (result.ending, result.step) == (Ending.WAITING, Step.WATCH), str(result.problem)
    assert result.new_access_key_id is not None
    assert desk.office.account.accepts(desk.office.kept(result.new_access_key_id))
    assert desk.keys() == [KeyStatus.ACTIVE, KeyStatus.ACTIVE]
    assert not desk.office.account.trace_of("family-archive").uploads


def is_undone(desk: Desk, result: Result) -> None:
    assert result.state is State.UNDONE, str(result.problem)
    assert desk.keys() == [KeyStatus.ACTIVE] and desk.office.account.accepts(desk.old)
    made = [one.new_key for one in desk.office.rotations() if one.new_key is not None]
    assert all(desk.office.secrets.get(key) is None for key in made), "a secret is kept that opens nothing"
    assert not desk.office.account.trace_of("family-archive").uploads


@pytest.mark.parametrize("back", [False, True], ids=["continue", "undo"])
def test_a_handing_over_killed_anywhere_is_finished_or_undone(new_office: Callable[[], Office], back: bool) -> None:
    for nth in count(1 + back, step=_EVERY):
        desk = Desk.at(new_office())
        if not desk.killed(nth, desk.hand_over):
            break
        desk.expect_sound()
        if not desk.office.rotations():
            assert desk.keys() == [KeyStatus.ACTIVE], nth
        elif back:
            is_undone(desk, desk.go_on(lambda context: rotation_service.undo(context, None)))
        else:
            is_watched(desk, desk.go_on(lambda context: rotation_service.carry_on(context, None)))
    assert nth > 30, "the harness never killed anything"


def test_an_undo_killed_anywhere_is_undone_by_the_next_one(new_office: Callable[[], Office]) -> None:
    for nth in count(1, step=_EVERY):
        desk = Desk.at(new_office())
        desk.hand_over(desk.start())
        if not desk.killed(nth, lambda context: rotation_service.undo(context, None)):
            break
        desk.expect_sound()
        if desk.office.rotations()[-1].state is not State.UNDONE:
            is_undone(desk, desk.go_on(lambda context: rotation_service.undo(context, None)))
    assert nth > 8


def test_turning_off_and_deleting_killed_anywhere_end_well(new_office: Callable[[], Office]) -> None:
    for nth in count(1, step=_EVERY):
        desk = Desk.at(new_office())
        new = desk.hand_over(desk.start()).new_access_key_id
        rotation_service.tick(desk.start(), None, HANDED)

        def off_and_delete(context: Context, desk: Desk = desk) -> Result:
            rotation_service.turn_off(context, None)
            return rotation_service.delete(context, None, desk.old.access_key_id.last4)

        if not desk.killed(nth, off_and_delete):
            break
        desk.expect_sound(is_on=False)
        if not desk.office.rotations()[-1].is_over:
            rotation_service.carry_on(desk.start(), None)
        if not desk.office.rotations()[-1].is_over:
            off_and_delete(desk.start())
        assert desk.office.rotations()[-1].state is State.DONE, nth
        assert desk.office.status_of(desk.old.access_key_id) is None
        assert new is not None and desk.office.account.accepts(desk.office.kept(new))
    assert nth > 8
