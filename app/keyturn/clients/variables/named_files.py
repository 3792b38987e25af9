"""The files that scripts, units, jobs and compose files name, and what each of them is read for.

A key often stands one step further: in what a script sources, in the configuration that a command is handed, in a file
of one value (facts/field-reports.md, Where the pair stands). What is named here is looked up by `following`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from keyturn.clients.credential_names import key_name
from keyturn.clients.variables.command_folders import in_their_folders, joined
from keyturn.clients.variables.compose_projects import calls_in, files_in_variable
from keyturn.clients.variables.jobs import NamedFile, Reads
from keyturn.clients.variables.shell_pairs import variables_given
from keyturn.edits.commands import Argument, ShellCommand, program_name
from keyturn.model.late_patterns import pattern

if TYPE_CHECKING:
    from keyturn.clients.entries import ClientEntry
    from keyturn.clients.variables.jobs import Variables
    from keyturn.edits.shell import Assignment

_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "ash", "fish"})
# These run the program behind them, after some options of their own.
_WRAPPERS = frozenset(
    {
        *("exec", "sudo", "doas", "nice", "ionice", "nohup", "timeout", "time", "env", "command", "chronic", "flock"),
        *("systemd-inhibit", "caffeinate", "setsid", "stdbuf", "su", "runuser", "test", "[", "&&"),
    }
)
_BEHIND_A_WRAPPER = 7
# `envdir FOLDER PROGRAM…` (envdir(8), s6-envdir), as `chpst -e FOLDER PROGRAM…` (chpst(8))
_TAKES_VALUES = frozenset({"envdir", "s6-envdir"})
# Programs of others that read a credentials file of the AWS CLI's, and their option for it (each one's own help).
_TAKES_CREDENTIALS = {"s5cmd": "--credentials-file", "velero": "--secret-file"}
_RUNS_A_FILE = frozenset({*_SHELLS, "python", "python3", "perl", "ruby", "php", "node", "wscript", "cscript"})
# `powershell -File X`, `-f X` (about_Powershell_exe), and `cmd /c X` (cmd /?), whatever stands before.
_RUNS_WHAT_FOLLOWS = {"powershell": ("-file", "-f"), "pwsh": ("-file", "-f"), "cmd": ("/c", "/k")}
# `$(cat FILE)`, `$(< FILE)`, `cat FILE` in backquotes, `(cat FILE)` of fish
_OUTPUT = pattern(r'"?(?:\$\(|`|\()\s*(?P<inside>.*?)\s*(?:\)|`)"?', re.DOTALL)
_READS_A_FILE = pattern(
    r"(?:(?:cat|head(?:\s+-n?\s*1)?|tr\s+-d\s+\S+)\s+|<\s*)(?P<file>[^|;&<>()]+?)(?:\s*\|.*)?", re.DOTALL
)
# Commands that take what another one prints for variables: `eval "$(…)"`, `export $(…)`, `env $(…) PROGRAM`,
# `source <(…)`.
# What direnv reads into its variables (direnv-stdlib(1)).
OF_DIRENV = ("source_env", "source_env_if_exists", "dotenv", "dotenv_if_exists")
_TAKES_VARIABLES = frozenset({"eval", "export", "env", "declare", "typeset", "source", "."})
_PRINTED = pattern(r"\"?(?:[$<]\(|`)\s*(?P<inside>[^)`]*)[)`]")
_PRINTS_LINES = frozenset({"cat", "grep", "egrep", "sed", "awk", "head", "cut", "envsubst"})
_PICKS_FROM_A_FILE = pattern(
    r"(?:awk|sed|jq|yq|grep|cut|tail|crudini)\s.{0,300}?(?P<file>[^\s|;&<>()'\"]+)(?:\s*\|.*)?", re.DOTALL
)
_OF_POWERSHELL = "$env:"
_NAME_FILE = pattern(r"(?P<name>.+)_FILE", re.DOTALL)


def named_in(variables: Variables, entries: Sequence[ClientEntry]) -> Iterator[NamedFile]:
    """Yield every file that a script, a unit, a job or a service names."""
    yield from (one for one in variables.files if one.reads != Reads.VALUE)
    yield from values_named_in(variables)
    by_variable = {name: entry.name for entry in entries for name in entry.own_file.variables}
    for one in _every(variables):
        said = _said(one)
        if one.name in by_variable and said:
            yield NamedFile(said, by_variable[one.name], one.line)
    by_program = {name: entry for entry in entries for name in entry.own_file.programs if entry.own_file.options}
    for command, folder in in_their_folders(variables.commands):
        for named in _in_command(command, by_program):
            there = joined(folder, named.written)
            # Beside the text itself, too: where a bracket ends, or the next line of a timetable begins, is not told.
            yield from dict.fromkeys((replace(named, written=there), named))
    for inside, line in taken_for_variables(variables.commands):
        yield from _printed(inside, line)
    yield from files_in_variable(variables.assignments)
    for call in calls_in(variables.commands):
        yield from (*call.files, *call.variables)


def values_named_in(variables: Variables) -> Iterator[NamedFile]:
    """Yield every file that holds one half of a key, and nothing else, for a script, a unit, a job or a service."""
    yield from (one for one in variables.files if one.reads == Reads.VALUE)
    for one in _every(variables):
        yield from _value_file(one, _said(one))
    for command in variables.commands:
        yield from _got_by_powershell(command)


def folders_of_values(command: ShellCommand) -> Iterator[NamedFile]:
    """Yield every folder in which each file is a variable for the program that a command starts."""
    for number, word in enumerate(command.words):
        name, rest = program_name(word), command.words[number + 1 :]
        if name in _TAKES_VALUES:
            yield from (_of(one, Reads.VALUES) for one in rest[:1])
        if name == "chpst":
            yield from _options(rest, ("-e",), Reads.VALUES)


def _every(variables: Variables) -> Iterator[Assignment]:
    yield from variables.assignments
    yield from (one for command in variables.commands for one in variables_given(command))


def _got_by_powershell(command: ShellCommand) -> Iterator[NamedFile]:
    """Of `$env:NAME = Get-Content FILE`, in brackets or not (about_Environment_Variables)."""
    words = command.words
    if len(words) < 4 or words[1].decoded != "=" or not words[0].decoded.lower().startswith(_OF_POWERSHELL):
        return
    name = words[0].decoded[len(_OF_POWERSHELL) :].upper()
    known = key_name(name)
    if known is not None and known.means_s3 and words[2].decoded.strip("(").lower() in ("get-content", "gc", "cat"):
        file = next((one for one in words[3:] if not one.decoded.startswith("-")), None)
        if file is not None:
            yield NamedFile(file.written.decode(errors="replace").rstrip(")"), Reads.VALUE, file.line, name)


def _said(one: Assignment) -> str:
    return one.written.decode(errors="replace") or one.value or ""


def _value_file(one: Assignment, said: str) -> Iterator[NamedFile]:
    of_file = _NAME_FILE.fullmatch(one.name)
    if of_file is not None and said and (known := key_name(of_file["name"])) is not None and known.means_s3:
        yield NamedFile(said, Reads.VALUE, one.line, of_file["name"])
    known = key_name(one.name)
    output = _OUTPUT.fullmatch(said) if known is not None and known.means_s3 else None
    read = None if output is None else _READS_A_FILE.fullmatch(output["inside"])
    if read is not None:
        yield NamedFile(read["file"].strip(), Reads.VALUE, one.line, one.name)
    elif output is not None:
        picked = _PICKS_FROM_A_FILE.fullmatch(output["inside"])
        if picked is not None:  # of more than one value: which one is picked is not told, and that the key is there is
            yield NamedFile(picked["file"], Reads.SCRIPT, one.line)


# Nobody keeps a configuration of their own beside the system's programs.
_OF_THE_SYSTEM = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/snap/bin"})


def filling_containers(command: ShellCommand) -> Iterator[NamedFile]:
    """Yield the files from which `docker run` and its like fill a container."""
    names = [program_name(word) for word in command.words]
    at = next((number for number, name in enumerate(names) if name in ("docker", "podman", "nerdctl")), None)
    if at is not None and not any(calls_in([command])):
        yield from _options(command.words[at + 1 :], ("--env-file",), Reads.VARIABLES)


def _in_command(command: ShellCommand, by_program: Mapping[str, ClientEntry]) -> Iterator[NamedFile]:
    yield from filling_containers(command)
    yield from folders_of_values(command)
    names = [program_name(word) for word in command.words]
    for number, (name, word) in enumerate(zip(names, command.words, strict=True)):
        rest = command.words[number + 1 :]
        entry = by_program.get(name)
        if entry is not None:
            yield from _options(rest, entry.own_file.options, entry.name)
        if name in _TAKES_CREDENTIALS:
            yield from _options(rest, (_TAKES_CREDENTIALS[name],), "aws")
        if name == "rclone":
            yield from _beside(word, "rclone.conf", name)
        if name == "s3fs":
            yield from _password_files(rest)
        if name == "call" and number == 0 and rest:  # cmd.exe's
            yield _of(rest[0], Reads.SCRIPT)
        if name == "run-parts":
            yield from (_of(one, Reads.SCRIPT) for one in rest[-1:])
        if name in _RUNS_A_FILE:
            script = next((one for one in rest if not one.text.startswith(b"-")), None)
            if script is not None and not any(one.text == b"-c" for one in rest):
                yield _of(script, Reads.SCRIPT, name if name in _SHELLS else "")
        if name.lower() in _RUNS_WHAT_FOLLOWS:
            yield from _behind(rest, _RUNS_WHAT_FOLLOWS[name.lower()])
        if name in ("source", ".", *OF_DIRENV) and number == 0 and rest and not rest[0].written.startswith(b"<("):
            yield _of(rest[0], Reads.VARIABLES)
        is_program = number == 0 or (number < _BEHIND_A_WRAPPER and names[0] in _WRAPPERS)
        if is_program and (b"/" in word.written or b"\\" in word.written):
            yield _of(word, Reads.SCRIPT)


def taken_for_variables(commands: Sequence[ShellCommand]) -> Iterator[tuple[str, int]]:
    """Yield each command line whose output is taken for variables, with its line: `eval "$(…)"`."""
    for command in commands:
        takes = command.words and program_name(command.words[0]) in _TAKES_VARIABLES
        for word in command.words[1:] if takes else ():
            found = _PRINTED.match(word.written.decode(errors="replace"))
            if found is not None:
                yield found["inside"], word.line


def _printed(inside: str, line: int) -> Iterator[NamedFile]:
    program, *rest = inside.partition("|")[0].split() or [""]
    files = [one for one in rest if not one.startswith(("-", "'"))]
    if program in _PRINTS_LINES and files:
        yield NamedFile(files[-1].rstrip("\"'"), Reads.VARIABLES, line)


def _options(words: Sequence[Argument], names: Collection[str], reads: str) -> Iterator[NamedFile]:
    """What options name: `--name FILE` or `--name=FILE`, of which a part may be computed."""
    for number, word in enumerate(words):
        written = word.written.decode(errors="replace")
        if written in names:
            yield from (_of(one, reads) for one in words[number + 1 : number + 2])
            continue
        name, equals, value = written.partition("=")
        if equals and name in names:
            yield NamedFile(value, reads, word.line)


def _behind(words: Sequence[Argument], names: Collection[str]) -> Iterator[NamedFile]:
    """The script behind one of these options; without one, the first word that is no option."""
    options = (number for number, word in enumerate(words) if word.decoded.lower() in names)
    after = next(options, None)
    if after is not None:
        yield from (_of(one, Reads.SCRIPT) for one in words[after + 1 : after + 2])
    else:
        yield from (_of(one, Reads.SCRIPT) for one in words[:1] if not one.text.startswith((b"-", b"/")))


def _beside(program: Argument, file: str, reads: str) -> Iterator[NamedFile]:
    """The file that a program reads that lies in its own folder (rclone's page, `--config`)."""
    written = program.written.decode(errors="replace")
    end = max(written.rfind("/"), written.rfind("\\"))
    if end >= 0 and written[:end].strip("\"'") not in _OF_THE_SYSTEM:
        quote = written[0] if written[0] in "\"'" else ""
        yield NamedFile(f"{written[: end + 1]}{file}{quote}", reads, program.line)


def _password_files(words: Sequence[Argument]) -> Iterator[NamedFile]:
    for word in words:
        for option in word.written.decode(errors="replace").split(","):
            name, _equals, value = option.partition("=")
            if name.strip("\"'").removeprefix("-o").strip() == "passwd_file" and value:
                yield NamedFile(value, "s3fs", word.line)


def _of(word: Argument, reads: str, name: str = "") -> NamedFile:
    return NamedFile(word.written.decode(errors="replace"), reads, word.line, name)
