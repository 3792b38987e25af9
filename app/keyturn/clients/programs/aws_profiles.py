"""What stands in one of the files that AWS's own programs share, and which profiles lend their key to which."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from keyturn.edits import ini
from keyturn.edits.files import FileContent

DIALECT = ini.Dialect.AWS
ID, SECRET = "aws_access_key_id", "aws_secret_access_key"
# configparser's own section, from which all others inherit; not the profile `default`.
INHERITED = "DEFAULT"
# Characters of a section's name. shlex, which botocore splits it with, takes four times as long for twice as many.
_LONGEST_NAME = 4096


class AwsFile:
    """A file that was read and understood."""

    def __init__(self, content: FileContent, path: Path) -> None:
        """Read it; raises FileError (`file.unparsable`)."""
        self.content = content
        self.entries = ini.entries(content.content, DIALECT, path=path)
        self.sections = dict.fromkeys(ini.sections(content.content, DIALECT, path=path))
        self.effective = ini.Effective(self.entries, DIALECT)
        self._borrowers: dict[int, Mapping[str, Sequence[str]]] = {}

    def value(self, section: str, key: str) -> str | None:
        """Return what counts for `key` in the section, or None."""
        return self.effective.value(section, key)

    @cached_property
    def section_of_profile(self) -> Mapping[str, str]:
        """The first section that describes each profile, in a config file."""
        found: dict[str, str] = {}
        for section in self.sections:
            profile = profile_of(section)
            if profile is not None:
                found.setdefault(profile, section)
        return found

    @cached_property
    def holders(self) -> Collection[str]:
        """The profiles with a key of their own here."""
        with_key = (one for one in self.sections if (entry := self.effective.entry(one, ID)) and entry.section == one)
        return {profile_of(one) or one for one in with_key}

    @cached_property
    def lenders(self) -> Mapping[str, str]:
        """By the name of each profile that takes a role with another one's key: that one's name."""
        found: dict[str, str] = {}
        for section in self.sections:
            lender, profile = self.value(section, "source_profile"), profile_of(section)
            if lender is not None and profile not in (None, lender):
                found.setdefault(profile or "", lender)
        return found

    def borrowers(self, beside: AwsFile | None) -> Mapping[str, Sequence[str]]:
        """The profiles that take a profile's key to assume a role, by its name.

        A role may be taken with that of another profile, and so on, up to one that holds a key [botocore].

        Args:
            beside: the credentials file, which may hold a key for any of them.
        """
        if id(beside) not in self._borrowers:
            holders = {*self.holders, *(() if beside is None else beside.holders)}
            ends = dict.fromkeys(self.lenders, "")
            found: dict[str, list[str]] = {}
            for profile in self.lenders:
                passed, at = {profile: None}, self.lenders[profile]
                while at not in holders and at not in passed and not ends.get(at, at):
                    passed[at] = None
                    at = self.lenders[at]
                end = at if at in holders else ends.get(at) or at
                ends.update(dict.fromkeys(passed, end))
                found.setdefault(end, []).append(f"“{profile}”")
            self._borrowers[id(beside)] = found
        return self._borrowers[id(beside)]

    @cached_property
    def s3_endpoints(self) -> Mapping[str, str]:
        """The S3 address that each `services` section names."""
        found: dict[str, str] = {}
        for section in self.sections:
            words = section.split(maxsplit=2)
            entry = self.effective.entry(section, "s3") if len(words) == 2 and words[0] == "services" else None
            block = () if entry is None else entry.nested
            address = next((item.value for item in block if item.key == "endpoint_url"), None)
            if address:
                found.setdefault(words[1], address)
        return found


def sections_of(entries: Sequence[ini.IniEntry]) -> tuple[str, ...]:
    """Return the sections that set something, in their order."""
    return tuple(dict.fromkeys(entry.section for entry in entries if entry.section is not None))


def profile_of(section: str) -> str | None:
    """The profile that a section of the config file describes; None where it describes something else."""
    if section in ("default", INHERITED):
        return section
    if len(section) > _LONGEST_NAME:
        return None
    try:
        words = shlex.split(section)
    except ValueError:
        return None
    return words[1] if len(words) == 2 and words[0] == "profile" else None
