"""Where commands store their backups: the buckets and servers that stand in their arguments.

In `s3://A/B` of most programs A is the bucket; for restic, and for duplicity of long ago, it is the host
(facts/field-reports.md). So an address is read as the program reads it that gets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from keyturn.clients.programs.duplicity_targets import is_host
from keyturn.clients.programs.restic_addresses import repository
from keyturn.edits.commands import Argument, ShellCommand, VariableNotation
from keyturn.edits.expansion import UNKNOWN
from keyturn.model.late_patterns import pattern
from keyturn.model.places import Target

# The programs that store at S3 and are told where on their command line.
PROGRAMS = (
    *("restic", "rustic", "rclone", "aws", "s3cmd", "s4cmd", "s5cmd", "mc", "mcli", "minio-client", "kopia"),
    *("duplicity", "duplicati-cli", "Duplicati.CommandLine", "duplicacy", "litestream", "s3fs", "goofys", "mount-s3"),
    *("borg", "juicefs", "gsutil", "wal-g", "barman-cloud-backup", "barman-cloud-wal-archive", "geesefs"),
)
# Those that are told only by an address, and options of theirs behind which one may stand.
_AT_ADDRESSES = frozenset({"aws", "s3cmd", "s4cmd", "s5cmd", "duplicity"})
_SWITCHES = frozenset(
    {
        *("--delete", "--recursive", "-r", "--quiet", "-q", "--only-show-errors", "--no-progress", "--size-only", "-f"),
        *("--exact-timestamps", "--follow-symlinks", "--no-follow-symlinks", "--force", "--delete-removed", "-P"),
        *("--acl-public", "--acl-private", "--dryrun", "--dry-run", "-n", "-v", "--verbose", "--no-encrypt", "-e"),
    }
)
_BUCKET = pattern(r"[a-z0-9][a-z0-9._-]{1,62}")
_S3_ADDRESS = pattern(r"(?:boto3?\+)?s3(?:\+http)?://(?:[^@/\s]*@)?(?P<first>[^/\s?]+)/?(?P<rest>[^\s?]*)")
_S3_IN_TEXT = pattern(
    r"(?:boto3?\+)?s3(?:\+http)?://(?:[^@/\s]*@)?(?P<first>[^/\s?;&|)}'\"`]+)/?(?P<rest>[^\s?;&|)}'\"`]*)"
)
_NAMES_SOMETHING = re.compile(r"s3://[A-Za-z0-9]")
# `BUCKET.s3.REGION.amazonaws.com` (Amazon S3's guide, "Virtual hosting of buckets"), with the path behind it
_HOSTED = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]*)\.s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?")
_AMAZON = "amazon.com"  # as duplicacy calls it
# An option of a connection string; its value may stand in quotes with colons and commas in it (rclone.org/docs).
CONNECTION_OPTION = r"""(?:,[\w-]+(?:=(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|[^,:'"\s]*))?)"""
_RCLONE_INLINE = pattern(rf":s3(?P<options>{CONNECTION_OPTION}*):(?P<path>.*)", re.DOTALL)
_RCLONE_REMOTE = pattern(rf"(?P<name>[\w.+@ -]+){CONNECTION_OPTION}*:(?P<path>[^/].*|)", re.DOTALL)
_ONE_OPTION = pattern(CONNECTION_OPTION)
# Their values hold colons, too.
_RCLONE_NO_PATHS = frozenset(
    {
        *("--header", "--header-upload", "--header-download", "--bwlimit", "--rc-addr", "--addr", "--http-proxy"),
        *("--filter", "--include", "--exclude", "--user-agent", "--metadata-set"),
    }
)
REPOSITORY_OPTIONS = ("-r", "--repo", "--repo2", "--from-repo", "--repository")
_REPOSITORY_FILES = ("--repository-file", "--from-repository-file")
_ENDPOINT_OPTIONS = (
    *("--endpoint", "--endpoint-url", "--s3-endpoint", "--s3-endpoint-url", "--s3-server-name", "--host"),
    *("-endpoint", "--endpoint_url"),
)
_REGION_OPTIONS = ("--region", "--s3-region", "--s3-region-name", "--s3-location-constraint", "--default-region")


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a command stores something. What it does not say is None or empty.

    Attributes:
        endpoint: the host or address of the server; None leaves it to the program, whose own is Amazon's.
        unclear: an address whose bucket only a run would tell, as it is written; empty where it is understood.
    """

    target: Target | None
    endpoint: str | None = None
    region: str | None = None
    unclear: str = ""


def goals_of(command: ShellCommand, remotes: Mapping[str, str] | None = None) -> Iterator[Goal]:
    """Yield where a command stores something, in the order of its arguments.

    Args:
        command: with the values of its variables, as far as they are known.
        remotes: the endpoints of rclone's remotes that are defined in variables beside the command, by their names in
            lower case; an empty one is Amazon's.
    """
    found = command.of(PROGRAMS)
    if found is None:
        # A program nobody knows, or one that a wrapper runs.
        yield from _restic(command.words) if _has_repository(command) else _elsewhere(command.words)
        yield from _of_cmdlet(command)
        return
    program, arguments = found
    rest = ShellCommand(arguments)
    endpoint = _last(rest, _ENDPOINT_OPTIONS)
    region = _last(rest, _REGION_OPTIONS)
    if program in ("restic", "rustic"):
        targets: Iterable[Goal] = _restic(arguments)
    elif program == "rclone":
        targets = _rclone(arguments, remotes or {})
    elif program in ("s3fs", "goofys", "geesefs", "mount-s3"):
        targets = _mounted(arguments)
    else:
        targets = (*_named(rest), *_elsewhere(arguments), *_not_understood(arguments))
        targets = targets or tuple(_told_by_a_run(program, arguments))
    for one in targets:
        yield replace(one, endpoint=one.endpoint or endpoint, region=one.region or region)


def bucket_named(text: str) -> str | None:
    """Return the text where it may be the name of a bucket."""
    return text if _BUCKET.fullmatch(text) and ".." not in text else None


def goal_at(address: str) -> Goal | None:
    """Return what `s3://BUCKET/PREFIX` names, or `s3://HOST/BUCKET/PREFIX`; None where it names no bucket."""
    match = _S3_ADDRESS.fullmatch(address)
    return None if match is None else _goal(match)


def _has_repository(command: ShellCommand) -> bool:
    return any(one.decoded.startswith("s3:") for one in command.options(*REPOSITORY_OPTIONS))


def as_far_as_known(one: Argument) -> str:
    """Return an address up to the last folder that is known; all of it where that is."""
    return one.decoded if one.known else one.decoded.partition(UNKNOWN)[0].rpartition("/")[0]


def _unclear(one: Argument) -> Goal:
    return Goal(None, unclear=one.written.decode(errors="replace").strip("\"'"))


def _restic(arguments: Sequence[Argument]) -> Iterator[Goal]:
    for one in ShellCommand(tuple(arguments)).options(*REPOSITORY_OPTIONS):
        found = repository(as_far_as_known(one))
        if found is not None:
            yield Goal(found.target, found.endpoint)
        elif not one.known and (one.decoded.startswith("s3:") or one.decoded.startswith(UNKNOWN)):
            yield _unclear(one)
    # What stands in it is not read here.
    yield from (_unclear(one) for one in ShellCommand(tuple(arguments)).options(*_REPOSITORY_FILES))


def _rclone(arguments: Sequence[Argument], remotes: Mapping[str, str]) -> Iterator[Goal]:
    for path in rclone_paths(arguments):
        if path.remote is None:
            settings = path.options
            found = Goal(path.target, settings.get("endpoint") or None, settings.get("region") or None)
        elif path.remote.lower() in remotes:
            found = Goal(path.target, remotes[path.remote.lower()] or None)
        else:
            continue
        yield found if path.target is not None or path.argument.known else _unclear(path.argument)


@dataclass(frozen=True, slots=True)
class RclonePath:
    """An argument of rclone's that leads to a remote.

    Attributes:
        remote: its name; None for one that is made up on the command line, with its options.
        target: None where it names no bucket, or where only a run would tell.
    """

    argument: Argument
    remote: str | None
    target: Target | None
    options: Mapping[str, str]


def rclone_paths(arguments: Sequence[Argument]) -> Iterator[RclonePath]:
    """Yield each argument that may lead to a remote. What looks like one may be a time, or a folder of Windows."""
    before = ""
    for one in arguments:
        option, before = before, one.decoded
        if one.decoded.startswith("-") or option in _RCLONE_NO_PATHS:
            continue
        text = one.decoded if one.known else one.decoded.partition(UNKNOWN)[0]
        if text[1:3] == ":\\":
            continue  # of a drive
        if inline := _RCLONE_INLINE.fullmatch(text):
            options = (found[0][1:].partition("=")[::2] for found in _ONE_OPTION.finditer(inline["options"]))
            settings = {name: _unquoted(value) for name, value in options}
            yield RclonePath(one, None, _reached(inline["path"], one), settings)
        elif remote := _RCLONE_REMOTE.fullmatch(text):
            yield RclonePath(one, remote["name"], _reached(remote["path"], one), {})


def _unquoted(value: str) -> str:
    mark = value[:1]
    return value[1:-1].replace(mark * 2, mark) if mark in ("'", '"') else value


def _reached(path: str, one: Argument) -> Target | None:
    """The bucket and folder of a path; of one that is known in part, up to the last folder that is."""
    return _split(path if one.known else path.rpartition("/")[0])


def _mounted(arguments: Sequence[Argument]) -> Iterator[Goal]:
    command = ShellCommand(tuple(arguments))
    options = [part for one in command.options("-o") for part in one.decoded.split(",")]
    settings = dict(option.partition("=")[::2] for option in options)
    word = _bucket_to_mount(arguments)
    if word is not None and not word.known and "bucket" not in settings:
        yield _unclear(word)
        return
    named = settings.get("bucket") or ("" if word is None else word.decoded)
    bucket, _colon, prefix = named.removeprefix("s3://").partition("/" if named.startswith("s3://") else ":")
    name = bucket_named(bucket)
    if name is not None:
        prefix = prefix or _last(command, ("--prefix",)) or ""
        yield Goal(Target(name, prefix.strip("/")), settings.get("url") or None, settings.get("endpoint") or None)


def _bucket_to_mount(arguments: Sequence[Argument]) -> Argument | None:
    """The bucket of `BUCKET MOUNTPOINT`, side by side; what options are given may stand before and behind them."""
    words = list(_without_options(arguments))
    pairs = [(one, mount) for one, mount in pairwise(words) if one is not None and mount is not None]
    on_paths = [one for one, mount in pairs if mount.decoded.startswith(("/", "~", ".", UNKNOWN))]
    return next(iter([*on_paths[-1:], *(one for one, _mount in pairs[-1:]), *words[:1]]), None)


def _without_options(arguments: Sequence[Argument]) -> Iterator[Argument | None]:
    """The words that are no options; None stands for those, and for what `-o` is given."""
    waiting = False
    for one in arguments:
        is_option = one.decoded.startswith("-")
        yield None if waiting or is_option else one
        waiting = not waiting and one.decoded == "-o"


def _named(command: ShellCommand) -> Iterator[Goal]:
    """`--bucket NAME`, as Kopia and `aws s3api` have it."""
    prefix = _last(command, ("--prefix",)) or ""
    for one in command.options("--bucket", "-bucket"):
        if not one.known:
            yield _unclear(one)
        elif (name := bucket_named(one.decoded)) is not None:
            yield Goal(Target(name, prefix.strip("/")))
        elif one.decoded.startswith(("https://", "http://")):  # as JuiceFS has it
            server, _slash, path = one.decoded.partition("://")[2].partition("/")
            yield goal_at(f"s3://{server}/{path}") or _unclear(one)
        elif one.decoded:
            yield _unclear(one)


def _of_cmdlet(command: ShellCommand) -> Iterator[Goal]:
    """`-BucketName NAME`, as Write-S3Object and its like have it (AWS Tools for PowerShell); capitals do not count."""
    values: dict[str, Argument] = {}
    for option, value in pairwise(command.words):
        if option.text.startswith(b"-"):
            values.setdefault(option.decoded.lower(), value)
    bucket, prefix, region = (values.get(name) for name in ("-bucketname", "-keyprefix", "-region"))
    if bucket is None:
        return
    name = bucket_named(bucket.decoded) if bucket.known else None
    known_region = region.decoded if region is not None and region.known else None
    if name is not None:
        behind_it = prefix.decoded.strip("/\\") if prefix is not None and prefix.known else ""
        yield Goal(Target(name, behind_it), None, known_region)
    elif not bucket.known:
        yield _unclear(bucket)


def _told_by_a_run(program: str, arguments: Sequence[Argument]) -> Iterator[Goal]:
    """The last word that may be an address altogether, as in `aws s3 sync FOLDER "$1"`, where none is told."""
    if program not in _AT_ADDRESSES or (program == "aws" and all(one.decoded != "s3" for one in arguments[:5])):
        return
    before = ""
    found = None
    for one in arguments:
        is_value = before.startswith("-") and before not in _SWITCHES
        before = one.decoded
        if one.decoded.startswith(UNKNOWN) and not is_value:
            found = one
    if found is not None:
        yield _unclear(found)


def _elsewhere(arguments: Sequence[Argument]) -> Iterator[Goal]:
    """Addresses that any program takes: `s3://BUCKET/PREFIX`."""
    for one in arguments:
        if b"s3" not in one.text:
            continue
        # What a shell or Windows' languages have around a command sticks to its last word.
        is_text = b" " in one.text or one.notation is not VariableNotation.SHELL
        addresses = (_S3_IN_TEXT if is_text else _S3_ADDRESS).finditer(as_far_as_known(one))
        found = [goal for match in addresses if (goal := _goal(match)) is not None]
        yield from found
        if not found and not one.known and "s3://" in one.decoded:
            yield _unclear(one)


def _not_understood(arguments: Sequence[Argument]) -> Iterator[Goal]:
    """Addresses that name no bucket as buckets are named now: an access point, or a name of long ago with capitals."""
    for one in arguments:
        if one.known and _NAMES_SOMETHING.match(one.decoded) and goal_at(one.decoded) is None:
            yield _unclear(one)


def _goal(match: re.Match[str]) -> Goal | None:
    first, rest = match["first"], match["rest"].strip("/")
    hosted = _HOSTED.fullmatch(first)
    if hosted is not None:
        return Goal(Target(hosted["bucket"], rest), first.removeprefix(f"{hosted['bucket']}."))
    if not is_host(first) and first.lower() != _AMAZON:
        name = bucket_named(first)
        return None if name is None else Goal(Target(name, rest))
    target = _split(rest)
    endpoint = None if first.lower() == _AMAZON else first
    return None if target is None else Goal(target, endpoint)


def _split(path: str) -> Target | None:
    bucket, _slash, prefix = path.strip("/").partition("/")
    name = bucket_named(bucket)
    return None if name is None else Target(name, prefix.strip("/"))


def _last(command: ShellCommand, names: Sequence[str]) -> str | None:
    values = [one.decoded for one in command.options(*names) if one.known]
    return values[-1] if values and values[-1] else None
