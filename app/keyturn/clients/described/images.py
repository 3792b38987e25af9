"""Container images that back up by themselves: what their variables say, as a description tells (`resources/programs`).

What stands in variables under names that many programs share is understood without this. An image is described where it
names its bucket, its server or a remote of rclone's in words of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from keyturn.clients.described.described_values import DescribedValues, Said, said_of
from keyturn.clients.described.description import Description, Image, descriptions
from keyturn.clients.variables.command_asks import Asked, Lender, asked_by
from keyturn.clients.variables.command_goals import Goal, bucket_named
from keyturn.edits.commands import ShellCommand, program_name
from keyturn.edits.spans import Span
from keyturn.edits.trees import Node, Scalar
from keyturn.model.places import Target

_NOWHERE = Span(0, 0)


@cache
def _images() -> Mapping[str, tuple[Description, Image]]:
    every = [(one, one.image) for one in descriptions().by_name.values() if one.image is not None]
    return {name: (one, image) for one, image in every for name in image.names}


def asked_in(command: ShellCommand, values: Mapping[str, str], remotes: Mapping[str, str]) -> Iterator[Asked]:
    """Yield what a command asks, as `asked_by` has it, and what a container asks whose image is described.

    Args:
        command: of a service in a compose file its first word is the image's name (`compose_commands`).
        values: the variables that it has.
    """
    yield from asked_by(command, values, remotes)
    if command.words and (described := _images().get(program_name(command.words[0]))) is not None:
        yield from _asked_by_image(*described, values, command.line)


def _asked_by_image(description: Description, image: Image, values: Mapping[str, str], line: int) -> Iterator[Asked]:
    tree: dict[str, Node] = {variable: Scalar(value, True, _NOWHERE, line) for variable, value in values.items()}
    said = said_of(image.says, DescribedValues(tree, tree))
    if said is None:
        return
    if image.remote and (remote := values.get(image.remote)):
        yield _at_a_remote(description.name, said, remote, values.get(image.remote_path, ""), line)
    elif not image.remote:
        yield _asked(description.name, said, image.says.access_key_id, line)


def _asked(program: str, said: Said, variable: str, line: int) -> Asked:
    endpoint = said.endpoint
    if endpoint is not None and said.plain_http and "://" not in endpoint:
        endpoint = f"http://{endpoint}"
    goals = [Goal(target, endpoint, said.region) for target in said.targets] or [Goal(None, endpoint, said.region)]
    return Asked(
        program,
        Lender.VARIABLES,
        line,
        goals=tuple(goals),
        additions=said.additions,
        manner=said.manner,
        variable=variable,
    )


def _at_a_remote(program: str, said: Said, remote: str, path: str, line: int) -> Asked:
    bucket, _slash, folder = path.strip("/").partition("/")
    is_known = bucket_named(bucket) is not None
    return Asked(
        program,
        Lender.REMOTE,
        line,
        name=remote,
        goals=(Goal(Target(bucket, folder.strip("/"))),) if is_known else (),
        unclear=() if is_known else (f"{remote}:{path}",),
        additions=said.additions,
        manner=said.manner,
    )
