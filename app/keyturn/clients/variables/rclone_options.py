"""What the options of an rclone remote ask of S3, written in its file or in variables (rclone's page on S3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from keyturn.edits.commands import ShellCommand
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})  # as Go reads switches


def rclone_additions(settings: Mapping[str, str]) -> frozenset[Addition]:
    """Return what the options of a remote ask of S3 (facts/clients.md section 2)."""
    # rclone 1.60, as Debian has it, sends `x-amz-acl: private` with every object even where no `acl` is configured
    # (measured); without the right each of its uploads would be refused.
    wanted = {Addition.OBJECT_ACL}
    if settings.get("no_check_bucket", "") not in _TRUE:
        # `copyto`, `moveto`, `rcat` and copying a single file send CreateBucket before anything else. Which commands
        # a person will run is not in the file, so it is granted, on this one bucket.
        wanted.add(Addition.CREATE_BUCKET)
    if settings.get("versions", "") in _TRUE or "version_at" in settings:
        wanted.add(Addition.READ_VERSIONS)  # and it writes nothing then (rclone's page on S3, `--s3-versions`)
    return frozenset(wanted)


def rclone_manner(settings: Mapping[str, str]) -> Manner:
    """Return how rclone asks with these options of a remote (rclone's page on S3)."""
    return Manner(
        encryption=settings.get("server_side_encryption"),
        kms_key=settings.get("sse_kms_key_id"),
        storage_class=settings.get("storage_class"),
        acl=settings.get("acl"),
        requester_pays=settings.get("requester_pays", "") in _TRUE,
    )


def created_remotes(commands: Iterable[ShellCommand]) -> Mapping[int, tuple[str, Mapping[str, str]]]:
    """Return the remotes that commands make, each by where the values of its options stand in the file."""
    made = ((one.words, _created_remote([word.decoded for word in one.words])) for one in commands)
    return {
        run.start + behind: found
        for words, found in made
        if found is not None
        for word in words
        for run in word.runs[:1]
        for behind in (0, word.text.find(b"=") + 1)
    }


def _created_remote(words: Sequence[str]) -> tuple[str, Mapping[str, str]] | None:
    """The remote that `rclone config create NAME s3 KEY VALUE …` makes, with its options; else None."""
    at = next((at for at in range(len(words) - 3) if tuple(words[at : at + 2]) == ("config", "create")), None)
    if at is None or words[at + 3] != "s3":
        return None
    settings: dict[str, str] = {}
    waiting = ""
    for word in words[at + 4 :]:
        name, equals, value = word.partition("=")
        if waiting:
            settings[waiting], waiting = word, ""
        elif equals:
            settings[name] = value
        elif not word.startswith("-"):
            waiting = word
    return words[at + 2], settings


@dataclass(frozen=True, slots=True)
class _RcloneVariables(Mapping[str, str]):
    """Options by their names, looked up one by one: a text may have thousands of variables, and of remotes."""

    variables: Mapping[str, str]
    prefixes: tuple[str, ...]

    def __getitem__(self, option: str) -> str:
        for prefix in self.prefixes:
            if value := self.variables.get(f"{prefix}{option.upper()}"):
                return value
        raise KeyError(option)

    def __iter__(self) -> Iterator[str]:
        named = (
            name.removeprefix(prefix).lower()
            for name in self.variables
            for prefix in self.prefixes
            if name.startswith(prefix)
        )
        return (option for option in dict.fromkeys(named) if self.get(option))

    def __len__(self) -> int:
        return sum(1 for _option in self)


def rclone_variables(values: Mapping[str, str], remote: str = "") -> Mapping[str, str]:
    """Return the options of a remote that variables set: for all of S3, then for the remote itself (rclone's page).

    Args:
        values: the variables, by their names in capitals.
    """
    own = (f"RCLONE_CONFIG_{remote.upper()}_",) if remote else ()
    return _RcloneVariables(values, (*own, "RCLONE_S3_"))
