"""A profile or a remote of rclone's on its way out of holding a pair, and back: which can, and the change of one file.

The same for a key that stays (`moving`) and for a rotation that puts a new one there (`switching`): what a profile
asks for is a name, and the journal says which key that means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from keyturn.clients.asking_edits import ProfileChange, ask_keyturn, hold_pair, planned_asking, why_not
from keyturn.clients.own_profiles import own_profiles_file, profile_for, remove_profile, write_profile
from keyturn.clients.programs.aws_files import AwsFiles
from keyturn.clients.programs.rclone import Rclone
from keyturn.clients.remote_edits import name_of_remote, planned_profile, take_pair, take_profile, why_no_profile
from keyturn.clients.replacement import read_pair
from keyturn.clients.served import Served, asking_profiles
from keyturn.clients.variables.job_reach import why_not_reached
from keyturn.clients.variables.starters import ProfileStarts, what_starts
from keyturn.computer.computer import Platform
from keyturn.computer.own_account import own_account
from keyturn.edits.files import read_file
from keyturn.model.errors import FileError, StoreError, UsageError
from keyturn.model.key_names import KeyName, flaw_of_key_name
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.model.pair_layout import PairLayout, RemoteLayout
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _
from keyturn.rotation.context import Context
from keyturn.rotation.finding.kept_answers import forget_answers, keep_answers, kept_answers
from keyturn.rotation.key_life.helper import Helper
from keyturn.rotation.key_life.key_versions import named_keys
from keyturn.state import moves
from keyturn.state.moves import Moved

_NOT_OF_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Moving:
    """A profile that is to change."""

    place: Place
    change: ProfileChange


@dataclass(frozen=True, slots=True)
class Staying:
    """A place that stays as it is.

    Attributes:
        why: in a sentence.
        may_be_said: a person's word would do, because nothing but what was not seen speaks against it.
    """

    place: Place
    why: str
    may_be_said: bool = False

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {**written_place(self.place), "fate": "stays", "why": self.why, "by_me": self.may_be_said}


def written_place(place: Place) -> dict[str, Any]:
    """Which place is meant, for scripts."""
    return {"client": place.client, "name": place.name, "path": str(place.path), "locator": place.locator}


def expect_a_tried_system(context: Context) -> None:
    """See that programs of this system were tried with a key that Keyturn hands out.

    Raises:
        UsageError: where they were not.
    """
    if context.computer.platform is not Platform.LINUX:
        raise UsageError(
            _("That was tried on Linux alone"),
            _("Whether the programs of this system reach the key there is not known. Nothing was changed."),
            code="move.system",
        )


def fates_of(
    context: Context, pair: KeyPair, places: Sequence[Place], helper: Helper, name: KeyName, *, by_me: bool
) -> tuple[tuple[Moving, ...], tuple[Staying, ...]]:
    """Find out which places can ask for the key, and why the others cannot. Reads only.

    Args:
        pair: the key as AWS accepts it.
        name: by which they are to ask.
        by_me: the person says that they start themselves what could not be seen.
    """
    can = [one for one in places if one.secret == pair.secret and not _why_not(context, one)]
    starts = what_starts(context.computer, can, (context.folder,)) if can else {}
    command = helper.command(name)
    moving: list[Moving] = []
    staying: list[Staying] = []
    for place in places:
        stays = _stays(context, pair, place, helper, starts.get(place.identity), by_me=by_me)
        if stays is None:
            try:
                moving.append(Moving(place, _planned(context, place, command, name)))
                continue
            except FileError as error:
                stays = Staying(place, str(error))
        staying.append(stays)
    return tuple(moving), tuple(staying)


def name_for(context: Context, key: AccessKeyId, destinations: Sequence[Place]) -> KeyName:
    """The key's name; else one after its first profile, which no other key has."""
    known = named_keys(context.folder, context.journal)
    own = next((one.name for one in known if one.current.key == key), None)
    if own is not None:
        return own
    profile = next((one.name for one in destinations if one.client == AwsFiles.name), key.last4)
    base = f"/aws/{_NOT_OF_A_NAME.sub('-', profile).strip('-._')}"
    if flaw_of_key_name(base) is not None:
        base = f"/aws/{key.last4}"
    taken = {one.name.value for one in known}
    names = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return KeyName(next(name for name in names if name not in taken))


def open_while() -> str:
    """When programs get a key that is kept in the system's keychain."""
    return _(
        "Programs get the key while the keychain is open: in your session at this computer, and neither over SSH nor "
        "with nobody signed in."
    )


def take_out(
    context: Context, place: Place, file: Path, command: str, name: KeyName, *, held: KeyPair, handed: KeyPair
) -> None:
    """Have the profile ask. How its pair stood is written down first; calling it again changes nothing.

    Args:
        file: what has to stand behind the links of the place's path.
        held: the pair that the file holds now.
        handed: the pair that the name means now.

    Raises:
        FileError, ClientError: where the file is not as it was planned, cannot be changed, or does not ask then.
        StateError, StoreError: where it cannot be written down; the file was not changed.
    """
    computer, remember = context.computer, partial(_remember, context, place, file, name)
    if place.client == Rclone.name:
        profile = profile_for(computer, name)
        write_profile(computer, profile, command)
        take_profile(computer, place, profile, held, file, remember)
        _keep_buckets(context, place, profile)
    else:
        ask_keyturn(place, command, held, file, remember)
    if not asks_for(context, place, name) or read_pair(computer, place) != handed:
        raise FileError(
            _("{name} does not ask Keyturn as it was written").format(name=place.name),
            _("Another program changed {path} meanwhile. Look into it.").format(path=place.path),
            code="file.changed",
        )


def put_in(context: Context, place: Place, file: Path, name: KeyName, pair: KeyPair) -> None:
    """Have what asks for `name` hold `pair`, as one stood there before; raises as `take_out`."""
    layout = layout_of(context.folder, place, name)
    if place.client == Rclone.name:
        remote = layout if isinstance(layout, RemoteLayout) else None
        take_pair(context.computer, place, name.value, pair, file, remote)
    else:
        hold_pair(place, name.value, pair, file, layout if isinstance(layout, PairLayout) else None)
    forget_layout(context, place, file, name)


def forget_layout(context: Context, place: Place, file: Path, name: KeyName) -> None:
    """Forget how the pair of a place stood, which holds it now, and take the profile away that nothing needs then.

    Raises:
        FileError: where Keyturn's own file of profiles fails.
        StateError, StoreError: where Keyturn's folder fails.
    """
    known = moves.load(context.folder)
    left = [move for move in known if not _is_of(move, file, place)]
    if place.client == Rclone.name:
        profile = profile_for(context.computer, name)
        own = own_profiles_file(context.computer)
        loans = Rclone().look(context.computer).loans
        if not any((one.profile, one.credentials) == (profile, own) for one in loans):
            remove_profile(context.computer, profile)
            with suppress(StoreError):
                forget_answers(context, [_identity(context, profile)])
    if len(left) != len(known):
        moves.save(context.folder, left)


def remotes_asking(context: Context, name: KeyName, pair: KeyPair) -> tuple[tuple[Place, RemoteLayout], ...]:
    """The remotes of rclone's whose pair was taken out, and that ask for this name still.

    Args:
        pair: what they get.

    Raises:
        FileError: where one of their files cannot be read.
    """
    found = []
    for one in moves.load(context.folder):
        if isinstance(one.layout, RemoteLayout) and one.name == name:
            place = Place(
                client=Rclone.name,
                name=one.section,
                path=one.path,
                locator=one.section,
                kind=PlaceKind.DESTINATION,
                access_key_id=pair.access_key_id,
                secret=pair.secret,
                editable=True,
            )
            if asks_for(context, place, name):
                found.append((place, one.layout))
    return tuple(found)


def layout_of(folder: Path, place: Place, name: KeyName) -> PairLayout | RemoteLayout | None:
    """How the place's pair stood; None where nobody wrote it down."""
    real = place.path.resolve()
    known = (one.layout for one in moves.load(folder) if _is_of(one, real, place) and one.name == name)
    return next(known, None)


def asks_for(context: Context, place: Place, name: KeyName) -> bool:
    """True where the place asks Keyturn for this name, as its file stands now.

    Raises:
        FileError: where a remote's file cannot be read.
    """
    if place.client == Rclone.name:
        return name_of_remote(context.computer, read_file(place.path), place.locator) == name.value
    now = (one for one in asking_profiles(context.computer) if (one.path, one.section) == (place.path, place.locator))
    return any(one.asked.name == name.value for one in now)


def _why_not(context: Context, place: Place) -> str:
    ask = why_not if place.client == AwsFiles.name else why_no_profile
    return ask(context.computer, place)


def _planned(context: Context, place: Place, command: str, name: KeyName) -> ProfileChange:
    if place.client == Rclone.name:
        return planned_profile(context.computer, place, profile_for(context.computer, name))
    return planned_asking(place, command)


def _stays(
    context: Context, pair: KeyPair, place: Place, helper: Helper, starts: ProfileStarts | None, *, by_me: bool
) -> Staying | None:
    reason = _why_not(context, place)
    if not reason and place.secret != pair.secret:
        reason = _("It holds another secret, which AWS does not accept.")
    if reason or starts is None:
        return Staying(place, reason)
    if starts.containers:
        text = _("{path} lends it to a container, which has no Keyturn.")
        return Staying(place, text.format(path=_listed(starts.containers)))
    if starts.timetables and helper.needs_session:
        text = _(
            "{path} starts a program with it, and no session that opens the keychain is there then. With --secrets "
            "file the key is kept in a private file, which such a job reaches; root's jobs reach what systemd seals, "
            "with --secrets systemd."
        )
        return Staying(place, text.format(path=_listed(starts.timetables)))
    person = own_account() if context.computer.is_this_one else None
    out_of_reach = (why_not_reached(context.computer, path, person) for path in starts.timetables)
    reason = next(filter(None, out_of_reach), "")
    if reason:
        return Staying(place, reason)
    if starts.unsure and not by_me:
        said = (
            _("if nothing but you starts what uses it, add --by-me")
            if helper.needs_session
            else _("if all that uses it is started as you, add --by-me")
        )
        return Staying(place, _("{why} Look, and {said}.").format(why=" ".join(starts.unsure), said=said), True)
    return None


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(map(str, paths))


def _keep_buckets(context: Context, place: Place, profile: str) -> None:
    """Let the profile reach the buckets that the remote is known to use: they may stand nowhere, but were said."""
    answers = kept_answers(context)
    for target in place.targets:
        answers = answers.with_place(_identity(context, profile), (target.bucket,))
    with suppress(StoreError):  # else they are asked about
        keep_answers(context, answers)


def _identity(context: Context, profile: str) -> str:
    return f"{Served.name}:{own_profiles_file(context.computer)}:{profile}"


def _remember(context: Context, place: Place, file: Path, name: KeyName, layout: PairLayout | RemoteLayout) -> None:
    known: Sequence[Moved] = [move for move in moves.load(context.folder) if not _is_of(move, file, place)]
    moves.save(context.folder, [*known, Moved(file, place.locator, name, context.clock.now(), layout)])


def _is_of(move: Moved, path: Path, place: Place) -> bool:
    return (move.path, move.section) == (path, place.locator)
