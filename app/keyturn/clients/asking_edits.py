"""Profiles of the AWS files that give up their pair and ask Keyturn for it instead, and take the pair back.

Which profiles can: those of a credentials file whose every reader then comes to the same key. What is not known to be
so stays as it is (facts/credential-helper.md 3 and 4.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.clients.programs.aws_files import AwsFiles, all_paths
from keyturn.clients.programs.aws_profiles import profile_of
from keyturn.clients.replacement import Replaced, another_key, rewrite
from keyturn.clients.served import asking_in, asks_no_more
from keyturn.edits import ini
from keyturn.edits.asking_lines import ID, PROCESS, SECRET, asking, holding
from keyturn.edits.files import FileContent, obstacle, read_file
from keyturn.edits.filesystem import REAL, FileSystem
from keyturn.edits.pictures import masked_diff
from keyturn.edits.spans import Change, apply_changes
from keyturn.model.errors import FileError
from keyturn.model.keys import KeyPair
from keyturn.model.pair_layout import PairLayout
from keyturn.model.places import Consumer, Place, PlaceKind
from keyturn.model.text import _

if TYPE_CHECKING:
    from keyturn.computer.computer import Computer

# The programs that ran a helper named in the credentials file (facts/credential-helper.md 3).
TAKE_IT = frozenset({"aws", "rclone", "restic", "duplicity", "s4cmd"})
_AWS = ini.Dialect.AWS
_INHERITED = "DEFAULT"
# Where a profile may take another key from, or which of two comes first differs between programs.
_OTHER_SOURCES = (
    *("role_arn", "source_profile", "credential_source", "web_identity_token_file", "sso_session", "sso_start_url"),
    *("login_session", "aws_session_token", "aws_security_token"),
)


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What is to change in a file for one profile.

    Attributes:
        path: the file itself, links resolved.
        digest: SHA-256 of the file when it was planned.
        diff: the change as people may see it.
    """

    path: Path
    digest: str
    diff: str


def why_not(computer: Computer, place: Place) -> str:
    """Why the place has to hold its pair, in a sentence; empty where its programs can ask Keyturn instead."""
    if place.client != AwsFiles.name or place.kind is not PlaceKind.DESTINATION:
        return _("What reads its key there asks nobody for it. `keyturn run` starts a program with the key instead.")
    if not place.editable or place.secret is None:
        return _("Keyturn does not change the key there. {note}").format(note=place.note).strip()
    other = next((one for one in place.consumers if one.program not in TAKE_IT), None)
    if other is not None:
        return _("{program} uses it ({where}), and is not known to ask for a key.").format(
            program=other.program, where=_where(other)
        )
    try:
        return next(_reasons(computer, place), "")
    except FileError as error:
        return _("Whether another file speaks of the profile is not known. {why}").format(why=error)


def planned_asking(place: Place, command: str) -> ProfileChange:
    """What would put the command in the place of the pair. Reads only.

    Raises:
        FileError: where that cannot be done.
    """
    content = read_file(place.path)
    changes, _layout = asking(content.content, place.locator, command, place.path)
    return _planned(content, changes)


def planned_holding(place: Place, pair: KeyPair, layout: PairLayout | None) -> ProfileChange:
    """What would put a pair in the place of the profile's command. Reads only; raises as `planned_asking`."""
    content = read_file(place.path)
    return _planned(content, holding(content.content, place.locator, pair, layout, place.path))


def ask_keyturn(
    place: Place,
    command: str,
    pair: KeyPair,
    file: Path,
    remember: Callable[[PairLayout], None],
    *,
    filesystem: FileSystem = REAL,
) -> Replaced:
    """Put the command in the place of `pair`, in one atomic replacement. Calling it again changes nothing.

    Args:
        file: what has to stand behind the links of the path.
        remember: is told how the pair stands, before anything is written.

    Raises:
        FileError: `file.changed`, where another pair or another file stands there; or what reading and writing raise.
        ClientError: `place.gone`.
    """

    def edited(content: FileContent) -> bytes | None:
        if any(one.section == place.locator and one.command == command for one in asking_in(content)):
            return None
        spot = AwsFiles().spot_in(content, place)
        if spot.pair != pair:
            raise another_key(content.path, pair.access_key_id)
        changes, layout = asking(content.content, place.locator, command, content.path)
        remember(layout)
        return apply_changes(content.content, changes)

    return rewrite(expect_same_file(place, file, filesystem=filesystem), edited, filesystem=filesystem)


def hold_pair(
    place: Place,
    name: str,
    pair: KeyPair,
    file: Path,
    layout: PairLayout | None,
    *,
    filesystem: FileSystem = REAL,
) -> Replaced:
    """Put `pair` in the place of the command by which the profile asks for `name`; raises as `ask_keyturn`.

    Args:
        layout: how a pair stood there; None writes it as the AWS CLI does.
    """

    def edited(content: FileContent) -> bytes | None:
        spot = AwsFiles().spots(content).get(place.locator)
        if spot is not None and spot.pair == pair:
            return None
        if not any(one.section == place.locator and one.asked.name == name for one in asking_in(content)):
            raise asks_no_more(place)
        return apply_changes(content.content, holding(content.content, place.locator, pair, layout, content.path))

    return rewrite(expect_same_file(place, file, filesystem=filesystem), edited, filesystem=filesystem)


def expect_same_file(place: Place, file: Path, *, filesystem: FileSystem = REAL) -> FileContent:
    """Read the place's file, and see that it is the one that was planned, behind all links.

    Raises:
        FileError: `file.changed`, where it is another one; or what reading raises.
    """
    content = read_file(place.path, filesystem=filesystem)
    if content.real_path != file:
        raise FileError(
            _("{name} leads to another file now").format(name=place.path.name),
            _("{path} led to {file} before, and Keyturn changed neither. Run the command again.").format(
                path=place.path, file=file
            ),
            code="file.changed",
        )
    return content


def _planned(content: FileContent, changes: tuple[Change, ...]) -> ProfileChange:
    problem = obstacle(content.path)
    if problem is not None:
        raise problem
    secrets = [spot.secret.span for spot in AwsFiles().spots(content).values()]
    opened = {change.span for change in changes if change.is_open}
    hidden = [span for span in secrets if span not in opened]
    diff = masked_diff(content.path, content.content, changes, hide=hidden)
    return ProfileChange(content.real_path, content.digest, diff)


def _reasons(computer: Computer, place: Place) -> Iterator[str]:
    """Each reason why some reader of the profile may come to another key, or to none."""
    own = place.path
    if own != computer.home / ".aws" / "credentials":
        # restic and others read that file alone (facts/credential-helper.md 3).
        yield _("Not every program reads {path}: a profile that asks has to stand in ~/.aws/credentials.").format(
            path=own
        )
    others = dict.fromkeys((*all_paths(computer), own.parent / "config"))
    for path in (own, *(one for one in others if one != own)):
        content = _content(path)
        if content is None:
            continue
        entries = ini.entries(content.content, _AWS, path=path)
        effective = ini.Effective(entries, _AWS)
        sections = ini.sections(content.content, _AWS, path=path)
        is_config = path.name == "config" or any(profile_of(one) not in (None, one) for one in sections)
        if path == own and place.locator == _INHERITED:
            yield _("All other profiles inherit this one.")
        if path == own and any(one.section == _INHERITED and one.key in {ID, SECRET, PROCESS} for one in entries):
            yield _("{path} has a key that all its profiles inherit, and which one comes first differs.").format(
                path=path
            )
        for section in sections:
            if effective.value(section, "source_profile") == place.name:
                yield _("The profile “{name}” takes a role with it, and not every program asks then.").format(
                    name=section
                )
            if (profile_of(section) if is_config else section) != place.name:
                continue
            told = _OTHER_SOURCES if path == own else (*_OTHER_SOURCES, ID, SECRET, PROCESS)
            found = next((name for name in told if effective.value(section, name)), None)
            if found is not None:
                yield _("{path} says “{word}” for it as well, and which one comes first differs.").format(
                    path=path, word=found
                )


def _content(path: Path) -> FileContent | None:
    try:
        return read_file(path)
    except FileError as error:
        if error.code == "file.missing":
            return None
        raise


def _where(one: Consumer) -> str:
    return one.where or one.program
