"""What stands beside a key in variables: the bucket, the server and the region that go with it.

Longer than other files, since all of it is asked of the same variables and commands, which are looked through once for
all the keys of a file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from keyturn.clients.credential_names import key_name
from keyturn.clients.described.images import asked_in
from keyturn.clients.endpoints import is_aws_endpoint, region_in
from keyturn.clients.programs.restic_addresses import repository
from keyturn.clients.variables.command_asks import Asked, Lender
from keyturn.clients.variables.command_goals import Goal, bucket_named, goal_at, goals_of
from keyturn.clients.variables.consumers import asked_in_variables, consumers_in, is_for, remote_of
from keyturn.clients.variables.inner_keys import alias_of, aliases_by_variable, holds_made_up_remote, servers_of_aliases
from keyturn.clients.variables.rclone_options import created_remotes, rclone_additions, rclone_manner
from keyturn.clients.variables.script_kinds import several_values
from keyturn.clients.variables.shell_pairs import FileFacts, ShellPair, last_value, session_token, variables_given
from keyturn.edits.alternatives import with_each, with_one_value
from keyturn.edits.commands import ShellCommand
from keyturn.edits.expansion import UNKNOWN, all_resolved
from keyturn.edits.shell import Assignment
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Consumer, Target
from keyturn.model.text import _

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AWS_S3_ENDPOINT", "S3_ENDPOINT_URL")
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_S3_REGION", "S3_REGION")
_REPOSITORIES = ("RESTIC_REPOSITORY", "RESTIC_REPOSITORY2", "RESTIC_FROM_REPOSITORY")
# Buckets of other makers, which an S3 key does not open.
_NOT_S3 = ("GCS", "GOOGLE", "AZURE", "B2_", "GS_")
# What programs call it, behind what the names of one key have in common.
_OF_BUCKET = ("BUCKET", "BUCKET_NAME", "S3_BUCKET_NAME", "S3_BUCKET")
_OF_PREFIX = ("PREFIX", "PATH", "S3_PATH", "BUCKET_PATH")
_OF_ENDPOINT = ("ENDPOINT", "ENDPOINT_URL", "ENDPOINT_URL_S3", "S3_ENDPOINT", "HOST", "HOSTNAME")
_OF_REGION = ("REGION", "DEFAULT_REGION", "S3_REGION")
# Buckets that are counted for all keys of one text together; people's own are a thousand times fewer.
_PATIENCE = 10_000
_KEEPERS = frozenset(
    {"set-awscredential", "set-awscredentials", "initialize-awsdefaultconfiguration", "initialize-awsdefaults"}
)
_ENDINGS = (
    "SECRET_ACCESS_KEY",
    "ACCESS_KEY_ID",
    "ACCESS_KEY",
    "ACCESSKEYID",
    "ACCESSKEY",
    "KEY_ID",
    "KEY",
    "ID",
    "USER",
)


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where one command goes, or several."""

    targets: tuple[Target, ...]
    endpoint: str | None
    region: str | None


class JobSettings:
    """The variables and commands of one job, service or script, for any number of questions about its keys."""

    def __init__(self, path: Path, found: Sequence[Assignment], commands: Sequence[ShellCommand]) -> None:
        self._path = path
        self._found = (*found, *(one for command in commands for one in variables_given(command)))
        self._values = {one.name.upper(): one.value for one in self._found if one.value and not one.is_reference}
        # Other names than in capitals count, too, where a command refers to one.
        named = {one.name: one.value for one in self._found if one.value and not one.is_reference}
        several = several_values(path, commands, found, named)
        self._commands = with_each(commands, several)
        self._resolved = all_resolved(self._commands, with_one_value(named, several))
        # What many keys have in common is found out once: a file may have thousands, and thousands of commands.
        self._reach_of: dict[tuple[Sequence[int], bool | None], _Reach] = {}
        self._consumers_of: dict[Hashable, tuple[Consumer, ...]] = {}
        self._said_beside: dict[str | None, tuple[frozenset[Addition], Manner]] = {}
        self._patience = _PATIENCE

    def facts_of(self, pair: ShellPair) -> FileFacts:
        """Return what the variables and commands around a pair say of where it is used."""
        name = pair.assignment.name
        described = [one for one in self._asked if one.variable and is_for(one, name, self._values)]
        if any(goal.target is not None for one in described for goal in one.goals):
            return self._facts_of_image(name, described)
        alias = alias_of(name)
        if alias is not None:
            return self._facts_of_aliases(name, (alias,))
        own = self._named_after(_stem(name))
        numbers = self._commands_with(pair)
        created = self._created.get(pair.assignment.value_span.start)
        if created is not None:
            return self._facts_of_created(*created)
        at_aws, stores = (None, ()) if numbers or own is not None else self._is_for_aws(pair)
        reach = self._reach(numbers, at_aws)
        targets = reach.targets
        if own is not None and own.target is not None:
            self._patience -= len(targets)
            # Some of its buckets are worse than none: those that are not known are asked for.
            targets = tuple(dict.fromkeys((own.target, *targets))) if self._patience >= 0 else ()
        endpoint = own.endpoint if own is not None else None
        endpoint = endpoint or reach.endpoint or (None if at_aws else self._endpoint)
        region = own.region if own is not None else None
        region = region or self._region or region_in(endpoint) or reach.region
        additions, manner = self._said(name)
        consumers = self._consumers(name, numbers, at_aws)
        if aliases := self._aliases_by_variable.get(name):
            by_alias = self._facts_of_aliases(name, aliases)
            targets, consumers = (*targets, *by_alias.targets), (*consumers, *by_alias.consumers)
            endpoint = endpoint or by_alias.endpoint
        note = ""
        if stores:
            note = _("Commands beside it also go to {stores} with this key; Keyturn takes it for a key of AWS.").format(
                stores=", ".join(stores)
            )
        return FileFacts(self._token, region, endpoint, targets or self._buckets, additions, manner, consumers, note)

    def _facts_of_aliases(self, name: str, aliases: Collection[str]) -> FileFacts:
        """What mc's commands say of a key, which they take by aliases of theirs."""
        asked = [one for alias in aliases for one in self._asked_of_aliases.get(alias, ())]
        endpoint = next((server for one in aliases if (server := self._servers_of_aliases.get(one))), None)
        additions, manner = self._said(name)
        targets = _targets([goal for one in asked for goal in one.goals])
        consumers = consumers_in(self._path, asked)
        return FileFacts(None, region_in(endpoint), endpoint, targets, additions, manner, consumers)

    @cached_property
    def _aliases_by_variable(self) -> Mapping[str, frozenset[str]]:
        return aliases_by_variable(self._found, self._commands)

    @cached_property
    def _asked_of_aliases(self) -> Mapping[str, Sequence[Asked]]:
        found: dict[str, list[Asked]] = {}
        for one in self._asked:
            if one.lender is Lender.ALIAS:
                found.setdefault(one.name.lower(), []).append(one)
        return found

    @cached_property
    def _servers_of_aliases(self) -> Mapping[str, str]:
        return servers_of_aliases(self._found, self._commands)

    @cached_property
    def _created(self) -> Mapping[int, tuple[str, Mapping[str, str]]]:
        return created_remotes(self._resolved)

    def _facts_of_created(self, remote: str, settings: Mapping[str, str]) -> FileFacts:
        """What rclone's commands say of a key that the text puts into a remote of that name."""
        asked = self._asked_of_remotes.get(remote.upper(), ())
        endpoint, targets = settings.get("endpoint"), _targets([goal for one in asked for goal in one.goals])
        region = settings.get("region") or region_in(endpoint)
        additions, manner = rclone_additions(settings), rclone_manner(settings)
        return FileFacts(None, region, endpoint, targets, additions, manner, consumers_in(self._path, asked))

    def _facts_of_image(self, name: str, described: Sequence[Asked]) -> FileFacts:
        """What a container's variables say of a key, whose image is described: it reads no others."""
        goals = [goal for one in described for goal in one.goals]
        endpoint = next((goal.endpoint for goal in goals if goal.endpoint), None)
        region = next((goal.region for goal in goals if goal.region), None) or self._region or region_in(endpoint)
        additions, manner = self._said(name)
        consumers = consumers_in(self._path, described)
        return FileFacts(self._token, region, endpoint, _targets(goals), additions, manner, consumers)

    def _is_for_aws(self, pair: ShellPair) -> tuple[bool | None, Sequence[str]]:
        """Whether a key is one of AWS's where commands go to AWS and to another store; None where only to one of them.

        Of several keys under one name, each is for what follows it. One that goes to both is AWS's: a store's is
        refused there. Then the stores are returned, too.
        """
        if not self._goes_both_ways:
            return None, ()
        name, line = pair.assignment.name, pair.assignment.line
        lines = self._lines_of.get(name, ())
        following = bisect_right(lines, line)
        first = bisect_right(self._goals_by_line, line, key=lambda one: one[0] + 1)
        last = len(self._goals_by_line)
        if following < len(lines):
            last = bisect_right(self._goals_by_line, lines[following], key=lambda one: one[0] + 1)
        self._patience -= last - first
        if self._patience < 0:
            return True, ()
        own = [goal for _line, goal in self._goals_by_line[first:last]]
        return self._ways_of(own) if own else self._ways_of_all

    def _ways_of(self, goals: Sequence[Goal]) -> tuple[bool, Sequence[str]]:
        """Whether one of them is at AWS, and the stores of the others then."""
        stores = dict.fromkeys(one.endpoint or "" for one in goals if not self._goes_to_aws(one))
        at_aws = any(map(self._goes_to_aws, goals))
        return at_aws, tuple(one for one in stores if one) if at_aws else ()

    @cached_property
    def _ways_of_all(self) -> tuple[bool, Sequence[str]]:
        return self._ways_of(self._of_all)

    @cached_property
    def _goes_both_ways(self) -> bool:
        return len({self._goes_to_aws(goal) for goal in self._of_all}) > 1

    def _goes_to_aws(self, goal: Goal) -> bool:
        return is_aws_endpoint(goal.endpoint or self._endpoint)

    @cached_property
    def _lines_of(self) -> Mapping[str, Sequence[int]]:
        """The lines on which each variable is set, in their order."""
        found: dict[str, list[int]] = {}
        for one in self._found:
            found.setdefault(one.name, []).append(one.line)
        return {name: sorted(lines) for name, lines in found.items()}

    @cached_property
    def _goals_by_line(self) -> list[tuple[int, Goal]]:
        said = [(one.line, goal) for one in self._found for goal in _in_variables([one])]
        runs = [
            (one.line, goal)
            for one in self._without_own_key
            for goal in goals_of(one, self._remotes)
            if not goal.unclear
        ]
        return sorted([*said, *runs], key=lambda one: one[0])

    def _reach(self, numbers: Sequence[int], at_aws: bool | None) -> _Reach:
        """Where these commands go, or, without a number, everything that runs with the variables.

        Args:
            at_aws: only what goes to AWS, or only what goes elsewhere; None for both.
        """
        if (numbers, at_aws) not in self._reach_of:
            own = (goal for number in numbers for goal in goals_of(self._resolved[number], self._remotes))
            goals = tuple(own) if numbers else self._of_all
            goals = tuple(one for one in goals if at_aws in (None, self._goes_to_aws(one)))
            self._reach_of[numbers, at_aws] = _Reach(
                _targets(goals),
                next((goal.endpoint for goal in goals if goal.endpoint), None),
                next((goal.region for goal in goals if goal.region), None),
            )
        return self._reach_of[numbers, at_aws]

    def _consumers(self, variable: str, numbers: Sequence[int], at_aws: bool | None) -> tuple[Consumer, ...]:
        """The commands that take the key in a variable, or those that are handed it as an option."""
        # Which ones they are is a matter of the remote whose key it is, if it is one's.
        remote = remote_of(variable)
        key: Hashable = (remote, numbers, at_aws)
        if key not in self._consumers_of:
            asked: Iterable[Asked]
            if numbers:
                every = (asked_in(self._resolved[number], self._values, self._remotes) for number in numbers)
                asked = chain.from_iterable(every)
            elif remote:
                asked = self._asked_of_remotes.get(remote, ())
            else:
                asked = (one for one in self._asked if is_for(one, variable, self._values))
            if at_aws is not None:
                asked = (one for one in asked if not one.goals or at_aws in map(self._goes_to_aws, one.goals))
            self._consumers_of[key] = consumers_in(self._path, tuple(dict.fromkeys(asked)))
        return self._consumers_of[key]

    def _said(self, variable: str) -> tuple[frozenset[Addition], Manner]:
        """What the variables beside a key ask, whichever program reads them."""
        remote = remote_of(variable)
        if remote not in self._said_beside:
            self._said_beside[remote] = asked_in_variables(variable, self._values)
        return self._said_beside[remote]

    @cached_property
    def _asked_of_remotes(self) -> Mapping[str, Sequence[Asked]]:
        """What is asked of rclone's remotes, by their names in capitals."""
        found: dict[str, list[Asked]] = {}
        for one in self._asked:
            if one.lender is Lender.REMOTE:
                found.setdefault(one.name.upper(), []).append(one)
        return found

    @cached_property
    def _endpoint(self) -> str | None:
        return endpoint_in(self._found)

    @cached_property
    def _token(self) -> str | None:
        return session_token(self._found)

    @cached_property
    def _region(self) -> str | None:
        return last_value(self._found, *_REGIONS)

    @cached_property
    def _of_all(self) -> tuple[Goal, ...]:
        """Where everything goes that runs with the variables: no command that is handed a key of its own."""
        return (
            *_in_variables(self._found),
            *(goal for one in self._without_own_key for goal in goals_of(one, self._remotes) if not goal.unclear),
        )

    @cached_property
    def _without_own_key(self) -> list[ShellCommand]:
        return [as_read for one, as_read in zip(self._commands, self._resolved, strict=True) if not _has_own_key(one)]

    @cached_property
    def _asked(self) -> list[Asked]:
        return [asked for one in self._without_own_key for asked in asked_in(one, self._values, self._remotes)]

    @cached_property
    def _remotes(self) -> Mapping[str, str]:
        """The remotes of rclone that variables define, with their endpoints (rclone's page, Environment Variables)."""
        remotes: dict[str, str] = {}
        for name, value in self._values.items():
            if name.startswith("RCLONE_CONFIG_") and name.endswith("_TYPE") and value == "s3":
                remote = name.removeprefix("RCLONE_CONFIG_").removesuffix("_TYPE")
                remotes[remote.lower()] = self._values.get(f"RCLONE_CONFIG_{remote}_ENDPOINT") or ""
        return remotes

    @cached_property
    def _buckets(self) -> tuple[Target, ...]:
        """The buckets that variables name in whatever words, where nothing else names one."""
        named = (
            bucket_named(value or "")
            for name, value in self._values.items()
            if "BUCKET" in name and not name.startswith(_NOT_S3)
        )
        return tuple(Target(name) for name in dict.fromkeys(named) if name is not None)

    def _commands_with(self, pair: ShellPair) -> tuple[int, ...]:
        """The numbers of the commands that are handed the pair as an option; none for one that is set for all.

        They are more than one where a loop runs one command with several words.
        """
        start = pair.assignment.value_span.start
        at = bisect_right(self._places_of_options, start, key=lambda place: place[0]) - 1
        if at < 0 or start >= self._places_of_options[at][1]:
            return ()
        return self._places_of_options[at][2]

    @cached_property
    def _places_of_options(self) -> list[tuple[int, int, tuple[int, ...]]]:
        """Where the letters of the commands with a key of their own stand: from, to before, the commands' numbers."""
        found: dict[tuple[int, int], list[int]] = {}
        for number, command in enumerate(self._commands):
            if _has_own_key(command) and not _keeps_for_others(command):
                for word in command.words:
                    for run in word.runs:
                        found.setdefault((run.start, run.start + max(run.size, 1)), []).append(number)
        return sorted((start, end, tuple(numbers)) for (start, end), numbers in found.items())

    def _named_after(self, stem: str) -> Goal | None:
        """What the variables say whose names begin as the key's: `S3_BUCKET` and `S3_ENDPOINT` for `S3_KEY`."""
        if not stem:
            return None
        bucket = next((name for one in self._under(stem, _OF_BUCKET) if (name := bucket_named(one))), None)
        prefix = next(self._under(stem, _OF_PREFIX), "")
        endpoint, region = next(self._under(stem, _OF_ENDPOINT), None), next(self._under(stem, _OF_REGION), None)
        target = None if bucket is None else Target(bucket, prefix.strip("/"))
        return None if target is None and endpoint is None and region is None else Goal(target, endpoint, region)

    def _under(self, stem: str, names: Sequence[str]) -> Iterator[str]:
        return (value for name in names if (value := self._values.get(stem + name)))


def endpoint_in(found: Sequence[Assignment]) -> str | None:
    """Return the server that variables name for all programs that are started with them; None where none does."""
    return last_value(found, *ENDPOINTS)


def leads_somewhere(name: str, written: str) -> bool:
    """Return whether what stands there, and is not known in whole, may be the address of a repository or a bucket."""
    return written.startswith(("s3:", UNKNOWN)) if name in _REPOSITORIES else written.startswith("s3://")


def _targets(goals: Sequence[Goal]) -> tuple[Target, ...]:
    return tuple(dict.fromkeys(goal.target for goal in goals if goal.target is not None))


def _in_variables(found: Sequence[Assignment]) -> Iterator[Goal]:
    for one in found:
        if not one.is_reference and one.value and (goal := goal_in(one.name, one.value)) is not None:
            yield goal


def goal_in(name: str, value: str) -> Goal | None:
    """Return where a variable leads that is the address of a repository, or of a bucket; None for any other."""
    if name in _REPOSITORIES:
        named = repository(value)
        return None if named is None else Goal(named.target, named.endpoint)
    return goal_at(value) if value.startswith("s3://") else None


def _keeps_for_others(command: ShellCommand) -> bool:
    """Whether a command keeps the key that it is handed for those behind it (AWS Tools for PowerShell)."""
    return any(word.decoded.lower() in _KEEPERS for word in command.words[:3])


def _has_own_key(command: ShellCommand) -> bool:
    """Whether a command is handed a key as an option, so that it needs none of the variables."""
    return any(
        _names_a_key(word.decoded.partition("=")[0]) if word.text.startswith(b"-") else holds_made_up_remote(word)
        for word in command.words
    )


def _names_a_key(option: str) -> bool:
    known = key_name(option)
    return known is not None and known.means_s3


def _stem(name: str) -> str:
    """What the names beside a key begin with: `PGBACKREST_REPO1_S3_` for `PGBACKREST_REPO1_S3_KEY`."""
    upper = name.upper()
    return next((upper.removesuffix(ending) for ending in _ENDINGS if upper.endswith(ending)), "")
