"""The commands that stand in a text of whatever language: a recipe, a workflow, a playbook, a program.

No grammar is read here. A command begins with the name of a program that stores at S3, where a command may begin, and
goes on to the end of its line or of the quotes around it; or it is a list of words. What it takes for a command and is
none has no address of a bucket, and says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from keyturn.clients.endpoints import is_aws_endpoint
from keyturn.clients.variables.command_asks import Asked, Lender, asked_by
from keyturn.clients.variables.command_goals import PROGRAMS
from keyturn.clients.variables.consumers import consumer_in
from keyturn.clients.variables.credited_places import with_programs
from keyturn.edits import shell
from keyturn.edits.expansion import resolved
from keyturn.model.errors import FileError
from keyturn.model.places import Consumer, Place

_LONGEST, _MOST, _BEFORE = 2000, 200, 100
_NAMES = "|".join(re.escape(name) for name in sorted(PROGRAMS, key=len, reverse=True))
# What stands before a command: nothing of its line, a mark of the language, or what starts another program.
_MARKS = frozenset("\"'`@+|;&([{:=,!>^-")
_STARTERS = frozenset(
    {"sudo", "doas", "exec", "time", "nice", "ionice", "env", "xargs", "run", "then", "do", "else", "@sudo"}
)
_SETS = re.compile(r"[\"']?[A-Z_]\w*=")
_PROGRAM = re.compile(rf"(?<![\w.$:])(?<!\w-)(?:{_NAMES})(?:\.exe)?(?=[\s\"'])")
_OF_A_PATH = re.compile(r"[\w.~/-]")
# `- PROGRAM`, and its words on lines of their own, as YAML has a list; `"PROGRAM", "WORD"`
_ITEM = re.compile(r"(?P<before>[ \t]*)-[ \t]+(?P<word>[^\n]*)(?:\n|\Z)")
# A program, or an image called after one, and behind it what it is given: `image: rclone/rclone`, `args: [sync, …]`.
# Everything is as long as people write it, so that no text can make the search for what follows long.
_GIVEN = re.compile(
    rf"""(?:image|script|program|command|cmd|Command|exec|path)["']?\s*[:=>]\s*["']?"""
    rf"""(?P<program>(?:[\w.:~-]{{0,100}}/){{0,20}}(?:{_NAMES}))(?::[\w.-]{{1,100}})?["']?\s*(?:[,;\n]|</)"""
    r"""(?:[^\n]{0,200}\n){0,12}?[^\n]{0,200}?\b(?:args|arguments|Arguments)["']?[ \t]*[:=>][ \t]*"""
    r"""(?P<rest>\[[^\]]*\]|[^\n]*)"""
)
_COMMENT = re.compile(r"[ \t]*(?:#|//|;|--[ \t]|rem[ \t]|<!--)", re.IGNORECASE)
# How languages write the value of a variable into a text: make, Jinja and Task, workflows, HCL.
_VARIABLE = re.compile(
    r"\$\((?P<make>[A-Za-z_]\w*)\)|\$?\{\{-?\s*(?:env\.|vars?\.|\.)?(?P<braces>[A-Za-z_]\w*)\s*-?\}\}"
    r"|\$\{(?:var|local|env)[.:](?P<hcl>[A-Za-z_]\w*)\}"
)
_SET = re.compile(
    r"""(?m)^[ \t-]*(?:export[ \t]+|let[ \t]+|const[ \t]+|set[ \t]+)?["']?(?P<name>[A-Za-z_]\w*)["']?[ \t]*"""
    r"""(?:\?=|:=|=|:)[ \t]*["']?(?P<value>[\w./:@-]{1,200})["']?[ \t]*[,;]?[ \t]*$"""
)


def with_commands(place: Place, content: bytes) -> Place:
    """Return the place with the programs that its own text starts with the key, and with their buckets and rights."""
    asked = list(commands_in(content))
    found: dict[Consumer, str | None] = {}
    for one in asked:
        region = next((goal.region for goal in one.goals if goal.region), None)
        found[consumer_in(place.path, one)] = region
    # What was seen of an address without its grammar is known better now.
    known = {target.bucket for one in found for target in one.targets}
    place = replace(place, targets=tuple(one for one in place.targets if one.prefix or one.bucket not in known))
    return with_programs(_at_store(place, asked), found, ())


def _at_store(place: Place, asked: Sequence[Asked]) -> Place:
    """The place, with the store to which all of the commands go."""
    servers = {goal.endpoint for one in asked for goal in one.goals}
    server = next(iter(servers), None)
    if place.endpoint is not None or len(servers) != 1 or is_aws_endpoint(server):
        return place
    return replace(place, endpoint=server)


def commands_in(content: bytes) -> Iterator[Asked]:
    """Yield what is asked of S3 by each command of a text that may have the text's own key."""
    text = _decoded(content)
    values = {found["name"]: found["value"] for found in _SET.finditer(text)}
    for command, line in _commands(text):
        try:
            read = shell.moved(shell.read(command.encode()), 0, line)
        except FileError:
            continue
        for one in read.commands:
            for asked in asked_by(resolved(one, values), {**values, **dict(one.given)}, {}):
                if (asked.targets or asked.unclear or asked.beyond) and _is_from_here(asked, text):
                    yield asked


def _is_from_here(asked: Asked, text: str) -> bool:
    """Whether the key may be the text's own: a remote, a profile or an alias has its own where it is described."""
    if asked.lender is Lender.REMOTE:
        made = re.search(rf"\bconfig\W+create\W+{re.escape(asked.name)}\b", text) is not None
        return made or f"[{asked.name}]" in text or f"RCLONE_CONFIG_{asked.name.upper()}_" in text
    if asked.lender is Lender.ALIAS:
        return (
            re.search(rf"\balias\W+(?:set|import)\W+{re.escape(asked.name)}\b|MC_HOST_{re.escape(asked.name)}\b", text)
            is not None
        )
    if asked.lender is Lender.PROFILE:
        return f"[{asked.name}]" in text
    return asked.lender is not Lender.FILE


def _commands(text: str) -> Iterator[tuple[str, int]]:
    """Each command as a shell would have it, with its line."""
    text = _VARIABLE.sub(lambda found: f"${{{found['make'] or found['braces'] or found['hcl']}}}", text)
    lines = _Lines(text)
    number = end = 0
    for match in _PROGRAM.finditer(text):
        start = _with_its_path(text, match.start())
        if start < end or not _may_begin(text, start):
            continue
        number += 1
        if number > _MOST:
            return
        command, end = _from(text, start, match.end())
        yield command, lines.at(start)
    lines = _Lines(text)
    for match in islice(_GIVEN.finditer(text), _MOST):
        rest = match["rest"] if match["rest"].strip() else _items(text, match.end() + 1)
        yield f"{match['program']} {_as_words(rest)}", lines.at(match.start())


class _Lines:
    """Counts the lines of a text up to places that are asked for in their order, each line once."""

    def __init__(self, text: str) -> None:
        self._text, self._line, self._counted = text, 1, 0

    def at(self, place: int) -> int:
        self._line += self._text.count("\n", self._counted, place)
        self._counted = place
        return self._line


def _with_its_path(text: str, at: int) -> int:
    """Where the program that is named there begins, its folders included."""
    if text[at - 1 : at] != "/":
        return at
    earliest = max(0, at - _BEFORE)
    while at > earliest and _OF_A_PATH.match(text, at - 1):
        at -= 1
    return at


def _may_begin(text: str, at: int) -> bool:
    """Whether a command may begin there, and what stands there is no comment."""
    earliest = max(0, at - _LONGEST)
    begins = max(text.rfind("\n", earliest, at) + 1, earliest)
    if text[at - 1 : at] in ("$", ":") or _COMMENT.match(text, begins, at):
        return False
    before = text[max(begins, at - _BEFORE) : at].rstrip()
    if not before or before[-1] in _MARKS:
        return True
    word = before.rpartition(" ")[2].rpartition("\t")[2]
    return word in _STARTERS or _SETS.match(word) is not None


def _from(text: str, start: int, named: int) -> tuple[str, int]:
    """The command whose program is named from `start` to `named`, and where it ends."""
    name = text[start:named]
    quote = text[start - 1 : start] if text[start - 1 : start] in ('"', "'") else ""
    behind = text[named : named + 2]
    if quote and behind.startswith(quote):  # an item of a list
        end = text.find("]", named, named + _LONGEST)
        if behind[1:2] in (",", " ") and end > 0:
            return f"{name} {_as_words(text[named + 2 : end])}", end
    begins = text.rfind("\n", 0, start) + 1
    if text[begins:start].strip(" \t\"'") == "-" and text[named : named + 2].strip("\"' \t\r") in (
        "",
        "\n",
    ):
        following = text.find("\n", named) + 1
        words = _items(text, following, indent=len(text[begins:start]) - len(text[begins:start].lstrip()))
        return f"{name} {_as_words(words)}", named
    return _up_to_end(text, start)


def _up_to_end(text: str, start: int) -> tuple[str, int]:
    """What stands up to the end of the line, or of the quotes around it."""
    letters: list[str] = []
    at, inside, depth = start, "", 0
    limit = min(len(text), start + _LONGEST)
    while at < limit:
        one, after = text[at], text[at + 1 : at + 2]
        if one == "\\" and after in ("\n", "\r"):
            letters.append(" ")
            at += 3 if text[at + 1 : at + 3] == "\r\n" else 2
            continue
        if one == "\\" and after in ('"', "'"):
            at, one = at + 1, after
            inside = "" if inside == one else inside or one
        elif one == "\n" or (one == "\\" and after == "n") or (one == "<" and after == "/"):
            break
        elif one in ("'", '"', "`"):
            if inside == one:
                inside = ""
            elif not inside and text[at - 1] in " \t=,":
                inside = one
            elif not inside:
                break
        elif not inside and one in "([{":
            depth += 1
        elif not inside and one in ")]}":
            depth -= 1
            if depth < 0:
                break
        letters.append(one)
        at += 1
    return "".join(letters).rstrip("\r"), at


def _items(text: str, at: int, indent: int | None = None) -> str:
    """The words of a list that has each on a line of its own."""
    words: list[str] = []
    while len(words) < _MOST and (item := _ITEM.match(text, at)) is not None:
        if indent is not None and len(item["before"]) != indent:
            break
        indent, at = len(item["before"]), item.end()
        words.append(item["word"].rstrip(" \t"))
    return " ".join(words)


def _as_words(listed: str) -> str:
    """What a list has, as a shell's words."""
    inner = listed.strip().strip("[]")
    return re.sub(r"""(?<=["'\w])\s*,\s*""", " ", inner).replace("\n", " ").rstrip(",")


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    return content.decode(errors="replace")
