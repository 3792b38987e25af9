"""The commands of a script with each value that their variables may have: by a loop, by a branch, one after another.

`for b in photos music; do aws s3 sync /srv s3://$b; done` goes to two buckets, and so does one that sets `B` twice.
Which value a command gets when is not asked: it is taken to get each of them (POSIX.1-2017, Shell Command Language,
2.9.4). Nothing is run: where a value is what a command prints or a person types, the word stays unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from keyturn.edits.commands import Argument, ShellCommand, VariableNotation
from keyturn.edits.expansion import UNKNOWN, expanded, resolved_word
from keyturn.edits.shell import Assignment
from keyturn.model.late_patterns import pattern

_NAME = pattern(rb"[A-Za-z_]\w*")
# Text that reads in any quotes as it is written.
_PLAIN = pattern(rb"[\w./:@%+,=-]+")
# A variable in a word, by how the language writes it.
_USED = {
    VariableNotation.SHELL: re.compile(rb"\$(?:\{(?P<name>[A-Za-z_]\w*)\}|(?P<other>[A-Za-z_]\w*))"),
    VariableNotation.BATCH: re.compile(rb"(?P<name>%%~?[A-Za-z])|[%!](?P<other>[A-Za-z_]\w*)[%!]"),
    VariableNotation.POWERSHELL: re.compile(rb"\$(?:env:(?P<name>[A-Za-z_]\w*)|\{env:(?P<other>[A-Za-z_]\w*)\})", re.I),
}
_BATCH_LOOP = pattern(rb"%%[A-Za-z]")
_WHOLE = pattern(rb"\"?\$(?:\{(?P<braced>[A-Za-z_]\w*)(?:\[[@*]\])?\}|(?P<plain>[A-Za-z_]\w*))\"?")
# `(a b "c")`; what a quote holds is a word of its own only without blanks, which no bucket has.
_LIST = pattern(rb"\(\s*(?:[\w./:@%+,=\"'-]+\s*)*+\)")
# Words in the commands that this makes of one text, and letters in one of them; what people write has some hundred.
_PATIENCE, _LONGEST = 20_000, 4_096

# What is handed to the script counts in the place of the value that stands there: `${1:-VALUE}`.
_MAY_BE_GIVEN = pattern(rb"\$\{[0-9]:?[-=]")
# A value that only a run would tell.
_UNTOLD = None
Values = Mapping[str, tuple[bytes | None, ...]]


def alternatives(
    commands: Sequence[ShellCommand], assignments: Sequence[Assignment], known: Mapping[str, str]
) -> Values:
    """Return the variables of a script that have more than one value, each with all of them; None is an unknown one.

    Args:
        known: values that are known otherwise, which references are filled in with.
    """
    found: dict[str, dict[bytes | None, None]] = {}
    for one in assignments:
        found.setdefault(one.name, {})[_value(one, known)] = None
        if one.is_reference and _MAY_BE_GIVEN.search(one.written):
            found[one.name][_UNTOLD] = None
    lists = _lists(assignments)
    looped: set[str] = set()
    for name, words in _loops(commands, lists):
        looped.add(name)
        found.setdefault(name, {}).update(dict.fromkeys(words))
    for command in commands:
        for name in _read_into(command):
            found.setdefault(name, {})[_UNTOLD] = None
    return {
        name: tuple(values)
        for name, values in found.items()
        if len(values) > 1 or (name in looped and _UNTOLD not in values)
    }


def with_each(commands: Sequence[ShellCommand], values: Values) -> tuple[ShellCommand, ...]:
    """Return the commands, each once for each combination of the values of its variables, in their order.

    Where a value is unknown, one of them keeps the variable. So does the only one where there would be more of them
    than anybody writes.
    """
    if not values:
        return tuple(commands)
    found: list[ShellCommand] = []
    left = _PATIENCE
    for command in commands:
        copies = _copies(command, values, left)
        left -= len(command.words) * (len(copies) - 1)
        found += copies
    return tuple(found)


def with_one_value(known: Mapping[str, str], values: Values) -> dict[str, str]:
    """Return those of the known values that are no variable's with more than one."""
    return {name: value for name, value in known.items() if name not in values}


def each_value(one: Assignment, values: Values, known: Mapping[str, str]) -> list[str]:
    """Return what a reference may set, with `UNKNOWN` for what only a run would tell.

    Args:
        values: as `alternatives` returns them.
        known: values of other variables.
    """
    single = with_one_value(known, values)
    word = Argument(one.written, one.written, False, (), one.line)
    copies = _copies(ShellCommand((word,)), values, _PATIENCE)
    return [expanded(copy.words[0].written.decode(errors="replace"), single) for copy in copies]


def uses(one: Assignment, values: Values) -> bool:
    """Return whether a reference refers to a variable that has more than one value."""
    found = _USED[VariableNotation.SHELL].finditer(one.written)
    return any(_name(match, VariableNotation.SHELL) in values for match in found)


def _value(one: Assignment, known: Mapping[str, str]) -> bytes | None:
    """What an assignment sets, where it can stand in a word as it is."""
    said = one.value
    if one.is_reference:
        said = expanded(one.written.decode(errors="replace"), known) if one.written else UNKNOWN
    value = (said or "").encode()
    return value if _PLAIN.fullmatch(value) else _UNTOLD


def _lists(assignments: Sequence[Assignment]) -> Mapping[str, Sequence[bytes]]:
    """The words of each variable that is set once, by its name: those of a list, or those of one value."""
    times = Counter(one.name for one in assignments)
    return {
        one.name: one.value.encode().split() if one.value is not None else _PLAIN.findall(one.written)
        for one in assignments
        if times[one.name] == 1 and (one.value is not None or _LIST.fullmatch(one.written))
    }


def _loops(
    commands: Sequence[ShellCommand], lists: Mapping[str, Sequence[bytes]]
) -> Iterator[tuple[str, Sequence[bytes | None]]]:
    """The name and the words of each `for NAME in WORD…`."""
    for command in commands:
        match [word.text for word in command.words[:3]]:
            case [b"for" | b"select", name, b"in"] if _NAME.fullmatch(name):
                words = [word for one in command.words[3:] for word in _words_of(one, lists)]
                yield name.decode(), [word if _PLAIN.fullmatch(word or b"") else _UNTOLD for word in words]
            case [b"for" | b"FOR", name, b"in" | b"IN"] if _BATCH_LOOP.fullmatch(name):
                yield name.decode(), list(_in_brackets(command.words[3:]))
            case [b"for" | b"select", name, *_rest] if _NAME.fullmatch(name):
                yield name.decode(), [_UNTOLD]  # over the arguments of the script
            case _:
                pass


def _words_of(one: Argument, lists: Mapping[str, Sequence[bytes]]) -> Sequence[bytes | None]:
    if one.known:
        return (one.text,)
    match = _WHOLE.fullmatch(one.written)
    listed = None if match is None else lists.get((match["braced"] or match["plain"]).decode())
    return [_UNTOLD] if listed is None else listed


def _in_brackets(words: Sequence[Argument]) -> Iterator[bytes | None]:
    """The words of cmd.exe's `for %%n in (a b) do …`, which stand in one command with what they are for (`for /?`)."""
    for word in words:
        part = word.text.removeprefix(b"(").removesuffix(b")")
        for one in part.split(b","):
            yield one if word.known and _PLAIN.fullmatch(one) else _UNTOLD
        if word.text.endswith(b")"):
            break


def _read_into(command: ShellCommand) -> Iterator[str]:
    """The variables that `read` fills from a file or a terminal."""
    if command.words and command.words[0].text in (b"read", b"mapfile", b"readarray"):
        yield from (word.decoded for word in command.words[1:] if word.known and not word.text.startswith(b"-"))


def _copies(command: ShellCommand, values: Values, left: int) -> Sequence[ShellCommand]:
    used = dict.fromkeys(
        name
        for word in command.words
        if not word.known and len(word.written) <= _LONGEST
        for match in _USED[word.notation].finditer(word.written)
        if values.get(name := _name(match, word.notation))
    )
    number = 1
    for name in used:
        number *= len(values[name])
    if not used or number * len(command.words) > left:
        return (command,)
    return [
        replace(command, words=tuple(_filled(word, dict(zip(used, chosen, strict=True))) for word in command.words))
        for chosen in product(*(values[name] for name in used))
    ]


def _name(match: re.Match[bytes], notation: VariableNotation) -> str:
    """The variable's name as `alternatives` calls it: Windows' are in capitals, but for those of a loop."""
    name = (match["name"] or match["other"]).decode()
    return name if notation is VariableNotation.SHELL or name.startswith("%") else name.upper()


def _filled(word: Argument, chosen: Mapping[str, bytes | None]) -> Argument:
    """The word with these variables' values in the places of their names."""
    if word.known or len(word.written) > _LONGEST:
        return word

    def value(match: re.Match[bytes]) -> bytes:
        return chosen.get(_name(match, word.notation)) or match[0]

    used = _USED[word.notation]
    written = used.sub(value, word.written)
    if written == word.written:
        return word
    text = word.text if word.notation is VariableNotation.SHELL else used.sub(value, word.text)
    filled = replace(word, text=text, written=written, runs=())
    whole = resolved_word(filled, {})
    return whole if whole.known else filled
