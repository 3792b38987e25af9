"""The programs that work with a key in variables: what the commands beside it ask, and what the variables say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from keyturn.clients.variables.command_asks import Asked, Lender
from keyturn.clients.variables.inner_keys import is_of_made_up_remote
from keyturn.clients.variables.rclone_options import rclone_additions, rclone_manner, rclone_variables
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Consumer
from keyturn.model.text import _

_OF_A_REMOTE = re.compile(r"RCLONE_CONFIG_(?P<remote>.+)_ACCESS_KEY_ID")
_OF_ALL_REMOTES = "RCLONE_S3_ACCESS_KEY_ID"
# What programs in containers call their settings, behind whatever is their own (field-reports.md; wal-g's storages.md).
_ENDINGS: Mapping[str, tuple[str, ...]] = {
    "storage_class": ("STORAGE_CLASS",),
    "kms_key": ("KMS_KEY_ID", "KMS_KEY", "KMS_ID", "KMS_KEY_ARN"),
    "encryption": ("_SSE", "SERVER_SIDE_ENCRYPTION"),
    "acl": ("_ACL",),
}
# Amazon S3's reference of PutObject.
_VALUES: Mapping[str, frozenset[str]] = {
    "storage_class": frozenset(
        {
            *("STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER"),
            *("DEEP_ARCHIVE", "GLACIER_IR"),
        }
    ),
    "encryption": frozenset({"AES256", "aws:kms", "aws:kms:dsse"}),
    "acl": frozenset(
        {
            *("private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read"),
            *("bucket-owner-read", "bucket-owner-full-control"),
        }
    ),
}
_RESTIC_OPTION = re.compile(r"\bs3\.storage-class=(\w+)")


def remote_of(variable: str) -> str | None:
    """Return the remote of rclone's, in capitals, whose key a variable holds.

    Empty for the key of all remotes; None where the variable is none of rclone's.
    """
    own = _OF_A_REMOTE.fullmatch(variable.upper())
    if own is None:
        return "" if variable.upper() == _OF_ALL_REMOTES else None
    return own["remote"]


def is_for(asked: Asked, variable: str, values: Mapping[str, str]) -> bool:
    """Return whether a command takes the key in a variable, and not one that stands elsewhere.

    Args:
        variable: the one that holds the key's ID.
        values: all that are set beside it.
    """
    if asked.variable:
        return variable.upper() == asked.variable
    if is_of_made_up_remote(variable):
        return asked.lender is Lender.OPTIONS
    own = remote_of(variable)
    if own:
        return asked.lender is Lender.REMOTE and asked.name.upper() == own
    if asked.lender is Lender.REMOTE:
        named = f"RCLONE_CONFIG_{asked.name.upper()}_"
        return f"{named}TYPE" in values and f"{named}ACCESS_KEY_ID" not in values
    if own is not None:
        return asked.program == "rclone"
    return asked.lender is Lender.VARIABLES


def asked_in_variables(variable: str, values: Mapping[str, str]) -> tuple[frozenset[Addition], Manner]:
    """Return what the variables beside a key ask, whichever program reads them.

    Args:
        variable: the one that holds the key's ID; the names of rclone's tell that rclone reads it.
    """
    own = remote_of(variable)
    if own is not None:
        settings = rclone_variables(values, own)
        return rclone_additions(settings), rclone_manner(settings)
    manner = _manner_in(values)
    return frozenset({Addition.OBJECT_ACL} if manner.acl is not None else ()), manner


def _manner_in(values: Mapping[str, str]) -> Manner:
    said: dict[str, str] = {}
    for name, value in values.items():
        if name.startswith("RCLONE_"):
            continue
        for field, endings in _ENDINGS.items():
            known = _VALUES.get(field)
            text = value.upper() if field == "storage_class" else value
            if name.endswith(endings) and (known is None or text in known):
                said[field] = text
        if option := _RESTIC_OPTION.search(value):
            said["storage_class"] = option[1].upper()
    if "kms_key" in said:
        said.setdefault("encryption", "aws:kms")
    return Manner(**said) if said else AS_USUAL  # type: ignore[arg-type]  # all of them texts


def consumers_in(path: Path, asked: Sequence[Asked]) -> tuple[Consumer, ...]:
    """Return the commands of a file as programs that work with a key."""
    return tuple(dict.fromkeys(consumer_in(path, one) for one in asked))


def consumer_in(path: Path, asked: Asked) -> Consumer:
    """Return one command of a file as a program that works with a key."""
    return Consumer(
        program=asked.program,
        where=_("{name}, line {line}").format(name=path.name, line=asked.line),
        targets=asked.targets,
        additions=asked.additions,
        manner=asked.manner,
        removes=asked.removes,
        unclear=asked.unclear,
        beyond=asked.beyond,
    )
