"""Every request goes through one door that sees nothing of the computer, tells of each use, and prints no secret."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keyturn.aws.access_keys import create_key, list_keys
from keyturn.aws.identity import whose
from keyturn.aws.proof import S3Target, prove_bucket
from keyturn.aws.session import Aws, AwsSettings, OwnUse
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import KeyPair, Secret
from keyturn.state.journal import Journal
from keyturn_practice import faults
from keyturn_practice.account import PracticeAccount

Talk = Callable[..., Aws]


# ── Alone ────────────────────────────────────────────────────────────────────────────────────────────────────────────


_ASK = """
import sys
from keyturn.aws.identity import whose
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
address, key, secret = sys.stdin.read().split()
aws = Aws(AwsSettings(endpoint_url=address), lambda _: None)
print(whose(aws, KeyPair(AccessKeyId(key), Secret(secret))).arn)
"""


def test_what_the_computer_says_of_aws_has_no_effect(account: PracticeAccount, root: KeyPair, tmp_path: Path) -> None:
    folder = tmp_path / ".aws"
    for models in (folder / "models", tmp_path / "data"):
        # A replaced service model, as `~/.aws/models` and AWS_DATA_PATH allow it.
        (models / "sts" / "2099-01-01").mkdir(parents=True)
        (models / "sts" / "2099-01-01" / "service-2.json").write_text("{}")
    for broken in ("config", "credentials"):
        (folder / broken).write_text("[default\nthis is no configuration")
    hostile = {
        "HOME": str(tmp_path),
        "USERPROFILE": str(tmp_path),
        "AWS_PROFILE": "gone-long-ago",
        "AWS_ACCESS_KEY_ID": "AKIAAMBIENTAMBIENT01",
        "AWS_SECRET_ACCESS_KEY": "a" * 40,
        "AWS_SESSION_TOKEN": "ambient",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_CA_BUNDLE": str(tmp_path / "no.pem"),
        "REQUESTS_CA_BUNDLE": str(tmp_path / "no.pem"),
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_DATA_PATH": str(tmp_path / "data"),
        "AWS_DEFAULTS_MODE": "no such mode",
        "AWS_RETRY_MODE": "no such mode",
        "AWS_MAX_ATTEMPTS": "many",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }
    told = f"{account.url} {root.access_key_id} {root.secret.reveal()}"
    result = subprocess.run(
        [sys.executable, "-c", _ASK],
        input=told,
        env={**os.environ, **hostile},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout, result.stderr) == ("arn:aws:iam::111122223333:root\n", "")


def test_no_module_is_imported_because_a_variable_names_it(
    account: PracticeAccount, root: KeyPair, talk: Talk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "stranger.py").write_text("raise SystemExit('a stranger ran')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("BOTOCORE_EXPERIMENTAL__PLUGINS", "stranger=stranger")
    assert whose(talk(), root)
    assert "stranger" not in sys.modules


def test_neither_the_room_nor_a_new_conversation_imports_botocore() -> None:
    script = """
import pkgutil, sys, importlib, keyturn.aws
for module in pkgutil.iter_modules(keyturn.aws.__path__):
    importlib.import_module("keyturn.aws." + module.name)
from keyturn.aws.session import Aws, AwsSettings
Aws(AwsSettings(), print).close()
print(sorted({"boto3", "botocore", "urllib3"} & set(sys.modules)))
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


# ── Told and counted ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_use_of_a_key_is_told_before_aws_hears_of_it(account: PracticeAccount, root: KeyPair) -> None:
    heard: list[tuple[OwnUse, int]] = []
    settings = AwsSettings(endpoint_url=account.url)
    aws = Aws(settings, lambda use: heard.append((use, len(account.records))))
    whose(aws, root)
    list_keys(aws, root, None)
    assert [(use.access_key_id, use.service, use.region, before) for use, before in heard] == [
        (root.access_key_id, "sts", "us-east-1", 0),
        (root.access_key_id, "iam", "us-east-1", 1),
    ]
    assert heard[0][0].at.utcoffset() is not None
    masked = root.access_key_id.masked
    assert aws.calls == (("sts", "GetCallerIdentity", masked), ("iam", "ListAccessKeys", masked))
    aws.close()


def test_nothing_is_sent_where_the_use_could_not_be_noted(account: PracticeAccount, root: KeyPair) -> None:
    def disk_is_full(_: OwnUse) -> None:
        raise OSError("no space left")

    aws = Aws(AwsSettings(endpoint_url=account.url), disk_is_full)
    with pytest.raises(OSError, match="no space"):
        whose(aws, root)
    assert account.records == ()
    aws.close()


def test_each_use_is_told_also_when_several_run_at_once(
    account: PracticeAccount, root: KeyPair, target: S3Target
) -> None:
    from keyturn.aws.buckets import facts_of_all

    account.create_bucket("music-backup")
    heard: list[OwnUse] = []
    aws = Aws(AwsSettings(endpoint_url=account.url), heard.append)
    facts_of_all(aws, root, ["photos-backup", "music-backup"], "111122223333")
    assert len(heard) == len(aws.calls) == len(account.records) == 12
    aws.close()


def test_the_journal_takes_notes_of_uses_from_every_thread(
    account: PracticeAccount, root: KeyPair, tmp_path: Path
) -> None:
    journal = Journal(tmp_path)
    aws = Aws(
        AwsSettings(endpoint_url=account.url), lambda use: journal.note_own_use(use.access_key_id, use.at, "s3", "")
    )
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: whose(aws, root), range(40)))
    assert len(journal.own_uses(root.access_key_id)) == 40
    aws.close()
    journal.close()


# ── Secrets and threads ──────────────────────────────────────────────────────────────────────────────────────────────


def test_another_secret_for_the_same_key_is_not_signed_with_the_first_one(
    account: PracticeAccount, root: KeyPair, aws: Aws
) -> None:
    assert whose(aws, root)
    with pytest.raises(AwsError):
        whose(aws, KeyPair(root.access_key_id, Secret("w" * 40)))
    assert whose(aws, root)


def test_one_conversation_serves_many_threads(account: PracticeAccount, root: KeyPair, aws: Aws) -> None:
    pairs = [root]
    for number in range(5):
        account.create_user(f"user{number}")
        pairs.append(account.create_user_key(f"user{number}"))
    with ThreadPoolExecutor(12) as pool:
        arns = list(pool.map(lambda pair: whose(aws, pair).arn, pairs * 4))
    assert arns == arns[:6] * 4
    assert len(set(arns)) == 6
    assert len(aws.calls) == 24


@pytest.mark.parametrize("fault", [None, faults.torn_answer(), faults.dropped_answer()])
def test_no_secret_is_logged_or_kept_by_an_error_with_every_logger_at_debug(
    account: PracticeAccount,
    root: KeyPair,
    aws: Aws,
    target: S3Target,
    fault: faults.Fault | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    account.create_user("anna")
    if fault is not None:
        account.fail("iam:CreateAccessKey", fault)
    seen: list[object] = []
    with caplog.at_level(logging.DEBUG):
        whose(aws, root)
        # Somebody turns everything on after the libraries are there.
        for name in list(logging.root.manager.loggerDict):
            if name.startswith(("botocore", "urllib3")):
                caplog.set_level(logging.DEBUG, name)
        try:
            new = create_key(aws, root, "anna").pair
            prove_bucket(aws, new, target)
            seen.append(new)
        except AwsError as error:
            trail: BaseException | None = error
            while trail is not None:
                seen += [repr(trail), trail.args, vars(trail)]
                trail = trail.__cause__ or trail.__context__
            assert error.__context__ is None
    made = [key for key in account._identities.keys.values() if key.access_key_id != root.access_key_id.value]
    assert len(made) == 1
    everything = caplog.text + repr(seen) + repr(aws.calls) + repr(aws.settings)
    for secret in (made[0].secret, root.secret.reveal()):
        assert secret not in everything
    assert not [record for record in caplog.records if record.name.startswith(("botocore", "urllib3"))]


def test_a_warning_of_a_library_repeats_neither_a_secret_nor_a_proxys_password(
    account: PracticeAccount, root: KeyPair, caplog: pytest.LogCaptureFixture
) -> None:
    password = "madeUpProxy1Password"
    settings = AwsSettings(endpoint_url=account.url, proxies={"http": f"http://me:{password}@127.0.0.1:1"})
    aws = Aws(settings, lambda use: None)
    assert whose(aws, root)
    aws.close()

    with caplog.at_level(logging.WARNING):
        logging.getLogger("urllib3.connectionpool").warning("lost %s at %s", root.secret.reveal(), password)

    assert [record.message for record in caplog.records] == ["lost •••• at ••••"]


# ── Again, or once ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_question_is_sent_again_when_aws_asks_to_slow_down(
    account: PracticeAccount, root: KeyPair, talk: Talk
) -> None:
    rule = account.fail("sts:*", faults.throttled())
    assert whose(talk(attempts=2), root)
    assert rule.met == 1


@pytest.mark.parametrize(
    "fault",
    [faults.throttled(), faults.broken_server(), faults.broken_after(), faults.dropped_answer(), faults.reset()],
)
def test_a_new_key_is_asked_for_exactly_once_whatever_happens(
    account: PracticeAccount, root: KeyPair, talk: Talk, fault: faults.Fault
) -> None:
    rule = account.fail("iam:CreateAccessKey", fault, times=5)
    with pytest.raises(AwsError):
        create_key(talk(attempts=3), root, None)
    assert rule.met == 1
    assert len(account.listed_keys()) <= 2


@pytest.mark.parametrize("fault", [faults.torn_answer(), faults.dropped_answer(), faults.hang_after(0.5)])
def test_a_lost_answer_to_a_new_key_leaves_the_outcome_unknown(
    account: PracticeAccount, root: KeyPair, talk: Talk, fault: faults.Fault
) -> None:
    account.fail("iam:CreateAccessKey", fault)
    with pytest.raises(AwsError) as caught:
        create_key(talk(read_timeout=0.2), root, None)
    assert caught.value.fault is AwsFault.NO_ANSWER
    assert caught.value.outcome_unknown
    assert len(account.listed_keys()) == 2
