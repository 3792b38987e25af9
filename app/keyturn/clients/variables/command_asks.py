"""What a command asks of S3, and whose key it does so with: the consumer gives the power, not the file of the key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from keyturn.clients.variables.command_goals import PROGRAMS, REPOSITORY_OPTIONS, Goal, goals_of, rclone_paths
from keyturn.clients.variables.command_grammar import GRAMMARS, SAME_AS, VERSION_OPTION, CommandGrammar
from keyturn.clients.variables.rclone_options import rclone_additions, rclone_manner, rclone_variables
from keyturn.edits.commands import Argument, ShellCommand, behind
from keyturn.edits.expansion import UNKNOWN
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Target

# Options of the AWS CLI that take a value, before or behind the service (its user guide, "Global options").
_GLOBAL_OF_AWS = frozenset(
    {
        *("--profile", "--region", "--endpoint-url", "--output", "--query", "--color", "--ca-bundle"),
        *("--cli-read-timeout", "--cli-connect-timeout", "--cli-binary-format"),
    }
)
# These ask AWS nothing, or nothing that a policy has to allow.
_NO_SERVICE = frozenset({"configure", "help", "sts", "login", "sso", "history"})
_ENCRYPTION_KINDS = frozenset({"AES256", "aws:kms", "aws:kms:dsse"})
_RESTIC_STORAGE_CLASS = "s3.storage-class"
_RESTIC_RESTORES = ("s3.enable-restore", "s3.restore-days", "s3.restore-tier", "s3.restore-timeout")
_HEADERS: Mapping[str, str] = {
    "x-amz-server-side-encryption": "encryption",
    "x-amz-server-side-encryption-aws-kms-key-id": "kms_key",
    "x-amz-storage-class": "storage_class",
    "x-amz-acl": "acl",
    "x-amz-tagging": "tags",
    "x-amz-request-payer": "requester_pays",
}
_GOES_SOMEWHERE = frozenset(
    {
        *("sync", "copy", "copyto", "move", "moveto", "bisync", "mount", "nfsmount", "rcat", "serve"),
        *("purge", "delete", "check", "cryptcheck"),
    }
)
_BY_RCLONE = "rclone:"


class Lender(StrEnum):
    """Where a command takes its key from."""

    VARIABLES = "variables"  # those in force; without any, the AWS profile
    PROFILE = "profile"  # an AWS profile, whatever the variables say
    REMOTE = "remote"  # a remote of rclone's
    FILE = "file"  # the program's own configuration file
    ALIAS = "alias"  # a name in the program's own configuration file
    OPTIONS = "options"  # the command itself is handed the key


@dataclass(frozen=True, slots=True)
class Asked:
    """What one command asks.

    Attributes:
        program: as `keyturn clients` calls it, where it does.
        lender: where the key comes from, and the name of it there: a profile, a remote, an alias; empty for the usual.
        config: the configuration or credentials file that the command names; empty where it names none.
        goals: the buckets, as far as they are understood.
        unclear: addresses whose bucket only a run would tell.
        removes: it deletes what is there.
        beyond: what it asks that no key for backups may do: another service, or a change of a bucket.
        variable: the one that holds the key's ID, if the program takes it from that alone; empty for the usual ones.
        line: counted from 1.
    """

    program: str
    lender: Lender
    line: int
    name: str = ""
    config: str = ""
    goals: tuple[Goal, ...] = ()
    unclear: tuple[str, ...] = ()
    additions: frozenset[Addition] = frozenset()
    manner: Manner = AS_USUAL
    removes: bool = False
    beyond: str = ""
    variable: str = ""

    @property
    def targets(self) -> tuple[Target, ...]:
        """The buckets that are understood."""
        return tuple(dict.fromkeys(goal.target for goal in self.goals if goal.target is not None))


def asked_by(command: ShellCommand, values: Mapping[str, str], remotes: Mapping[str, str]) -> Iterator[Asked]:
    """Yield what a command asks, once for each key that it uses; nothing for what stores nothing at S3.

    Args:
        command: with the values of its variables (`edits.expansion.resolved`).
        values: the variables of the text in which it stands.
        remotes: see `goals_of`.
    """
    found = command.of(PROGRAMS)
    if found is None:
        yield from _unknown_program(command)
        return
    name, arguments = found
    program = SAME_AS.get(name, name)
    rest = ShellCommand(arguments)
    if program == "rclone":
        yield from _of_rclone(rest, values, remotes)
    elif program == "aws":
        yield from _of_aws(rest)
    elif program == "mc":
        yield from _of_mc(rest)
    else:
        asked = _of_program(program, rest, GRAMMARS.get(program, CommandGrammar()), list(goals_of(command, remotes)))
        for path in _through_rclone(rest, values) if program in ("restic", "rustic") else ():
            beyond = _of_rclone(ShellCommand((path,)), values, remotes)
            yield from (replace(one, removes=asked.removes) for one in beyond)
        if asked.goals or asked.unclear or asked.additions or asked.manner != AS_USUAL:
            yield asked


def _through_rclone(rest: ShellCommand, values: Mapping[str, str]) -> Iterator[Argument]:
    """What restic reaches by rclone, as rclone has it: `rclone:REMOTE:PATH` (its manual, Other Services via rclone)."""
    for one in rest.options(*REPOSITORY_OPTIONS):
        if one.decoded.startswith(_BY_RCLONE):
            yield behind(one, len(_BY_RCLONE))
    said = values.get("RESTIC_REPOSITORY", "")
    if said.startswith(_BY_RCLONE) and not any(True for _one in rest.options(*REPOSITORY_OPTIONS)):
        text = said.removeprefix(_BY_RCLONE).encode()
        yield Argument(text, text, True, (), rest.line)


def _unknown_program(command: ShellCommand) -> Iterator[Asked]:
    goals = list(goals_of(command))
    if goals and command.words:
        yield _with_goals(Asked("", Lender.VARIABLES, command.line), goals)


def _with_goals(asked: Asked, goals: Sequence[Goal]) -> Asked:
    return replace(
        asked,
        goals=tuple(one for one in goals if not one.unclear),
        unclear=tuple(dict.fromkeys(one.unclear for one in goals if one.unclear)),
    )


def _of_program(program: str, rest: ShellCommand, grammar: CommandGrammar, goals: Sequence[Goal]) -> Asked:
    asked = _with_goals(_asked(program, rest, grammar), goals)
    profile = _option(rest, "--profile", "-P" if program.startswith("barman") else "", "--aws-profile")
    if program in ("s3cmd", "s4cmd"):
        config = _option(rest, "-c", "--config")
        return replace(asked, lender=Lender.FILE, config=config or "")
    if program == "s3fs":
        options = (part for one in rest.options("-o") for part in one.decoded.split(","))
        glued = (part for one in rest.words if one.decoded.startswith("-o") for part in one.decoded[2:].split(","))
        files = [part.removeprefix("passwd_file=") for part in (*options, *glued) if part.startswith("passwd_file=")]
        return replace(asked, lender=Lender.FILE, config=files[-1]) if files else asked
    if program in ("restic", "rustic"):
        return _with_restic_options(asked, rest)
    return asked if profile is None else replace(asked, lender=Lender.PROFILE, name=profile)


def _asked(program: str, rest: ShellCommand, grammar: CommandGrammar) -> Asked:
    """What options and sub-commands say, whatever the program is told to reach."""
    words = [one.decoded for one in rest.words if one.known]
    names = {word.partition("=")[0] for word in words if word.startswith("-")}
    said = _manner(rest, grammar, words, names)
    operations = {word for word in words if not word.startswith("-")}
    additions = set(grammar.always)
    for option in names & set(grammar.adds):
        additions |= grammar.adds[option]
    for word in operations & set(grammar.words):
        additions |= grammar.words[word]
    if said.acl is not None:
        additions.add(Addition.OBJECT_ACL)
    beyond = next((word for word in words if word in grammar.beyond), "")
    return Asked(
        program.partition(" ")[0],
        Lender.VARIABLES,
        rest.line,
        additions=frozenset(additions),
        manner=said,
        removes=bool(grammar.removes & (operations | names)),
        beyond=f"{program} {beyond}" if beyond else "",
    )


def _manner(rest: ShellCommand, grammar: CommandGrammar, words: Sequence[str], names: set[str]) -> Manner:
    fields: dict[str, str] = {}
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in grammar.says:
            field, said = grammar.says[name]
            fields[field] = said
        elif name in grammar.encrypts:
            after = value if equals else next(iter(words[number + 1 : number + 2]), "")
            fields["encryption"] = after if after in _ENCRYPTION_KINDS else "AES256"
    wanted = {
        "encryption": () if grammar.encrypts else grammar.encryption,
        "kms_key": grammar.kms_key,
        "storage_class": grammar.storage_class,
        "acl": grammar.acl,
        "checksum": grammar.checksum,
        "tags": grammar.tags,
    }
    for field, options in wanted.items():
        for one in rest.options(*options):
            # A KMS key that only a run would tell is no reason to think of none.
            text = one.decoded if one.known else one.written.decode(errors="replace") if field == "kms_key" else ""
            if text and not text.startswith("-"):
                fields[field] = text
    for one in rest.options(*grammar.headers):
        header, _colon, value = one.decoded.partition(":")
        field = _HEADERS.get(header.strip().lower(), "")
        if field and one.known:
            fields[field] = value.strip()
    if grammar.kms_alone and fields.get("kms_key"):
        fields["encryption"] = "aws:kms"
    pays = bool(grammar.pays & names) or "requester_pays" in fields
    fields.pop("requester_pays", None)
    return Manner(**fields, requester_pays=pays)


def _with_restic_options(asked: Asked, rest: ShellCommand) -> Asked:
    manner, additions = restic_options(one.decoded for one in rest.options("-o", "--option") if one.known)
    return replace(asked, manner=asked.manner | manner, additions=asked.additions | additions)


def restic_options(options: Iterable[str]) -> tuple[Manner, frozenset[Addition]]:
    """Return what restic's extended options say, such as `s3.storage-class=GLACIER` (its manual, "Amazon S3")."""
    manner, additions = AS_USUAL, frozenset[Addition]()
    for one in options:
        name, _equals, value = one.partition("=")
        if name == _RESTIC_STORAGE_CLASS and value:
            manner |= Manner(storage_class=value.upper())
        elif name in _RESTIC_RESTORES:
            additions |= {Addition.RESTORE}
    return manner, additions


# --- rclone --------------------------------------------------------------------------------------------------------


def _of_rclone(rest: ShellCommand, values: Mapping[str, str], remotes: Mapping[str, str]) -> Iterator[Asked]:
    own = _asked("rclone", rest, GRAMMARS["rclone"])
    config = _option(rest, "--config") or values.get("RCLONE_CONFIG", "")
    by_remote: dict[str | None, list[Goal]] = {}
    options: dict[str | None, Mapping[str, str]] = {}
    names_all = any(one.decoded in GRAMMARS["rclone"].lists for one in rest.words[:4])
    all_of: set[str | None] = set()
    for path in rclone_paths(rest.words):
        goals = by_remote.setdefault(path.remote, [])
        options[path.remote] = path.options or rclone_variables(values, path.remote or "")
        endpoint = options[path.remote].get("endpoint")
        if path.target is not None:
            goals.append(Goal(path.target, endpoint, options[path.remote].get("region")))
        elif not path.argument.known:
            goals.append(Goal(None, unclear=path.argument.written.decode(errors="replace").strip("\"'")))
        elif names_all:
            all_of.add(path.remote)
        else:
            goals.append(Goal(None, unclear=path.argument.decoded))
    if not by_remote and (unclear := _remote_of_a_run(rest)) is not None:
        yield replace(own, lender=Lender.REMOTE, config=config, unclear=(unclear,))
    skips_check = bool(list(_switches(rest, "--s3-no-check-bucket")))
    for remote, goals in by_remote.items():
        in_variables = remote is None or remote.lower() in remotes
        settings = options[remote]
        asked = rclone_additions(settings) if in_variables else frozenset()
        asked -= {Addition.CREATE_BUCKET} if skips_check else set()
        lists = frozenset({Addition.LIST_ALL_BUCKETS}) if remote in all_of else frozenset()
        lender = Lender.OPTIONS if remote is None and "access_key_id" in settings else Lender.REMOTE
        if remote is None and lender is Lender.REMOTE:
            lender = Lender.VARIABLES
        yield _with_goals(
            replace(
                own,
                lender=lender,
                name=remote or "",
                config=config,
                additions=own.additions | asked | lists,
                manner=(rclone_manner(settings) if in_variables else AS_USUAL) | own.manner,
            ),
            goals,
        )


def _remote_of_a_run(rest: ShellCommand) -> str | None:
    """The last word that may be a remote altogether, as in `rclone sync FOLDER "$1"`, which may be any remote's."""
    if not any(one.decoded in _GOES_SOMEWHERE for one in rest.words[:8]):
        return None
    whole = [
        one
        for before, one in pairwise(rest.words)
        if one.decoded.startswith(UNKNOWN) and not before.decoded.startswith("-")
    ]
    return whole[-1].written.decode(errors="replace").strip("\"'") if whole else None


def _switches(rest: ShellCommand, name: str) -> Iterator[Argument]:
    return (one for one in rest.words if one.decoded in (name, f"{name}=true"))


# --- the AWS CLI, and MinIO's client ---------------------------------------------------------------------------------


def _of_aws(rest: ShellCommand) -> Iterator[Asked]:
    service, behind = _service(rest.words)
    if service is None or service.decoded in _NO_SERVICE:
        return
    profile = _option(rest, "--profile")
    lender = Lender.VARIABLES if profile is None else Lender.PROFILE
    kind = f"aws {service.decoded}"
    if kind not in GRAMMARS:
        name = UNKNOWN if not service.known else service.decoded
        yield Asked("aws", lender, rest.line, profile or "", beyond="" if name == UNKNOWN else f"aws {name}")
        return
    grammar, command = GRAMMARS[kind], ShellCommand(tuple(behind))
    asked = _with_goals(_asked(kind, command, grammar), list(goals_of(ShellCommand((_AWS, *rest.words)))))
    operation = next((one.decoded for one in behind if not one.decoded.startswith("-")), "")
    additions, beyond = asked.additions, asked.beyond
    if kind == "aws s3api" and operation not in grammar.words:
        beyond = f"{kind} {operation}"
    if any(True for _one in command.options(VERSION_OPTION)):
        versions = Addition.DELETE_VERSIONS if operation.startswith("delete") else Addition.READ_VERSIONS
        additions |= {versions}
    if operation in grammar.lists and not asked.targets and not asked.unclear:
        additions |= {Addition.LIST_ALL_BUCKETS}
    if operation in ("cp", "mv", "sync") and len(asked.goals) > 1:
        # Between buckets it copies tags as well (the CLI's `--copy-props`).
        additions |= {Addition.READ_TAGS, Addition.TAGGING}
    yield replace(asked, lender=lender, name=profile or "", additions=additions, beyond=beyond, line=rest.line)


_AWS = Argument(b"aws", b"aws", True, (), 1)


def _service(words: Sequence[Argument]) -> tuple[Argument | None, Sequence[Argument]]:
    waiting = False
    for number, one in enumerate(words):
        if waiting:
            waiting = False
        elif one.decoded.startswith("-"):
            waiting = one.decoded in _GLOBAL_OF_AWS
        else:
            return one, words[number + 1 :]
    return None, ()


def _of_mc(rest: ShellCommand) -> Iterator[Asked]:
    """`mc` reaches buckets through its aliases: `ALIAS/BUCKET/PREFIX`."""
    own = _asked("mc", rest, GRAMMARS["mc"])
    by_alias: dict[str, list[Goal]] = {}
    for one in rest.words[1:]:
        text = one.decoded if one.known else one.decoded.partition(UNKNOWN)[0].rpartition("/")[0]
        alias, slash, path = text.partition("/")
        if not alias or not slash or text.startswith(("-", ".", "/", "~")) or "=" in alias:
            continue
        bucket, _slash, prefix = path.strip("/").partition("/")
        if bucket:
            by_alias.setdefault(alias, []).append(Goal(Target(bucket, prefix.strip("/"))))
    for alias, goals in by_alias.items():
        yield _with_goals(replace(own, lender=Lender.ALIAS, name=alias), goals)


def _option(rest: ShellCommand, *names: str) -> str | None:
    values = [one.decoded for one in rest.options(*(name for name in names if name)) if one.known]
    return values[-1] if values and values[-1] else None
