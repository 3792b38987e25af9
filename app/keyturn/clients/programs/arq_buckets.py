"""What a bucket tells of Arq without Arq and its password: names and layouts of every era (facts/arq.md 1.7).

A bucket is never renamed or made anew because of its name: since Arq 4 it stands in Arq's own settings, and anyone who
changed it would begin an empty backup (facts/arq.md 4.4).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from keyturn.edits import plists
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId

UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
NAME_LENGTH = 80  # of a computer or a plan; longer ones are cut

# `<key>.com.haystacksoftware.arq.eu`, `<key>-com-haystacksoftware-arq`, `<key>comhaystacksoftwarearq-us-west-1`.
# Very old keys do not begin with AKIA.
_UP_TO_ARQ_3 = re.compile(r"(?P<key>[a-z0-9]{20})(?:[.-]?com[.-]?haystacksoftware[.-]?arq)(?:[.-][a-z0-9.-]*)?")
# `arq-<key>-eu-west-1`, `<key>-arq-1`.
_ARQ_4_OR_5 = re.compile(r"arq-(?P<first>[a-z0-9]{20})-[a-z]{2}(?:-[a-z]+)+-\d|(?P<second>[a-z0-9]{20})-arq-\d+")

ARQ_5, ARQ_7 = "Arq 5", "Arq 7"  # as people call what wrote the one and the other form

# Files in clear text, by the layout that has them.
_COMPUTER_INFO = "computerinfo"
_BACKUP_CONFIG = "backupconfig.json"
DESCRIPTIONS = (_BACKUP_CONFIG, _COMPUTER_INFO)


def key_in_bucket_name(bucket: str) -> AccessKeyId | None:
    """Return the key that Arq made the bucket with, where Arq made up the name; it need not be the key used now."""
    old, newer = _UP_TO_ARQ_3.fullmatch(bucket), _ARQ_4_OR_5.fullmatch(bucket)
    if old is not None:
        return AccessKeyId(old["key"].upper())
    return None if newer is None else AccessKeyId((newer["first"] or newer["second"]).upper())


@dataclass(frozen=True, slots=True)
class BackupSet:
    """One computer's backups in a bucket, as far as they are described in clear text.

    Attributes:
        computer: what its owner calls the computer; empty where that could not be read.
        plan: the backup plan's name (Arq 6 and 7); empty before.
        version: how Arq calls itself where it writes so: `Arq 5`, `Arq 7`.
    """

    computer: str
    plan: str
    version: str


def read_description(name: str, content: bytes) -> BackupSet:
    """Return what `computerinfo` (Arq 5 and older) or `backupconfig.json` (Arq 6 and 7) says.

    Args:
        name: the one of `DESCRIPTIONS` that was read. What is in it may be anything: anyone who may write to the bucket
            wrote it.
    """
    if name == _COMPUTER_INFO:
        try:
            computer = plists.top_texts(content).get("computerName")
        except FileError:
            computer = None
        return BackupSet(shortened(computer), "", ARQ_5)
    try:
        written = json.loads(content)
    except (ValueError, RecursionError):
        written = None
    told = written if isinstance(written, dict) else {}
    return BackupSet(shortened(told.get("computerName")), shortened(told.get("backupName")), ARQ_7)


def records_folder(name: str) -> str:
    """Return where, below a set described by the file `name`, the folders stand of which each has backup records."""
    return "bucketdata/" if name == _COMPUTER_INFO else "backupfolders/"


def newest_below(name: str, folder: str) -> str:
    """Return the prefix, for one such folder, under which an object is written at the end of each backup.

    Arq 7 adds a record, named by its second (`00161/4294169.backuprecord`); Arq 5 writes the file `refs/heads/master`.
    """
    return f"{folder}refs/heads/" if name == _COMPUTER_INFO else f"{folder}backuprecords/"


def is_set_folder(prefix: str) -> bool:
    """Return whether a common prefix such as `5E7D9CE7-…/` may be a computer's (Arq 5) or a plan's (Arq 7)."""
    return UUID.fullmatch(PurePosixPath(prefix).name) is not None


def shortened(text: object) -> str:
    """Return a name of a bearable length; empty where it is no text."""
    return text.strip()[:NAME_LENGTH] if isinstance(text, str) else ""
