"""A file of twice the size takes about twice the time, whatever stands in it: nobody can make Keyturn hang.

Each case is a reader and a text that is repeated, at the places of a file where it may matter. What is judged is how
the processor's time grows, not how long it takes (see `growing`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from fuzz import OLD
from keyturn.clients.interface import Client
from keyturn.clients.occurrences import key_ids_in
from keyturn.clients.programs import duplicity_targets, rclone_connections, rclone_remotes
from keyturn.clients.programs.aws_files import AwsFiles
from keyturn.clients.programs.rclone import Rclone
from keyturn.clients.registry import client_named, find_everything
from keyturn.clients.variables import commands_in_text, shell_reading
from keyturn.computer.computer import Computer
from keyturn.edits import (
    alternatives,
    colon_lines,
    crontabs,
    destination_lines,
    equal_lines,
    ini,
    json_spans,
    plists,
    properties,
    rclone_encryption,
    script_values,
    section_spans,
    shell,
    toml_spans,
    units,
    windows_scripts,
    winscp_store,
    xml_elements,
    yaml_spans,
)
from keyturn.edits.colon_lines import Reader
from keyturn.edits.masking import masked_line

from .growing import Read, cpu_seconds, expect_linear, repeated

# Bytes of the first, short look at each case, and times more of the second; a closer look follows where it grew.
_SHORT, _TIMES = 500, 4
_SUSPICIOUS = 5.5  # times the time for four times the size
_NOTICEABLE = 0.001  # seconds


@dataclass(frozen=True)
class Case:
    """A reader, and what stands around the repeated text."""

    read: Read
    around: Sequence[tuple[str, str]] = (("", "x"),)
    short: int = _SHORT


def _text(read: Callable[[str], object]) -> Read:
    return lambda content: read(content.decode(errors="replace"))


def _with_each(content: bytes) -> object:
    text = shell.read(content)
    several = alternatives.alternatives(text.commands, text.assignments, {})
    return alternatives.with_each(text.commands, several)


_INI = (("", "x"), ("[s]\na", "x"), ("[s]\na = ", "x"), ("[", "]\na = b\n"), ("[s]\na =\n ", "x"))
_SHELL = (("", "x"), ("A=", "x"), ('A="', '"'), ("A='", "'"), ("A=$(", ")"), ("A=${", "}"), ("cat <<E\n", "\nE\n"))
_WRAPPED = "[r]\ntype = s3\n[w]\ntype = union\n"
_TRIPLE, _RAW = '"' * 3, "'" * 3
CASES: dict[str, Case] = {
    "aws": Case(lambda content: ini.entries(content, ini.Dialect.AWS), (*_INI, ("[s]\ns3 =\n ", "x"))),
    "rclone": Case(lambda content: ini.entries(content, ini.Dialect.RCLONE), _INI),
    "s3cmd": Case(lambda content: ini.entries(content, ini.Dialect.S3CMD), _INI),
    "crestic": Case(section_spans.python_sections, _INI),
    "pgbackrest": Case(section_spans.pgbackrest_sections, _INI),
    "a remote": Case(
        lambda content: rclone_remotes.Remotes(ini.entries(content, ini.Dialect.RCLONE)).targets("r"),
        ((f"{_WRAPPED}upstreams = r:b ", " r:c"), (f"{_WRAPPED}remote = r", ":b")),
    ),
    "a connection": Case(
        lambda content: rclone_connections.connections(ini.entries(content, ini.Dialect.RCLONE)),
        (("[w]\nremote = access_key_id ", "x"), ("[w]\nremote = :s3,access_key_id=", ":b")),
    ),
    "commands in a text": Case(
        lambda content: list(commands_in_text.commands_in(content)),
        (("", "x"), ("image: rclone,", "x"), ("- rclone\n", "x"), ("rclone sync a s3:b ", "\n"), ("exec ", "rclone a")),
    ),
    "posix": Case(shell.assignments, _SHELL),
    "fish": Case(lambda content: shell.assignments(content, path=Path("x.fish")), (*_SHELL, ("set -gx A ", ""))),
    "several values": Case(
        _with_each,
        (
            *(
                ("for a in x y z; do b ", "; done"),
                ("for a in x y; do ", "; done"),
                ("for a in ", "; do b s3://$a; done"),
            ),
            *(("A=(x y ", ")\nfor a in ${A[@]}; do b $a; done"), ("for a in x y; do b $a ", "")),
        ),
    ),
    "crontab": Case(crontabs.read, (("", "x"), ("* * * * * A=", " b"), ("A = ", "x"), ("@daily ", "x"))),
    "unit": Case(
        lambda content: units.variables(units.directives(content)),
        (("[Service]\n", "x"), ("[Service]\nEnvironment=", "x"), ('[Service]\nEnvironment="A=', '"')),
    ),
    "batch": Case(
        lambda content: windows_scripts.assignments(content, path=Path("x.bat")),
        (("", "x"), ("set A=", "x"), ('set "A=', '"x'), ("setx A ", " b"), ("rem ", "x")),
    ),
    "powershell": Case(
        lambda content: windows_scripts.assignments(content, path=Path("x.ps1")),
        (("", "x"), ("$env:A = ", "x"), ("$env:A = '", "'"), ('$env:A = "', '"'), ("<#", "#>"), ("@'\n", "\n'@")),
    ),
    "properties": Case(properties.properties, (("", "x"), ("a", "=b"), ("a=", "x"))),
    "s3fs": Case(lambda content: colon_lines.lines(content, Reader.S3FS), (("", "x"), ("a:", ":c"), ("a", ":b"))),
    "s3backer": Case(lambda content: colon_lines.lines(content, Reader.S3BACKER), (("", "x"), ("a", ":b"))),
    "hashbackup": Case(destination_lines.destinations, (("destname a\n", "x"), ("destname a\nb", " c"), ("a ", "x"))),
    "winscp": Case(
        lambda content: [site.text("a") for site in winscp_store.sites(content)],
        (("[Sessions\\a]\n", "x"), ("[Sessions\\a]\na=", "x"), ("[Sessions\\", "]\na=b\n")),
    ),
    "json": Case(
        json_spans.parse,
        (
            *(("", ""), ('{"a": "', '"}'), ('{"a": [', "1]}"), ('{"', '": 1}')),
            *(("[" * 200, "1" + "]" * 200), ('{"a": ', "1}")),
        ),
    ),
    "yaml": Case(
        yaml_spans.parse,
        (
            *(("", ""), ("a: ", ""), ("a: '", "'"), ('a: "', '"'), ("a: [", "]"), ("a: {", "}"), ("a: |\n ", "")),
            *(("- ", ""), ("? ", ""), ("a: &", " b"), ("a: !", " b"), ("# ", "\na: b\n"), ("a: >\n ", "")),
        ),
        short=250,
    ),
    "toml": Case(
        toml_spans.parse,
        (
            *(("", ""), ("a = ", "\n"), ("a = '", "'"), ('a = "', '"'), ("a = [", "]"), ("a = {", "}"), ("[", "]")),
            *(("", " = 1"), ("a" + ".a" * 60, " = 1"), (f"a = {_TRIPLE}", _TRIPLE), (f"a = {_RAW}", _RAW)),
            ("[[", "]]"),
        ),
    ),
    "php": Case(
        script_values.php,
        (
            *(
                ("<?php ", ";"),
                ("<?php $a = '", "';"),
                ('<?php $a = "', '";'),
                ("<?php $a = [", "];"),
                ("", "<?php 1;"),
            ),
            *(("<?php define('a', ", ");"), ("<?php /*", "*/"), ("<?php $a = <<<E\n", "\nE;"), ("<?php $a", " = 1;")),
        ),
        short=250,
    ),
    "ruby": Case(
        script_values.ruby,
        (
            *(("", ""), ("a = '", "'"), ('a = "', '"'), ("a = {", "}"), ("a = [", "]"), ("a", " = 1"), ("#", "\n")),
            *(("=begin\n", "\n=end"), ("a = <<E\n", "\nE\n")),
        ),
        short=250,
    ),
    "equal lines": Case(equal_lines.settings, (("", "x"), ("a=", "x"), ('a="', '"'), ("a", "=b"))),
    "plist": Case(
        plists.parse,
        (
            ("<plist version='1.0'><dict><key>a</key><string>", "</string></dict></plist>"),
            ("<plist version='1.0'><dict><key>", "</key><true/></dict></plist>"),
            *(("<!-- ", " --><plist/>"), ("<plist ", "/>"), ('<plist a="', '"/>')),
            ("<plist><array>", "</array></plist>"),
        ),
    ),
    "xml": Case(
        xml_elements.parse,
        (
            *(("<a>", "</a>"), ("<a b='", "'/>"), ("<a ", "/>"), ("<!-- ", " --><a/>"), ("", "")),
            ("<a><![CDATA[", "]]></a>"),
        ),
    ),
    "where duplicity goes": Case(
        _text(duplicity_targets.destinations_in), (("", "x"), ("s3://", "!/b"), ("s3://a/", "x"))
    ),
    "whose a script is": Case(
        shell_reading.owner_of, (("", "x"), ("duplicity ", "x"), ("restic ", "x"), ("duplicity s3://", "x"))
    ),
    "a picture": Case(_text(masked_line), (("", "x"), ("secret = ", "x"), ("https://", "@h"), ("password", "= x"))),
    "key IDs": Case(lambda content: list(key_ids_in(content)), (("", "x"), ("A\0K\0I\0A\0", "x"))),
    "encrypted": Case(rclone_encryption.is_encrypted),
}
UNITS = (
    *("a", "é", "\uff10", "\udcff", "😀", " ", "\t", "\r", "\n", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\ufeff"),
    *("'", '"', "''", '""', "`", "\\", "\\\\", "\\\n", " \\\n", "\\\r\n", "'\n", '"\n', "'a'", '"a"', '"a",', _TRIPLE),
    *("$", "$a", "$(", "${", "${a", '"$(', "$'", "(", "((", ")", "[", "[[", "]", "[]\n", "{", "{{", "}", "[a]", "{a}"),
    *("<", "<E", "<<E ", "<<E\n", "<<E{n} ", "<a>", "</a>", "<a/>", "<a>b</a>", "<!--a-->", "<![CDATA[a]]>", "&amp;"),
    *(
        "=",
        "==",
        ":",
        "::",
        "://",
        "@",
        "%",
        "%41",
        "%(",
        "%(a)s",
        "%a%",
        ".",
        "..",
        "a.",
        "a{n}.",
        ",",
        "a,",
        ";",
        "&",
    ),
    *(
        "# a\n",
        "#",
        "; a\n",
        "\n#",
        "\n ",
        " \n",
        "\t\n",
        "- ",
        "- a\n",
        "-",
        "? ",
        ": ",
        "! ",
        "!a ",
        "&a ",
        "*a ",
        "|",
    ),
    *("a: b\n", "a{n}: b\n", "<<: *a\n", "---\n", "%YAML 1.1\n", "a: [", "a: {", "&a{n} a: b\n", "- - ", "|\n", ">\n"),
    *(
        "a = b\n",
        " a = b\n",
        "a{n} = b\n",
        "k{n} = 'v'\n",
        "[s]\n",
        "[s{n}]\n",
        "[[s]]\n",
        "a.b{n} = 1\n",
        "[a.b{n}]\n",
    ),
    *("$a ", "for a in b; do $a; done\n", "for a{n} in b c; do $a{n}\n"),
    *("A=1 ", "A=1\n", "A{n}=1\n", "A=(", "export ", "env ", "then ", "set ", "set -a x\n", "set -a ", "set A=", "1_"),
    *("rem ", "setx A b\n", '&set "A=', "$env:A=", "$env:A='", '$env:A="', "<#", "@'\n", '@"\n', "restic ", "1e", "1,"),
    *(
        "restic -r\n",
        "-r ",
        " -r ",
        "duplicity ",
        "s3://",
        "s3:",
        "s3.",
        "boto3+s3://a/",
        "--s3-endpoint-url ",
        "&#65;",
    ),
    *("a/", "~/", "-", "- ", "- a\n", "image:", "image: rclone, ", "image: rclone,\nargs: a\n"),
    *("r:b ", "r:b:ro ", "* ", "@daily a\n", "1 2 ", '"a":1,', '"a{n}":1,', '{"a":', "\\u0041", "\\ud83d\\ude00"),
    *("null,", "AKIA", "AKIA00000000{n}00 ", "A\0K\0I\0A\0", "secret ", "key=", "key ", "token:", "A" * 39 + " "),
    *("A" * 41 + " ", "Ab1/" * 10 + "\n", "destname a{n}\n", "a:b\n", "a{n}:b:c\n"),
)


@pytest.mark.parametrize("name", CASES)
def test_no_repetition_makes_a_reader_slow(name: str) -> None:
    case = CASES[name]
    for unit in UNITS:
        for before, after in case.around:
            made = repeated(unit, before, after)
            large = cpu_seconds(case.read, made(case.short * _TIMES))
            if large < _NOTICEABLE:
                continue
            if large / max(cpu_seconds(case.read, made(case.short)), 1e-6) > _SUSPICIOUS:
                expect_linear(case.read, made, what=f"{unit!r} between {before!r} and {after!r}")


_PAIR = f"access_key_id = {OLD.access_key_id}\nsecret_access_key = {OLD.secret.reveal()}\n"
_AWS_PAIR = f"aws_access_key_id={OLD.access_key_id}\naws_secret_access_key={OLD.secret.reveal()}\n"


def test_a_hundred_thousand_sections_are_read(computer: Computer) -> None:
    (computer.home / ".rclone.conf").write_text("".join(f"[r{n}]\ntype = s3\n" for n in range(100_000)) + _PAIR)
    (computer.home / ".aws").mkdir()
    (computer.home / ".aws/credentials").write_text(
        "".join(f"[p{n}]\nregion = a\n" for n in range(100_000)) + _AWS_PAIR
    )

    assert {place.name for place in find_everything(computer).places} == {"r99999", "p99999"}


def wrapping(depth: int, form: str) -> str:
    """An S3 remote behind `depth` others, each of which wraps the one before."""
    links = "".join(f"[w{n}]\n" + form.format(before=f"w{n - 1}" if n else "r") for n in range(depth))
    return "[r]\ntype = s3\n" + _PAIR + links


def test_remotes_may_wrap_each_other_very_deep(computer: Computer) -> None:
    text = wrapping(100, "type = alias\nremote = {before}:\n") + "[last]\ntype = crypt\nremote = w99:photos\n"
    (computer.home / ".rclone.conf").write_text(text)

    (place,) = Rclone().find(computer).places

    assert [target.bucket for target in place.targets] == ["photos"]


@pytest.mark.parametrize("depth", [100, 20_000])
@pytest.mark.parametrize(
    "form", ["type = union\nupstreams = {before}:a {before}:b\n", "type = alias\nremote = {before}:aaaaaaaaaaaaaaaa\n"]
)
def test_remotes_that_name_more_buckets_than_anybody_can_follow_name_none(
    form: str, depth: int, computer: Computer
) -> None:
    (computer.home / ".rclone.conf").write_text(wrapping(depth, form) + "[x]\ntype = crypt\nremote = r:photos\n")

    (place,) = Rclone().find(computer).places

    assert place.targets == () or (depth, "alias" in form) == (100, True)


def test_a_line_of_four_million_characters_is_read(computer: Computer) -> None:
    clients: tuple[tuple[Client, str, str], ...] = (
        (AwsFiles(), ".aws/config", "[default]\nregion = " + "a" * 4_000_000 + "\n" + _AWS_PAIR),
        (Rclone(), ".rclone.conf", "[r]\ntype = s3\nregion = " + "a" * 4_000_000 + "\n" + _PAIR),
        (client_named("environment"), ".bashrc", "A='" + "a" * 4_000_000 + "'\nexport " + _AWS_PAIR.upper()),
    )
    for _client, name, text in clients:
        path = computer.home / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace(OLD.secret.reveal().upper(), OLD.secret.reveal()))
    for client, _name, _text in clients[:2]:
        (place,) = client.find(computer).places
        assert place.editable
