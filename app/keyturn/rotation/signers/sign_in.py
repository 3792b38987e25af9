"""`--as sign-in`: the browser's sign-in, by the official AWS CLI (facts/aws.md A8, `aws login`).

The CLI keeps the session in a profile of its own, `keyturn`, and renews it for some hours. Whether AWS lets root's
session change root's keys is not proved; a user's keys are all that Keyturn changes with it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from keyturn.aws import access_keys, identity
from keyturn.aws.process_answers import key_of_process
from keyturn.computer.computer import Computer
from keyturn.computer.named_program import answer_of, attend, person_environment
from keyturn.computer.programs import find_program
from keyturn.model.errors import AppError, AwsError, ClientError, UsageError
from keyturn.model.keys import KeyPair, PrincipalKind
from keyturn.model.text import _
from keyturn.rotation.signers.profile import key_of_profile_named
from keyturn.rotation.signers.somebody import Somebody
from keyturn.rotation.signers.who import Who

if TYPE_CHECKING:
    from keyturn.rotation.context import Context

PROFILE = "keyturn"
_NEEDED = (2, 32)  # the first with `aws login` (AWS CLI change log, 2.32.0)


def signed_in(context: Context, who: Who) -> Somebody:
    """Return the one who is signed in, or signs in now; IAM has listed access keys to them.

    Raises:
        UsageError: where the official CLI is not there, or too old.
        ClientError: where it did not sign in.
        AwsError: where AWS refuses what was tried first; the console is the way then.
    """
    pair = _key(context)
    principal = identity.whose(context.aws, pair)
    own = principal.user_name if principal.kind is PrincipalKind.USER else None
    if principal.kind in {PrincipalKind.ROOT, PrincipalKind.USER}:
        try:
            access_keys.list_keys(context.aws, pair, own)
        except AwsError as error:
            said = _(
                "{message} You are signed in, and AWS lists you no access keys, so Keyturn changes nothing as you. In "
                "the AWS console you may be able to."
            )
            message = said.format(message=error.message)
            raise AwsError(error.title, message, fault=error.fault, aws_code=error.aws_code) from None
    return Somebody(str(who), pair, principal)


def _key(context: Context) -> KeyPair:
    """What the CLI keeps, what it renews by itself, or else what the person's new sign-in gives."""
    try:
        return key_of_profile_named(context, PROFILE, _no_code)
    except AppError as error:
        is_known = error.waits  # a session that is over, which the CLI may renew
        if not is_known and error.code != "signer.no-profile":
            raise
    program, environment = official_cli(), person_environment(context.computer)
    if is_known:
        command = [str(program), "configure", "export-credentials", "--profile", PROFILE, "--format", "process"]
        try:
            return key_of_process(PROFILE, answer_of(command, environment), context.clock.now())
        except AppError:
            pass  # over for good: the person signs in anew
    attend([str(program), "login", "--profile", PROFILE], environment)
    return key_of_profile_named(context, PROFILE, _no_code)


def official_cli() -> Path:
    """The AWS CLI of this computer, whichever computer's disk is looked at.

    Raises:
        UsageError: `signer.no-cli`.
    """
    program = find_program("aws", Computer.this())
    if program is None:
        raise _no_cli(_("It is not installed here"))
    try:
        told = answer_of([str(program), "--version"], Computer.this().environment).decode(errors="replace")
    except ClientError as error:
        raise _no_cli(error.title) from None
    version = re.match(r"aws-cli/(\d+)\.(\d+)(\.\d+)*", told)
    if version is None:
        raise _no_cli(_("{program} does not say its version").format(program=program))
    if (int(version[1]), int(version[2])) < _NEEDED:
        raise _no_cli(_("{program} is version {version}").format(program=program, version=version[0][8:]))
    return program


def _no_cli(why: str) -> UsageError:
    return UsageError(
        _("Signing in needs the official AWS CLI, 2.32 or newer"),
        _(
            "{why}. Install it from https://aws.amazon.com/cli, or name another identity with --as; what is left is "
            "the AWS console."
        ).format(why=why),
        code="signer.no-cli",
    )


def _no_code(device: str) -> str:
    raise UsageError(
        _("The profile {name} is not the browser's sign-in").format(name=PROFILE),
        _("It takes a role with the device {device}. Use --as profile:{name}.").format(device=device, name=PROFILE),
        code="signer.profile",
    )
