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

from keyturn.edits.commands import Argument, ShellCommand
from keyturn.edits.expansion import UNKNOWN, expanded
from keyturn.edits.shell import Assignment

_NAME = re.compile(rb"[A-Za-z_]\w*")
# Text that reads in any quotes as it is written.
_PLAIN = re.compile(rb"[\w./:@%+,=-]+")
_USED = re.compile(rb"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
_WHOLE = re.compile(rb"\"?\$(?:\{(?P<braced>[A-Za-z_]\w*)(?:\[[@*]\])?\}|(?P<plain>[A-Za-z_]\w*))\"?")
# `(a b "c")`; what a quote holds is a word of its own only without blanks, which no bucket has.
_LIST = re.compile(rb"\(\s*(?:[\w./:@%+,=\"'-]+\s*)*+\)")
_IN_LIST = re.compile(rb"[\w./:@%+,=-]+")
# Words in the commands that this makes of one text, and letters in one of them; what people write has some hundred.
_PATIENCE, _LONGEST = 20_000, 4_096

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
    by_name = {name.encode(): one for name, one in values.items()}
    found: list[ShellCommand] = []
    left = _PATIENCE
    for command in commands:
        copies = _copies(command, by_name, left)
        left -= len(command.words) * (len(copies) - 1)
        found += copies
    return tuple(found)


def _value(one: Assignment, known: Mapping[str, str]) -> bytes | None:
    """What an assignment sets, where it can stand in a word as it is."""
    said = expanded(one.written.decode(errors="replace"), known) if one.is_reference and one.written else one.value
    value = (said or "").encode()
    return value if _PLAIN.fullmatch(value) else _UNTOLD


def _lists(assignments: Sequence[Assignment]) -> Mapping[str, Sequence[bytes]]:
    """The words of each variable that is set once, by its name: those of a list, or those of one value."""
    times = Counter(one.name for one in assignments)
    return {
        one.name: one.value.encode().split() if one.value is not None else _IN_LIST.findall(one.written)
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
                parts = [_words_of(one, lists) for one in command.words[3:]]
                yield (
                    name.decode(),
                    [word if _PLAIN.fullmatch(word or b"") else _UNTOLD for part in parts for word in part],
                )
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


def _read_into(command: ShellCommand) -> Iterator[str]:
    """The variables that `read` fills from a file or a terminal."""
    if command.words and command.words[0].text in (b"read", b"mapfile", b"readarray"):
        yield from (word.decoded for word in command.words[1:] if word.known and not word.text.startswith(b"-"))


def _copies(command: ShellCommand, values: Mapping[bytes, Sequence[bytes | None]], left: int) -> Sequence[ShellCommand]:
    used = dict.fromkeys(
        name
        for word in command.words
        if not word.known and len(word.written) <= _LONGEST
        for names in _USED.findall(word.written)
        if values.get(name := names[0] or names[1])
    )
    number = 1
    for name in used:
        number *= len(values[name])
    if not used or number * len(command.words) > left:
        return (command,)
    return [
        ShellCommand(tuple(_filled(word, dict(zip(used, chosen, strict=True))) for word in command.words))
        for chosen in product(*(values[name] for name in used))
    ]


def _filled(word: Argument, chosen: Mapping[bytes, bytes | None]) -> Argument:
    """The word with these variables' values in the places of their names."""
    if word.known or len(word.written) > _LONGEST:
        return word
    written = _USED.sub(lambda match: chosen.get(match[1] or match[2]) or match[0], word.written)
    if written == word.written:
        return word
    text = expanded(written.decode(errors="replace"), {})
    if UNKNOWN in text:
        return replace(word, written=written, runs=())
    return replace(word, text=text.encode(), written=written, known=True, runs=())
