"""A backup program's own check, run on what Keyturn writes for it: a private home, a private folder, a few settings.

A program obeys its configuration, and what stands in a person's home may have come with a download. So no program is
handed a file of the home, nor the home itself. It gets a file with the settings that this one question needs, taken
over by name: what is not known to be harmless is left out. What a configuration could otherwise have a program run or
speak to, by its manual or source (the tests plant one of each kind, tests/clients/test_planted_commands.py):

- rclone (rclone.org: Global Flags, Environment Variables, Amazon S3, SFTP, WebDAV). Runs: `password_command`, `ssh` of
  an SFTP remote, `bearer_token_command`, and through `global.…` and `override.…` of a remote `metadata_mapper`. Speaks
  to: `http_proxy`, `sts_endpoint`, `--rc`, other remotes. Given: one S3 remote.
- restic, and what runs it (restic's manual: Environment Variables, Preparing a new repository; minio-go's credentials).
  Runs: `RESTIC_PASSWORD_COMMAND`, `-o rclone.program`, `-o sftp.command`, `credential_process` of `~/.aws`. Speaks to:
  repositories other than S3, `~/.mc`. Given: an S3 address, a pair, a password that no command prints.
- s3cmd (s3cmd(1), `s3cmd --dump-config`). Runs: `gpg_command`. Speaks to: `proxy_host`, `host_bucket`,
  `cloudfront_host`. Given: one server, a pair.
- s4cmd (its source, and boto3's Configuration guide). Runs: `credential_process` of `~/.aws`. Speaks to: `endpoint_url`
  there. Given: a pair.
- AWS CLI (its User Guide: Aliases, Configuration and credential file settings, Sourcing credentials with an external
  process). Runs: `~/.aws/cli/alias`, `[plugins]`, `credential_process`, `cli_pager`. Speaks to: `endpoint_url`,
  `services`, single sign-on, roles. Given: one profile with a pair, a region, how buckets are addressed.
- Kopia (its source: repo/local_config.go, repo/blob). Runs: `rcloneExe`, `sshCommand`, `enableActions`. Speaks to:
  `apiServer`, other storages, a site that tells of updates. Given: one S3 storage, read-only.
- mc (its source: cmd/config-v10.go). Speaks to: other aliases, `MC_HOST_…`. Given: one alias.
- pgBackRest (its Configuration Reference). Runs: `cmd`, `cmd-ssh`, `repoN-host-cmd`. Speaks to: `repoN-host`,
  `pgN-host`, `repoN-storage-host`, and reads all of `conf.d`. Given: one S3 repository.
- anything in Python (Python's documentation of `site`). Runs: `usercustomize` and `*.pth` in the home.

duplicity, duply, s3fs, git-annex and all others have no check of their own: nothing of theirs is ever started.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from keyturn.clients.interface import CheckResult, OwnCheck
from keyturn.computer.computer import Computer
from keyturn.computer.programs import find_program, run_check
from keyturn.edits.masking import said
from keyturn.edits.temporary_folders import temporary_folder
from keyturn.model.addresses import without_password
from keyturn.model.errors import ClientError
from keyturn.model.text import _

_CANNOT_START = frozenset({126, 127})
_DETAIL_LENGTH = 300
_NOT_PROXIED = "localhost,127.0.0.1,::1"
_OF_THE_SYSTEM = frozenset({Path("/"), Path("/usr"), Path("/usr/local")})


def installed(name: str, computer: Computer) -> Path | None:
    """Return the program, or None. It runs on this computer, also where another one's disk is looked at."""
    return find_program(name, computer if computer.is_this_one else Computer.this())


def run_own_check(check: OwnCheck, proxies: Mapping[str, str] | None = None) -> CheckResult:
    """Run the check. A program that does not end in time, or does not start, leaves the outcome unknown.

    Args:
        proxies: those that Keyturn itself goes through, by scheme.
    """
    try:
        with temporary_folder() as folder:
            environment = dict(check.environment) | _private_home(folder) | _proxies(proxies or {})
            environment |= _libraries(Path(check.arguments[0]))
            for private in check.private_files:
                path = folder / (private.name or private.variable.lower())
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                    file.write(private.content.reveal())
                if private.variable:
                    environment[private.variable] = str(path)
            result = run_check(check.arguments, environment=environment, timeout=check.timeout, folder=folder)
    except (ClientError, OSError) as error:
        reason = error.title if isinstance(error, ClientError) else (error.strerror or "")
        detail = _("{program} could not be asked: {reason}.").format(program=check.title, reason=reason)
        return CheckResult(None, detail)
    if result.exit_code is None:
        detail = _("{program} did not answer within {seconds} seconds.")
        return CheckResult(None, detail.format(program=check.title, seconds=round(check.timeout)))
    if result.exit_code == 0:
        return CheckResult(True, _("{program} reached it.").format(program=check.title))
    told = said(result.output)[-_DETAIL_LENGTH:]
    if result.exit_code in _CANNOT_START:
        return CheckResult(None, _("{program} did not start: {said}").format(program=check.title, said=told))
    if check.left_out:
        detail = _(
            "{program} did not reach it, which says nothing: Keyturn asked without what its file says of {settings}, "
            "because a file does not decide where Keyturn goes. {program} said: {said}"
        )
        settings = ", ".join(check.left_out)
        return CheckResult(None, detail.format(program=check.title, settings=settings, said=told))
    detail = _("{program} could not reach it: {said}").format(program=check.title, said=told)
    return CheckResult(False, detail)


def _private_home(folder: Path) -> dict[str, str]:
    """What every kind of program asks for when it looks for its person's files."""
    home = dict.fromkeys(("HOME", "TMPDIR"), str(folder))
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        home[f"XDG_{name}_HOME"] = str(folder / name.lower())
    if os.name == "nt":
        home |= dict.fromkeys(("USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP"), str(folder))
    return home


def _proxies(proxies: Mapping[str, str]) -> dict[str, str]:
    environment = {"NO_PROXY": _NOT_PROXIED, "no_proxy": _NOT_PROXIED} if proxies else {}
    for scheme, address in proxies.items():
        without_password(address)  # a program that repeats it gives nothing away
        environment |= dict.fromkeys((f"{scheme.upper()}_PROXY", f"{scheme}_proxy"), address)
    return environment


def _libraries(program: Path) -> dict[str, str]:
    """Where a Python program that a person installed for themselves has its libraries: beside it, not in the home."""
    prefix = program.parent.parent
    if program.parent.name != "bin" or prefix in _OF_THE_SYSTEM or (prefix / "pyvenv.cfg").exists():
        return {}
    return {"PYTHONUSERBASE": str(prefix)} if any(prefix.glob("lib/python3*/site-packages")) else {}
