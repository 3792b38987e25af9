"""Remotes of rclone's that give up their pair and take a profile that asks Keyturn, and take the pair back.

The remote names the file of its profile, so neither a variable nor another home leads it elsewhere; tried with the
real rclone (facts/credential-helper.md 3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.asking_edits import ProfileChange, expect_same_file
from keyturn.clients.own_profiles import own_profiles_file
from keyturn.clients.programs.rclone import Rclone, profile_of_remote
from keyturn.clients.replacement import Replaced, another_key, rewrite
from keyturn.clients.served import asking_in, asks_no_more
from keyturn.edits import ini, rclone_encryption
from keyturn.edits.files import FileContent, obstacle, read_file
from keyturn.edits.pictures import masked_diff
from keyturn.edits.remote_lines import AUTH, FILE, ID, PROFILE, SECRET, asking_remote, holding_remote
from keyturn.edits.spans import Change, apply_changes
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair
from keyturn.model.pair_layout import RemoteLayout
from keyturn.model.places import Place, PlaceKind
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# restic starts rclone for `rclone:REMOTE:…`.
_TAKE_IT = frozenset({"rclone", "restic"})
_RCLONE = ini.Dialect.RCLONE
# With these the key itself counts, and not what a profile hands out (rclone, backend/s3/s3.go).
_NEED_A_PAIR = ("v2_auth", "session_token", "role_arn")
# What rclone's own grammar takes for something else in a value.
_STRANGE = re.compile(r"[%\"`;#\x00-\x1f]|^\s|\s$")


def why_no_profile(computer: Computer, place: Place) -> str:
    """Why the remote has to hold its pair, in a sentence; empty where it can take a profile instead."""
    if place.client != Rclone.name or place.kind is not PlaceKind.DESTINATION:
        return _("What reads its key there asks nobody for it. `keyturn run` starts a program with the key instead.")
    try:
        content = read_file(place.path)
        if rclone_encryption.is_encrypted(content.content):
            return _("rclone's configuration is encrypted: the key is readable there with its password alone.")
        if not place.editable or place.secret is None:
            return _("Keyturn does not change the key there. {note}").format(note=place.note).strip()
        other = next((one for one in place.consumers if one.program not in _TAKE_IT), None)
        if other is not None:
            return _("{program} uses it ({where}), and is not known to ask for a key.").format(
                program=other.program, where=other.where or other.program
            )
        return next(_reasons(computer, place, content), "")
    except FileError as error:
        return str(error)


def planned_profile(computer: Computer, place: Place, profile: str) -> ProfileChange:
    """What would have the remote take the profile. Reads only; raises FileError where that cannot be done."""
    content = read_file(place.path)
    changes, _layout = asking_remote(
        content.content, place.locator, profile, str(own_profiles_file(computer)), content.path
    )
    return _planned(content, changes)


def planned_pair(place: Place, pair: KeyPair, layout: RemoteLayout | None) -> ProfileChange:
    """What would have the remote hold a pair again. Reads only; raises as `planned_profile`."""
    content = read_file(place.path)
    return _planned(content, holding_remote(content.content, place.locator, pair, layout, content.path))


def take_profile(
    computer: Computer, place: Place, profile: str, pair: KeyPair, file: Path, remember: Callable[[RemoteLayout], None]
) -> Replaced:
    """Have the remote take the profile in the place of `pair`; as `asking_edits.ask_keyturn`."""
    credentials = str(own_profiles_file(computer))

    def edited(content: FileContent) -> bytes | None:
        if profile_of_remote(content, place.locator) == (profile, credentials):
            return None
        if Rclone().spot_in(content, place).pair != pair:
            raise another_key(content.path, pair.access_key_id)
        changes, layout = asking_remote(content.content, place.locator, profile, credentials, content.path)
        remember(layout)
        return apply_changes(content.content, changes)

    return rewrite(expect_same_file(place, file), edited)


def take_pair(
    computer: Computer, place: Place, name: str, pair: KeyPair, file: Path, layout: RemoteLayout | None
) -> None:
    """Have the remote whose profile asks for `name` hold `pair`; as `asking_edits.hold_pair`."""

    def edited(content: FileContent) -> bytes | None:
        spot = Rclone().spots(content).get(place.locator)
        if spot is not None and spot.pair == pair:
            return None
        if name_of_remote(computer, content, place.locator) != name:
            raise asks_no_more(place)
        return apply_changes(
            content.content, holding_remote(content.content, place.locator, pair, layout, content.path)
        )

    rewrite(expect_same_file(place, file), edited)


def name_of_remote(computer: Computer, content: FileContent, section: str) -> str | None:
    """The name for whose key the remote's profile asks; None where it takes none of Keyturn's own file.

    Raises:
        FileError: where that file cannot be read.
    """
    taken = profile_of_remote(content, section)
    own = own_profiles_file(computer)
    if taken is None or taken[1] != str(own):
        return None
    return next((one.asked.name for one in asking_in(read_file(own)) if one.section == taken[0]), None)


def _planned(content: FileContent, changes: tuple[Change, ...]) -> ProfileChange:
    problem = obstacle(content.path)
    if problem is not None:
        raise problem
    opened = {change.span for change in changes if change.is_open}
    secrets = [spot.secret.span for spot in Rclone().spots(content).values()]
    diff = masked_diff(content.path, content.content, changes, hide=[one for one in secrets if one not in opened])
    return ProfileChange(content.real_path, content.digest, diff)


def _reasons(computer: Computer, place: Place, content: FileContent) -> Iterator[str]:
    """Each reason why rclone may come to another key, or to none."""
    if not place.path.is_relative_to(computer.home):
        yield _("{path} is not in your home, so somebody else may start what reads it.").format(path=place.path)
    credentials = str(own_profiles_file(computer))
    if _STRANGE.search(credentials):
        yield _("rclone would read the path {path} in another way.").format(path=credentials)
    entries = ini.entries(content.content, _RCLONE, path=content.path)
    effective = ini.Effective(entries, _RCLONE)
    own = [one.key for one in entries if one.section == place.locator]
    for word in (ID, SECRET, AUTH):
        if own.count(word) > 1:
            yield _("{path} says “{word}” for it more than once.").format(path=place.path, word=word)
    if ID not in own or SECRET not in own:
        yield _("It takes its key from another remote.")
    told = next((word for word in (PROFILE, FILE, *_NEED_A_PAIR) if effective.value(place.locator, word)), None)
    if told is not None:
        yield _("It says “{word}” as well.").format(word=told)
    for section in dict.fromkeys(one.section for one in entries):
        lenders = [] if section in (None, place.locator) else list(effective.lenders(section))
        if place.locator in lenders:
            yield _("The remote “{name}” takes its settings from it.").format(name=section)
