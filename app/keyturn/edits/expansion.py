"""What a shell makes of a word, as far as the values of its variables are known (POSIX.1-2017, Shell Command Language,
2.6.2 and 2.2). Nothing is run: what a command would print stays unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from keyturn.edits.commands import Argument, ShellCommand, VariableNotation
from keyturn.model.late_patterns import pattern

# Stands for what only a run would tell. No name of a bucket, folder or host has it.
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
# Longer than what anybody writes on a line.
_LONGEST = 4096
# Characters that are filled in for all commands of one text together: a few lines could name gigabytes.
_PATIENCE = 1_000_000
_TOKEN = pattern(
    r"""(?P<single>'[^']*'?)
      | (?P<quote>"|\$(?="))
      | \\(?P<escaped>.?)
      | \$\{(?P<braced>[A-Za-z_]\w*|[0-9])(?::?[-=](?P<default>[\w./:@+-]*))?\}
      | \$(?P<plain>[A-Za-z_]\w*)
      | (?P<computed>\$\(|`|\$\{|\$[0-9@*\#?$!-])
      | (?P<text>[^'"\\$`]+|\$)
    """,
    re.VERBOSE | re.DOTALL,
)

# xargs(1), parallel(1), find(1), fd(1): these put what they read or find into the words of the command behind them.
_FILLING = frozenset((b"xargs", b"parallel", b"find", b"fd", b"fdfind"))
_BEFORE = 3  # words, as in `sudo -E xargs`

_ALONE = pattern(rb"\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<plain>[A-Za-z_]\w*))")


def expanded(written: str, values: Mapping[str, str]) -> str:
    """Return the word without its quotes and with the values of its variables; `UNKNOWN` stands for what is not known.

    Args:
        written: as it stands in the file.
        values: of the variables that the text sets itself.
    """
    parts: list[str] = []
    at, in_double, size = 0, False, 0
    while at < len(written) <= _LONGEST:
        size += len(parts[-1]) if parts else 0
        if size > _LONGEST:
            return UNKNOWN
        token = _TOKEN.match(written, at)
        if token is None:
            break
        at = token.end()
        if token["single"] is not None:
            # Within double quotes an apostrophe is only itself.
            if in_double:
                parts.append("'")
                at = token.start() + 1
            else:
                parts.append(token["single"].strip("'"))
        elif token["quote"] == '"':
            in_double = not in_double
        elif token["escaped"] is not None:
            parts.append(token["escaped"])
        elif token["computed"] is not None:
            parts.append(UNKNOWN)
            at = _behind(written, token)
        elif (name := token["braced"] or token["plain"]) is not None:
            parts.append(values.get(name) or token["default"] or UNKNOWN)
        else:
            parts.append(token["text"] or "")
    return "".join(parts) if at >= len(written) else UNKNOWN


def resolved(command: ShellCommand, values: Mapping[str, str]) -> ShellCommand:
    """Return the command with the values of its variables; a word is known then where all of it is.

    A variable that stands alone and in no quotes gives as many words as it has, or none, as in `restic $OPTIONS backup`
    (POSIX, 2.6.5 Field Splitting).
    """
    if not all(word.known for word in command.words):
        command = replace(command, words=tuple(one for word in command.words for one in _words(word, values)))
    if any(word.text.rpartition(b"/")[2] in _FILLING for word in command.words[:_BEFORE]):
        return replace(command, words=tuple(map(_without_filling, command.words)))
    return command


def _without_filling(word: Argument) -> Argument:
    """The word of a command that another program runs, which puts names that it reads or finds in the place of `{}`."""
    if b"{}" not in word.text or len(word.text) > _LONGEST:
        return word
    return replace(word, text=word.text.replace(b"{}", UNKNOWN.encode()), known=False, runs=())


def all_resolved(commands: Sequence[ShellCommand], values: Mapping[str, str]) -> list[ShellCommand]:
    """Return the commands of one text, each as `resolved`; beyond all measure, its variables stay unknown."""
    found: list[ShellCommand] = []
    left = _PATIENCE
    for command in commands:
        one = resolved(command, values if left > 0 else {})
        left -= 0 if one is command else sum(len(word.text) for word in one.words)
        found.append(one)
    return found


# Where else a variable stands in a word, and what else of a word only a run would tell.
_OF_WINDOWS: Mapping[VariableNotation, tuple[re.Pattern[str], re.Pattern[str]]] = {
    VariableNotation.BATCH: (
        re.compile(r"%(?P<name>[A-Za-z_]\w*)%|!(?P<late>[A-Za-z_]\w*)!"),
        re.compile(r"%[^%\s]*%?"),
    ),
    VariableNotation.POWERSHELL: (
        re.compile(r"\$(?:env:(?P<name>[A-Za-z_]\w*)|\{env:(?P<late>[A-Za-z_]\w*)\})", re.IGNORECASE),
        re.compile(r"\$\([^)]*\)?|\$\{[^}]*\}?|\$[\w:]*|`.?"),
    ),
}


def _on_windows(word: Argument, values: Mapping[str, str]) -> str:
    """The word with the values of Windows' variables, whose names are in capitals."""
    variable, computed = _OF_WINDOWS[word.notation]
    if len(word.text) > _LONGEST:
        return UNKNOWN
    text, at, parts = word.decoded, 0, list[str]()
    for match in variable.finditer(text):
        parts += [computed.sub(UNKNOWN, text[at : match.start()])]
        parts += [values.get((match["name"] or match["late"]).upper()) or UNKNOWN]
        at = match.end()
    made = "".join((*parts, computed.sub(UNKNOWN, text[at:])))
    return made if len(made) <= _LONGEST else UNKNOWN


def _words(word: Argument, values: Mapping[str, str]) -> Sequence[Argument]:
    if word.known:
        return (word,)
    alone = _ALONE.fullmatch(word.written) if word.notation is VariableNotation.SHELL else None
    value = None if alone is None else values.get((alone["braced"] or alone["plain"]).decode())
    if value is None or len(value) > _LONGEST:
        return (resolved_word(word, values),)
    return [replace(word, text=one.encode(), written=one.encode(), known=True, runs=()) for one in value.split()]


def resolved_word(word: Argument, values: Mapping[str, str]) -> Argument:
    """Return one word with the values of its variables; it is known then where all of it is."""
    if word.notation is VariableNotation.SHELL:
        text = expanded(word.written.decode(errors="replace"), values)
    else:
        text = _on_windows(word, values)
    return replace(word, text=text.encode(), known=UNKNOWN not in text, runs=())


def _behind(written: str, token: re.Match[str]) -> int:
    """The offset behind what is computed: the bracket or backquote that closes it, as far as that can be told."""
    opened = token["computed"]
    if opened == "`":
        end = written.find("`", token.end())
        return len(written) if end < 0 else end + 1
    if opened not in ("$(", "${"):
        return token.end()
    opening, closing = opened[1], ")" if opened[1] == "(" else "}"
    depth = 1
    for at in range(token.end(), len(written)):
        depth += (written[at] == opening) - (written[at] == closing)
        if depth == 0:
            return at + 1
    return len(written)
