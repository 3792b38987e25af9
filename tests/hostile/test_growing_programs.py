"""A file of twice the size takes about twice the time, whatever a program's grammar lets stand in it many times."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fuzz import OLD
from keyturn.clients.registry import client_named
from keyturn.computer.computer import Computer, Platform

from .growing import LARGEST, Made, both, expect_linear, repeated

ID, SECRET = OLD.access_key_id.value, OLD.secret.reveal()
_SCRIPT, _YAML = 256 * 1024, 512 * 1024  # bytes of the largest that is read


@dataclass(frozen=True)
class Shape:
    """A file of a client's that grows, on the computer of a platform."""

    client: str
    path: str
    made: Made
    platform: Platform = Platform.LINUX
    largest: int = LARGEST


def names(count: int, depth: int) -> str:
    return "".join(f"x{n}" * depth for n in range(count))


def dotted_sections(section: str) -> Made:
    """Sections `r`, `r.a`, `r.a.a` …: each inherits from all before it."""

    def made(size: int) -> bytes:
        text, name, number = "", "r", 0
        parts = []
        while size > 0:
            parts.append(section.replace("{name}", name))
            size -= len(parts[-1])
            name, number = f"{name}.a", number + 1
        return text.join(parts).encode()

    return made


def chain(unit: str, before: str = "", after: str = "") -> Made:
    """Units `{n}` that each name the one before them as `{before}`."""

    def made(size: int) -> bytes:
        parts = [unit.replace("{n}", f"{n + 1:06}").replace("{before}", f"{n:06}") for n in range(size // len(unit))]
        return (before + "".join(parts) + after).encode()

    return made


_AWS = f"aws_access_key_id={ID}\naws_secret_access_key={SECRET}\n"
_RCLONE = f"access_key_id = {ID}\nsecret_access_key = {SECRET}\n"
_VARIABLES = f"A{{n}}_ACCESS_KEY_ID={ID} A{{n}}_SECRET_ACCESS_KEY={SECRET}\n"
_ENV_TOML = f'AWS_ACCESS_KEY_ID = "{ID}"\nAWS_SECRET_ACCESS_KEY = "{SECRET}"\n'
_ENV_YAML = f"AWS_ACCESS_KEY_ID: {ID}\n    AWS_SECRET_ACCESS_KEY: {SECRET}\n"
_ENV_INI = f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
_ENV_JSON = f'"AWS_ACCESS_KEY_ID={ID}", "AWS_SECRET_ACCESS_KEY={SECRET}"'
_PLIST = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>'
_END = "</dict></plist>"
_JOB = f"<key>AWS_ACCESS_KEY_ID</key><string>{ID}</string>"
_SITE = f"<Server><Protocol>7</Protocol><Host>h</Host><User>{ID}</User><Name>n{{n}}</Name></Server>"
_MOUNT = "[Mount]\nType=fuse.s3fs\nWhat=bucket{n}\nOptions=passwd_file=%h/.passwd-s3fs\n"
_PROFILE = f'[p{{n}}]\nrepository = "s3:h/b{{n}}"\n[p{{n}}.env]\n{_ENV_TOML}'


def _conf(made: Made, client: str, path: str, **more: object) -> Shape:
    return Shape(client, path, made, **more)  # type: ignore[arg-type]


SHAPES: dict[str, Shape] = {
    # ── aws ──
    "profiles": Shape("aws", ".aws/credentials", repeated(f"[p{{n}}]\n{_AWS}")),
    "profiles that borrow": Shape("aws", ".aws/config", repeated(f"[profile p{{n}}]\nsource_profile = p\n{_AWS}")),
    "profiles that borrow in a chain": Shape(
        "aws", ".aws/config", chain(f"[profile p{{n}}]\nsource_profile = p{{before}}\n{_AWS}")
    ),
    "services": Shape("aws", ".aws/config", repeated(f"[services s{{n}}]\n[profile p{{n}}]\nservices = s\n{_AWS}")),
    "a block of odd blanks": Shape("aws", ".aws/config", repeated(" é=1\x0b", "[default]\ns3 =\n")),
    "what DEFAULT lends": Shape(
        "aws", ".aws/credentials", both(repeated("k{n} = v\n", "[DEFAULT]\n"), repeated(f"[p{{n}}]\n{_AWS}"))
    ),
    "lines of one value": Shape("aws", ".aws/config", repeated(" v\n", f"[default]\n{_AWS}x = y\n")),
    "a name of quotes": Shape("aws", ".aws/config", repeated("'", "[profile ", f"]\n{_AWS}")),
    # ── rclone ──
    "remotes": Shape("rclone", ".rclone.conf", repeated(f"[r{{n}}]\ntype = s3\n{_RCLONE}")),
    "remotes of one name": Shape("rclone", ".rclone.conf", repeated(f"[r]\ntype = s3\n{_RCLONE}")),
    "remotes that wrap one": Shape(
        "rclone", ".rclone.conf", repeated("[w{n}]\ntype = alias\nremote = r:b/{n}\n", f"[r]\ntype = s3\n{_RCLONE}")
    ),
    "remotes that wrap each other": Shape(
        "rclone",
        ".rclone.conf",
        chain("[w{n}]\ntype = alias\nremote = w{before}:a\n", f"[w000000]\ntype = s3\n{_RCLONE}"),
    ),
    "upstreams": Shape(
        "rclone", ".rclone.conf", repeated("r:b{n} ", f"[r]\ntype = s3\n{_RCLONE}[u]\ntype = union\nupstreams = ")
    ),
    "a remote's name of dots": Shape("rclone", ".rclone.conf", repeated(".", "[a", f"]\ntype = s3\n{_RCLONE}")),
    "remotes that inherit in a chain": Shape(
        "rclone", ".rclone.conf", dotted_sections(f"[{{name}}]\ntype = s3\n{_RCLONE}")
    ),
    "remotes that inherit everything": Shape(
        "rclone",
        ".rclone.conf",
        both(repeated("k{n} = v\n", f"[r]\ntype = s3\n{_RCLONE}"), repeated("[r.{n}]\nregion = a\n")),
    ),
    # ── s3cmd, s4cmd ──
    "s3cmd's keys": Shape("s3cmd", ".s3cfg", repeated(f"access_key = {ID}\n")),
    "s4cmd's sections": Shape("s4cmd", ".s3cfg", repeated(f"[s{{n}}]\naccess_key = {ID}\nsecret_key = {SECRET}\n")),
    # ── variables ──
    "variables": Shape("environment", ".bashrc", repeated(_VARIABLES)),
    "one variable": Shape("environment", ".bashrc", repeated(f"AWS_ACCESS_KEY_ID={ID}\n")),
    "exports of all": Shape(
        "environment", ".bashrc", both(repeated(_VARIABLES), repeated("export A{n}_ACCESS_KEY_ID\n"))
    ),
    "restic's variables": Shape("restic", "restic.env", repeated(_VARIABLES, "RESTIC_REPOSITORY=s3:h/b\n")),
    "restic's repositories": Shape("restic", "restic.env", repeated("restic -r s3:h/b{n} -r\n", _VARIABLES)),
    "repositories in variables": Shape("restic", "restic.env", repeated("RESTIC_REPOSITORY=s3:h/b{n}\n", _VARIABLES)),
    "restic without a repository": Shape("restic", "restic.env", repeated("restic ", _VARIABLES)),
    "options without a value": Shape("restic", "restic.env", repeated("restic -r \n", _VARIABLES)),
    "duplicity's addresses": Shape(
        "duplicity", "bin/b", repeated("duplicity a boto3+s3://b{n}/c\n", _VARIABLES), largest=_SCRIPT
    ),
    "duplicity's hosts": Shape(
        "duplicity", "bin/b", repeated("s3.", f"{_VARIABLES}duplicity a s3://", "!/b"), largest=_SCRIPT
    ),
    "empty lines behind duplicity": Shape(
        "duplicity", "bin/b", repeated("\n", f"{_VARIABLES}duplicity a s3://h/b\n"), largest=_SCRIPT
    ),
    "blanks behind duplicity": Shape(
        "duplicity", "bin/b", repeated("\t", f"{_VARIABLES}duplicity a s3://h/b\n"), largest=_SCRIPT
    ),
    "duply's variables": Shape("duply", ".duply/p/conf", repeated(f"TARGET_USER={ID}\nTARGET_PASS={SECRET}\n")),
    # ── programs that run restic ──
    "backrest's repositories": Shape(
        "backrest",
        ".config/backrest/config.json",
        repeated(f'{{"id": "r{{n}}", "uri": "s3:h/b{{n}}", "env": [{_ENV_JSON}]}},', '{"repos": [', "{}]}"),
    ),
    "backrest's variables": Shape(
        "backrest",
        ".config/backrest/config.json",
        repeated(f"{_ENV_JSON}, ", '{"repos": [{"uri": "s3:h/b", "env": [', '""]}]}'),
    ),
    "autorestic's back ends": Shape(
        "autorestic",
        ".autorestic.yml",
        repeated(f"  b{{n}}:\n   type: s3\n   path: h/b\n   env:\n    {_ENV_YAML}", "backends:\n"),
        largest=_YAML,
    ),
    "back ends that share variables": Shape(
        "autorestic",
        ".autorestic.yml",
        both(
            repeated("    K{n}: v\n", f"x:\n  env: &env\n    {_ENV_YAML}"),
            repeated("  b{n}: {type: s3, path: h/b, env: *env}\n", "backends:\n"),
        ),
        largest=_YAML,
    ),
    "resticprofile's profiles": Shape("resticprofile", "profiles.toml", repeated(_PROFILE)),
    "profiles that inherit in a chain": Shape(
        "resticprofile",
        "profiles.toml",
        chain('[p{n}]\ninherit = "p{before}"\n', f'[p000000]\nrepository = "s3:h/b"\n[p000000.env]\n{_ENV_TOML}'),
    ),
    "profiles that inherit from a later one": Shape(
        "resticprofile",
        "profiles.toml",
        chain('[p{before}]\ninherit = "p{n}"\n', "", f'[last]\nrepository = "s3:h/b"\n[last.env]\n{_ENV_TOML}'),
    ),
    "profiles that inherit from one": Shape(
        "resticprofile",
        "profiles.toml",
        repeated('[p{n}]\ninherit = "o"\n', f'[o]\nrepository = "s3:h/b"\n[o.env]\n{_ENV_TOML}'),
    ),
    "profiles with keys that inherit": Shape(
        "resticprofile", "profiles.toml", chain(f'[p{{n}}]\ninherit = "p{{before}}"\n[p{{n}}.env]\n{_ENV_TOML}')
    ),
    "runrestic's repositories": Shape(
        "runrestic",
        ".config/runrestic/a.toml",
        repeated('"s3:h/b{n}",', "repositories = [\n", f"]\n[environment]\n{_ENV_TOML}"),
    ),
    "crestic's presets": Shape(
        "crestic", ".config/crestic/config.cfg", repeated(f"[p{{n}}]\nrepo=s3:h/b{{n}}\n[p{{n}}.environ]\n{_ENV_INI}")
    ),
    "presets beside global": Shape(
        "crestic",
        ".config/crestic/config.cfg",
        both(repeated("[global.{n}]\nrepo=s3:h/b{n}\n"), repeated(f"[p{{n}}.environ]\n{_ENV_INI}")),
    ),
    "presets for any": Shape(
        "crestic",
        ".config/crestic/config.cfg",
        both(repeated("[@b{n}]\nrepo=s3:h/b{n}\n"), repeated(f"[p{{n}}@.environ]\n{_ENV_INI}")),
    ),
    "presets of one name": Shape(
        "crestic",
        ".config/crestic/config.cfg",
        both(repeated("[p.{n}]\nrepo=s3:h/b{n}\n"), repeated(f"[p.c{{n}}.environ]\n{_ENV_INI}")),
    ),
    "what DEFAULT lends to presets": Shape(
        "crestic",
        ".config/crestic/config.cfg",
        both(repeated("k{n}=v\n", "[DEFAULT]\n"), repeated(f"[p{{n}}.environ]\n{_ENV_INI}")),
    ),
    # ── own files ──
    "kopia's members": Shape(
        "kopia",
        ".config/kopia/a.config",
        repeated(
            '"k{n}": "v",',
            '{"storage": {"type": "s3", "config": {',
            f'"accessKeyID": "{ID}", "secretAccessKey": "{SECRET}"}}}}}}',
        ),
    ),
    "mc's aliases": Shape(
        "mc",
        ".mc/config.json",
        repeated(
            f'"a{{n}}": {{"url": "https://h", "accessKey": "{ID}", "secretKey": "{SECRET}"}},',
            '{"aliases": {',
            '"z": {}}}',
        ),
    ),
    "git-annex's lines": Shape("git-annex", "r/.git/annex/creds/u", repeated("\n", f"{ID}\n{SECRET}\n")),
    "pgBackRest's sections": Shape("pgbackrest", "pgbackrest.conf", repeated(f"[a{{n}}]\nrepo1-s3-key={ID}\n")),
    "pgBackRest's clusters": Shape(
        "pgbackrest",
        "pgbackrest.conf",
        repeated("[a{n}]\nrepo1-s3-bucket=b{n}\n", f"[global]\nrepo1-s3-key={ID}\nrepo1-s3-key-secret={SECRET}\n"),
    ),
    "pgBackRest's repositories": Shape(
        "pgbackrest",
        "pgbackrest.conf",
        repeated(f"repo{{n}}-s3-key={ID}\nrepo{{n}}-s3-key-secret={SECRET}\n", "[global]\n"),
    ),
    "keys for all clusters": Shape(
        "pgbackrest",
        "pgbackrest.conf",
        both(repeated(f"[global:{{n}}]\nrepo1-s3-key={ID}\n"), repeated("[a{n}]\nrepo1-s3-bucket=b{n}\n")),
    ),
    "sections of one name": Shape("pgbackrest", "pgbackrest.conf", repeated(f"[global]\nrepo1-s3-key={ID}\n")),
    "litestream's databases": Shape(
        "litestream",
        "litestream.yml",
        repeated(f"  - path: /d{{n}}\n    replicas:\n      - url: s3://b/p\n        access-key-id: {ID}\n", "dbs:\n"),
        largest=_YAML,
    ),
    "litestream's hosts": Shape(
        "litestream",
        "litestream.yml",
        repeated(
            "s3.amazonaws.com.",
            "dbs:\n  - path: /d\n    replicas:\n      - url: s3://b.",
            f"x\n        access-key-id: {ID}\n",
        ),
        largest=_YAML,
    ),
    "databases that share replicas": Shape(
        "litestream",
        "litestream.yml",
        both(
            repeated("  - {type: s3, bucket: b{n}}\n", f"access-key-id: {ID}\nx: &x\n"),
            repeated("  - {path: /d{n}, replicas: *x}\n", "dbs:\n"),
        ),
        largest=_YAML,
    ),
    "s3fs's lines": Shape("s3fs", ".passwd-s3fs", repeated(f"b{{n}}:{ID}:{SECRET}\n")),
    "s3fs's lines for all": Shape("s3fs", ".passwd-s3fs", repeated(f"{ID}:{SECRET}\n")),
    "s3backer's lines": Shape("s3backer", ".s3backer_passwd", repeated(f"{ID}:{SECRET}\n")),
    "duplicacy's storages": Shape(
        "duplicacy",
        "P/.duplicacy/preferences",
        repeated(
            f'{{"name": "s{{n}}", "storage": "s3://r@h/b", "keys": {{"s3_id": "{ID}", "s3_secret": "{SECRET}"}}}},',
            "[",
            "{}]",
        ),
    ),
    "WinSCP's sites": Shape(
        "winscp",
        "AppData/Roaming/WinSCP.ini",
        repeated(f"[Sessions\\s{{n}}]\nFSProtocol=7\nHostName=h\nUserName={ID}\nPassword=A35C\n"),
        Platform.WINDOWS,
    ),
    "a site's name in percent": Shape(
        "winscp",
        "AppData/Roaming/WinSCP.ini",
        repeated("%41", "[Sessions\\", f"]\nFSProtocol=7\nUserName={ID}\n"),
        Platform.WINDOWS,
    ),
    "duck's passwords for one host": Shape(
        "duck", ".duck/credentials", repeated("https\\://AKIA00000000{n}00@h\\:443=x\n")
    ),
    "s3ql's sections": Shape(
        "s3ql",
        ".s3ql/authinfo2",
        repeated(f"[s{{n}}]\nstorage-url: s3://b{{n}}\nbackend-login: {ID}\nbackend-password: {SECRET}\n"),
    ),
    "hashbackup's destinations": Shape(
        "hashbackup",
        "hashbackup/dest.conf",
        repeated(f"destname d{{n}}\ntype s3\naccesskey {ID}\nsecretkey {SECRET}\nbucket b\n"),
    ),
    # ── jobs ──
    "a unit's variables": Shape(
        "systemd",
        ".config/systemd/user/b.service",
        repeated(f"Environment=A{{n}}_ACCESS_KEY_ID={ID} A{{n}}_SECRET_ACCESS_KEY={SECRET}\n", "[Service]\n"),
    ),
    "a unit's continued line": Shape(
        "systemd",
        ".config/systemd/user/b.service",
        repeated("a=b \\\n", "[Service]\nEnvironment=", f"A_ACCESS_KEY_ID={ID}\n"),
    ),
    "a unit's commands": Shape(
        "systemd",
        ".config/systemd/user/b.service",
        repeated("ExecStart=restic -r s3:h/b{n}\n", f"[Service]\nEnvironment=AWS_ACCESS_KEY_ID={ID}\n"),
    ),
    "a unit's mounts": Shape("s3fs", ".config/systemd/user/b.mount", repeated(_MOUNT)),
    "a timetable's variables": Shape(
        "cron", ".crontab", repeated(f"A{{n}}_ACCESS_KEY_ID={ID}\nA{{n}}_SECRET_ACCESS_KEY={SECRET}\n")
    ),
    "a timetable's jobs": Shape(
        "cron", ".crontab", repeated(f"* * * * * A{{n}}_ACCESS_KEY_ID={ID} restic -r s3:h/b\n")
    ),
    "a job's fields": Shape("cron", ".crontab", repeated("* ", f"AWS_ACCESS_KEY_ID={ID}\n")),
    "services of compose": Shape(
        "compose",
        "docker-compose.yaml",
        repeated(f"  s{{n}}:\n   environment:\n    {_ENV_YAML}", "services:\n"),
        largest=_YAML,
    ),
    "a service's variables": Shape(
        "compose",
        "docker-compose.yaml",
        repeated(
            f"      - A{{n}}_ACCESS_KEY_ID={ID}\n      - A{{n}}_SECRET_ACCESS_KEY=${{S}}\n",
            "services:\n  s:\n    environment:\n",
        ),
        largest=_YAML,
    ),
    "services that share variables": Shape(
        "compose",
        "docker-compose.yaml",
        both(
            repeated(f"  - A{{n}}_ACCESS_KEY_ID={ID}\n", "x: &x\n"),
            repeated("  s{n}: {environment: *x}\n", "services:\n"),
        ),
        largest=_YAML,
    ),
    "merges of merges": Shape(
        "compose",
        "docker-compose.yaml",
        chain("a{n}: &a{n} {<<: *a{before}, k{n}: v}\n", f"a000000: &a000000 {{ACCESS_KEY: {ID}}}\n"),
        largest=_YAML,
    ),
    "a merge of many": Shape(
        "compose",
        "docker-compose.yaml",
        both(repeated("a{n}: &a{n} {k{n}: v}\n"), repeated("*a{n}, ", "ACCESS_KEY: {<<: [", "*a000000]}\n")),
        largest=_YAML,
    ),
    "a job's members": Shape(
        "launchd",
        "Library/LaunchAgents/a.plist",
        repeated(
            f"<key>A{{n}}_ACCESS_KEY_ID</key><string>{ID}</string>",
            f"{_PLIST}<key>EnvironmentVariables</key><dict>",
            f"</dict>{_END}",
        ),
        Platform.MACOS,
    ),
    "a job's arrays in arrays": Shape(
        "launchd",
        "Library/LaunchAgents/a.plist",
        lambda size: (
            _PLIST
            + _JOB
            + "<key>a</key>"
            + "<array>" * (size // 40)
            + "x" * (size // 2)
            + "</array>" * (size // 40)
            + _END
        ).encode(),
        Platform.MACOS,
    ),
    "a batch file's variables": Shape(
        "windows-script",
        "bin/b.bat",
        repeated(f"set A{{n}}_ACCESS_KEY_ID={ID}\r\nset A{{n}}_SECRET_ACCESS_KEY={SECRET}\r\n"),
        Platform.WINDOWS,
        _SCRIPT,
    ),
    "PowerShell's variables": Shape(
        "windows-script",
        "bin/b.ps1",
        repeated(f'$env:A{{n}}_ACCESS_KEY_ID = "{ID}"\n$env:A{{n}}_SECRET_ACCESS_KEY = "{SECRET}"\n'),
        Platform.WINDOWS,
        _SCRIPT,
    ),
    # ── leftovers ──
    "empty lines of a leftover": Shape("leftover", "rootkey.csv", repeated("\n", "AWS", "x")),
    "lines of a leftover": Shape("leftover", "rootkey.csv", repeated(f"AWSAccessKeyId={ID}\n")),
    "blanks of a leftover": Shape(
        "leftover", "rootkey.csv", repeated(" ", f"AWSAccessKeyId={ID}\nAWSSecretKey=", "a b\n")
    ),
    "a table": Shape("leftover", "rootkey.csv", repeated(f"{ID},{SECRET}\n", "Access key ID,Secret access key\n")),
    "a table's headers": Shape("leftover", "rootkey.csv", repeated("access key id,", after="\n" + "a," * 1000)),
    "a table's cells": Shape(
        "leftover", "rootkey.csv", both(repeated("h{n},", "access key id,", "\n"), repeated(f"{ID},\n"))
    ),
    "mentions": Shape("leftover", "rootkey.csv", repeated("AKIA00000000{n}00 ")),
    # ── programs whose key a person changes ──
    "FileZilla's sites": Shape(
        "filezilla-pro",
        ".config/filezilla/sitemanager.xml",
        repeated(_SITE, "<FileZilla3><Servers>", "</Servers></FileZilla3>"),
    ),
    "text between a site's members": Shape(
        "filezilla-pro",
        ".config/filezilla/sitemanager.xml",
        repeated("x<a/>", f"<F><Server><Protocol>7</Protocol><User>{ID}</User>", "</Server></F>"),
    ),
    "Cyberduck's members": Shape(
        "cyberduck",
        "Library/Group Containers/G69SCX94XU.duck/Library/Application Support/duck/Bookmarks/a.duck",
        repeated(
            "<key>k{n}</key><string>v</string>",
            f"{_PLIST}<key>Protocol</key><string>s3</string><key>Username</key><string>{ID}</string>",
            _END,
        ),
        Platform.MACOS,
    ),
    "Home Assistant's entries": Shape(
        "home-assistant",
        ".homeassistant/.storage/core.config_entries",
        repeated(
            f'{{"domain": "aws_s3", "entry_id": "e{{n}}", "data": {{"access_key_id": "{ID}", "bucket": "b"}}}},',
            '{"data": {"entries": [',
            "{}]}}",
        ),
    ),
    "what a person's language names": Shape(
        "leftover", ".config/user-dirs.dirs", repeated(" ", 'XDG_DOWNLOAD_DIR="', '"x\n')
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_a_program_s_file_may_hold_many_times_is_read_in_its_time(name: str, computer: Computer) -> None:
    shape = SHAPES[name]
    client = client_named(shape.client)
    on = Computer(shape.platform, computer.home, {}, is_this_one=False)
    file = on.home / shape.path
    file.parent.mkdir(parents=True, exist_ok=True)

    def look(content: bytes) -> None:
        file.write_bytes(content)
        client.find(on)

    expect_linear(look, shape.made, largest=shape.largest // 2, what=name)
