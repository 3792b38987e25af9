"""Keys that a script, a unit or a job has fetched from where only a person may look: password managers and their like.

Each program's own manual tells how it is asked; what is asked for is left out, it may name accounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from keyturn.clients.credential_names import key_name
from keyturn.clients.variables.command_asks import asked_by
from keyturn.clients.variables.named_files import taken_for_variables
from keyturn.edits import shell
from keyturn.edits.commands import ShellCommand, program_name
from keyturn.model.errors import FileError
from keyturn.model.late_patterns import pattern

if TYPE_CHECKING:
    from keyturn.clients.variables.jobs import Variables
    from keyturn.edits.shell import Assignment

# Who keeps it, as people call it.
_KEEPERS = {
    "pass": "pass",
    "gopass": "gopass",
    "op": "1Password",
    "bw": "Bitwarden",
    "rbw": "Bitwarden",
    "bws": "Bitwarden Secrets Manager",
    "lpass": "LastPass",
    "keepassxc-cli": "KeePassXC",
    "security": "macOS keychain",
    "secret-tool": "Secret Service",
    "keyring": "keyring",
    "vault": "HashiCorp Vault",
    "gpg": "GnuPG",
    "gpg2": "GnuPG",
    "age": "age",
    "sops": "SOPS",
    "ansible-vault": "Ansible Vault",
    "chamber": "chamber",
    "doppler": "Doppler",
    "infisical": "Infisical",
    "aws-vault": "aws-vault",
    "envchain": "envchain",
    "systemd-creds": "systemd-creds",
    "get-secret": "PowerShell SecretManagement",
}
# The same for programs that do much else.
_KEEPERS_BY_PART = {
    ("aws", "ssm"): "AWS Systems Manager",
    ("aws", "secretsmanager"): "AWS Secrets Manager",
    ("gcloud", "secrets"): "Google Secret Manager",
    ("az", "keyvault"): "Azure Key Vault",
}
_ADDRESSES = {"op://": "1Password", "bws://": "Bitwarden Secrets Manager", "vault:": "HashiCorp Vault", "pass:": "pass"}
# These run a program with variables that they fetch: what they are told to do with it, where they do more than that.
_RUNS = {
    "op": ("run",),
    "bws": ("run",),
    "aws-vault": ("exec",),
    "chamber": ("exec",),
    "sops": ("exec-env", "exec-file"),
    "doppler": ("run",),
    "infisical": ("run",),
    "envchain": (),
}
_CONTAINERS = ("docker", "podman", "nerdctl")
_OF_CONTAINERS = "container secrets"
_OF_A_PASSWORD = pattern(r"pass(?:word|phrase|wd)?|pw", re.IGNORECASE)
_BEFORE = 3  # words, as in `sudo -E podman`
_NAMED = pattern(r"\$\{?(\w+)")
_OF_POWERSHELL = "$env:"


def keepers_in(variables: Variables) -> Sequence[str]:
    """Return who keeps the key that a job takes, each once; none where it stands in files, or where no key is told."""
    return tuple(dict.fromkeys(_keepers(variables)))


def asks_for_s3(variables: Variables) -> bool:
    """Return whether something that a job runs works with S3."""
    return any(_asks_for_s3(command) for command in variables.commands)


def container_secret(option: str) -> str:
    """Return under which name a container sees `NAME,type=env,target=NAME` (podman-run(1), `--secret`)."""
    name, *options = option.split(",")
    said = dict(one.strip().partition("=")[::2] for one in options)
    return said.get("target") or name.strip()


def _keepers(variables: Variables) -> Iterator[str]:
    if any(_is_of_key(name, variables) for name in _kept(variables)):
        yield _OF_CONTAINERS
    by_name = {one.name: _said(one) for one in variables.assignments}
    for one in variables.assignments:
        if _is_of_s3(one.name):
            yield from _keeper_of(_said(one), by_name)
    for command in variables.commands:
        yield from _assigned_by_powershell(command)
        if _runs_for_s3(command):
            yield _KEEPERS[program_name(command.words[0])]
    # What is evaluated may set anything: the key, if what runs here wants one and nothing else sets it.
    if not any(one.value and _is_of_s3(one.name) for one in variables.assignments):
        printed = taken_for_variables(variables.commands)
        evaluated = [keeper for inside, _line in printed for keeper in _keeper_in(inside)]
        if evaluated and asks_for_s3(variables):
            yield from evaluated


def _kept(variables: Variables) -> Iterator[str]:
    """The names of what a container is given of its own program's secrets (docs.docker.com, Compose, `secrets`)."""
    yield from variables.kept
    for command in variables.commands:
        if any(program_name(word) in _CONTAINERS for word in command.words[:_BEFORE]):
            yield from (container_secret(one.decoded) for one in command.options("--secret") if one.known)


def _is_of_key(name: str, variables: Variables) -> bool:
    """Whether a kept secret is half of a key, or holds one for a container that has none otherwise."""
    file = name.rpartition("/")[2]
    if _is_of_s3(file.upper().replace("-", "_")):
        return True
    reads = [
        one.name.removesuffix("_FILE")
        for one in variables.assignments
        if one.name.endswith("_FILE") and _said(one).strip("\"'").rpartition("/")[2] == file
    ]
    if reads:
        return any(map(_is_of_s3, reads))
    has_key = any(_is_of_s3(one.name) for one in variables.assignments)
    return not has_key and _OF_A_PASSWORD.search(file) is None and asks_for_s3(variables)


def _keeper_of(said: str, by_name: dict[str, str]) -> Iterator[str]:
    plain = said.strip("\"'")
    yield from (keeper for begins, keeper in _ADDRESSES.items() if plain.startswith(begins))
    if plain.startswith(("$(", "`", "(")):
        yield from _keeper_in(plain)
        # `$(echo "$secret" | jq …)`, of what was fetched before
        for name in _NAMED.findall(plain):
            before = by_name.get(name, "").strip("\"'")
            if before.startswith(("$(", "`", "(")):
                yield from _keeper_in(before)


def _keeper_in(text: str) -> Iterator[str]:
    names = [word.rpartition("/")[2].lower() for word in re.split(r"[\s$()`|;&\"']+", text)]
    found = next((_KEEPERS[name] for name in names if name in _KEEPERS), None)
    if found is not None:
        yield found
    yield from (keeper for parts, keeper in _KEEPERS_BY_PART.items() if all(part in names for part in parts))


def _assigned_by_powershell(command: ShellCommand) -> Iterator[str]:
    """Of `$env:NAME = Get-Secret …`."""
    words = [word.decoded for word in command.words]
    is_one = len(words) > 2 and words[1] == "=" and words[0].lower().startswith(_OF_POWERSHELL)
    if is_one and _is_of_s3(words[0][len(_OF_POWERSHELL) :].upper()):
        yield from _keeper_in(" ".join(words[2:]))


def _runs_for_s3(command: ShellCommand) -> bool:
    """Whether a program for S3 is run by one that fetches its variables."""
    name = program_name(command.words[0]) if command.words else ""
    if name not in _RUNS or not any(word.decoded in _RUNS[name] for word in command.words[1:3] if _RUNS[name]):
        return name in _RUNS and not _RUNS[name] and _asks_for_s3(command)
    return _asks_for_s3(command)


def _asks_for_s3(command: ShellCommand) -> bool:
    inner: Sequence[ShellCommand] = ()
    for word in command.words[1:]:  # `sops exec-env FILE 'restic …'`
        if word.known and b" " in word.text:
            with suppress(FileError):
                inner = (*inner, *shell.read(word.text).commands)
    return any(True for one in (command, *inner) for _asked in asked_by(one, {}, {}))


def _is_of_s3(name: str) -> bool:
    known = key_name(name)
    return known is not None and known.means_s3


def _said(one: Assignment) -> str:
    return one.written.decode(errors="replace") or one.value or ""
