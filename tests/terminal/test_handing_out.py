"""A program asks for the key of a name: it gets one whole pair that AWS accepts, or one sentence and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.rotation.key_life.handing_out import hand_out
from keyturn.state.secrets import SERVICE, FileSecrets
from keyturn.terminal.program_start import environment_with
from keyturn_practice.account import PracticeAccount

from .conftest import Answer, Desk

NAS = "/office/nas"


def named(desk: Desk) -> None:
    assert desk.type("name", desk.old.access_key_id.value, NAS).code == 0


def pair_of(document: Mapping[str, Any]) -> KeyPair:
    return KeyPair(AccessKeyId(document["AccessKeyId"]), Secret(document["SecretAccessKey"]))


def expect_refused(answer: Answer, code: int, *said: str) -> None:
    assert (answer.code, answer.out) == (code, "")
    assert len(answer.err.splitlines()) == 1, answer.err
    assert answer.err.startswith(f"keyturn: no key for {NAS}: ")
    for words in said:
        assert words in answer.err


# ── credentials ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_answer_is_what_aws_s_tools_expect_and_always_says_when_to_ask_again(small_desk: Desk) -> None:
    named(small_desk)
    answer = small_desk.type("credentials", NAS)
    assert (answer.code, answer.err) == (0, "")
    document = answer.document
    assert set(document) == {"Version", "AccessKeyId", "SecretAccessKey", "Expiration"}
    assert document["Version"] == 1
    assert pair_of(document) == small_desk.old
    until = datetime.fromisoformat(document["Expiration"])
    assert abs(until - small_desk.clock.now() - timedelta(hours=1)) < timedelta(seconds=2)


def test_it_is_the_old_key_until_the_new_one_is_proved_and_again_from_the_moment_of_an_undo(small_desk: Desk) -> None:
    named(small_desk)
    rotated = small_desk.type("rotate", NAS, "--yes", "--json")
    assert rotated.code == 3
    new = pair_of(small_desk.type("credentials", NAS).document)
    assert new.access_key_id.value == rotated.lines[-1]["new_access_key_id"]
    assert small_desk.account.accepts(new)
    assert small_desk.type("undo", NAS).code == 0
    assert pair_of(small_desk.type("credentials", NAS).document) == small_desk.old


def test_where_there_is_no_key_it_is_one_sentence_and_nothing_else(small_desk: Desk) -> None:
    expect_refused(small_desk.type("credentials", NAS), 1, "No key is called")
    assert small_desk.type("name", small_desk.old.access_key_id.value, NAS, "--without-secret").code == 0
    expect_refused(small_desk.type("credentials", NAS), 4, "is not kept here")
    (small_desk.state_dir / "key-names.json").write_text("{")
    expect_refused(small_desk.type("credentials", NAS), 4)


def test_what_a_terminal_would_obey_is_not_repeated(small_desk: Desk) -> None:
    answer = small_desk.type("credentials", "/office/\x1b[31mnas\u202e")
    assert (answer.code, answer.out) == (1, "")
    assert "\x1b" not in answer.err and "\u202e" not in answer.err and "nas" in answer.err


def test_a_key_that_is_off_is_not_handed_out(small_desk: Desk) -> None:
    small_desk.forget_programs()
    (small_desk.home / "notes.txt").write_text("")
    rootkey = small_desk.home / "Downloads" / "rootkey.csv"
    rootkey.parent.mkdir(exist_ok=True)
    old = small_desk.old
    rootkey.write_text(f"Access key ID,Secret access key\n{old.access_key_id.value},{old.secret.reveal()}\n")
    named(small_desk)
    assert small_desk.type("rotate", NAS, "--route", "retire", "--yes").code == 3
    assert small_desk.type("credentials", NAS).code == 0, "retired, and on as yet"
    small_desk.advance(4)
    small_desk.account.root_turn_off(old.access_key_id)
    assert small_desk.type("turn-off", NAS, "--yes").code in {0, 3}
    expect_refused(small_desk.type("credentials", NAS), 4, "is off or deleted")


@pytest.mark.parametrize("minutes", ["14", "2161", "an hour", "-1", "15.5"])
def test_lengths_that_aws_does_not_give_are_not_understood(small_desk: Desk, minutes: str) -> None:
    answer = small_desk.type("credentials", NAS, f"--session={minutes}")
    assert (answer.code, answer.out) == (2, "")
    assert "15 to 2160" in answer.err


def use_a_user(desk: Desk) -> None:
    rights = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    desk.account.create_user("nas", policies={"all": json.dumps(rights)})
    desk.old = desk.account.create_user_key("nas", age_days=300)
    desk.computer.rclone_config.write_text(
        f"[attic]\ntype = s3\nprovider = AWS\naccess_key_id = {desk.old.access_key_id.value}\n"
        f"secret_access_key = {desk.old.secret.reveal()}\n"
    )


def asked_for(account: PracticeAccount) -> int:
    return account.log.actions().count("sts:GetSessionToken")


def test_a_temporary_key_is_asked_for_once_and_handed_out_until_shortly_before_its_end(small_desk: Desk) -> None:
    use_a_user(small_desk)
    named(small_desk)
    first = small_desk.type("credentials", NAS, "--session", "60")
    assert first.code == 0, first.err
    document = first.document
    assert set(document) == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    assert document["AccessKeyId"].startswith("ASIA")
    small_desk.clock.sleep(40 * 60)
    assert small_desk.type("credentials", NAS, "--session", "60").document == document
    assert asked_for(small_desk.account) == 1
    small_desk.clock.sleep(6 * 60)
    later = small_desk.type("credentials", NAS, "--session", "60").document
    assert later["AccessKeyId"] != document["AccessKeyId"]
    assert asked_for(small_desk.account) == 2
    assert small_desk.type("credentials", NAS, "--session", "15").document["AccessKeyId"] != later["AccessKeyId"]


def test_root_gets_no_longer_temporary_key_than_aws_gives(small_desk: Desk) -> None:
    named(small_desk)
    expect_refused(small_desk.type("credentials", NAS, "--session", "61"), 1, "60 minutes at most")
    assert asked_for(small_desk.account) == 0
    assert small_desk.type("credentials", NAS, "--session", "60").document["SessionToken"]


def test_where_aws_cannot_be_asked_for_a_temporary_key_the_lasting_one_is_not_given_instead(small_desk: Desk) -> None:
    named(small_desk)
    small_desk.account.stop()
    expect_refused(small_desk.type("credentials", NAS, "--session", "15"), 1)
    assert small_desk.type("credentials", NAS).code == 0, "that asks nobody"


def test_two_hundred_who_ask_while_the_key_is_replaced_and_put_back_each_get_a_whole_pair_that_works(
    small_desk: Desk,
) -> None:
    desk = small_desk
    named(desk)
    got: list[KeyPair] = []
    refused: list[str] = []
    begin, over, new_seen = threading.Barrier(201), threading.Event(), threading.Event()

    def ask() -> None:
        begin.wait()
        store = FileSecrets(desk.state_dir / "secrets.json")
        while True:
            try:
                pair = hand_out(desk.state_dir, store, NAS, datetime.now(UTC)).pair
            except Exception as error:
                refused.append(repr(error))
                return
            if not desk.account.accepts(pair):
                refused.append(f"AWS does not accept {pair.access_key_id}")
            got.append(pair)
            if pair.access_key_id != desk.old.access_key_id:
                new_seen.set()
            if over.wait(1):
                return

    threads = [threading.Thread(target=ask) for _number in range(200)]
    for thread in threads:
        thread.start()
    begin.wait()
    try:
        new = desk.type("rotate", NAS, "--yes", "--json").lines[-1]["new_access_key_id"]
        assert new_seen.wait(60)
        assert desk.type("undo", NAS).code == 0
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert refused == []
    assert {pair.access_key_id.value for pair in got} == {desk.old.access_key_id.value, new}
    assert len({(pair.access_key_id, pair.secret.reveal()) for pair in got}) == 2, "never two secrets for one key"


# ── credentials, as programs start it ────────────────────────────────────────────────────────────────────────────────


def started(desk: Desk, *words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "keyturn", *words, "--state-dir", str(desk.state_dir)]
    return subprocess.run(
        command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_lasting_key_waits_for_nothing_of_aws_s(small_desk: Desk) -> None:
    named(small_desk)
    script = (
        "import sys; from keyturn.__main__ import main\n"
        f"sys.argv[1:] = ['credentials', {NAS!r}, '--secrets', 'file', '--state-dir', {str(small_desk.state_dir)!r}]\n"
        "code = main()\n"
        "heavy = {'boto3', 'botocore', 'argparse', 'keyturn.rotation.record', 'keyturn.clients.registry'}\n"
        "print(sorted(heavy & set(sys.modules)), code, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == "[] 0\n"
    assert pair_of(json.loads(done.stdout)) == small_desk.old


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("home", [False, True])
def test_a_key_that_could_not_be_written_is_told_in_a_sentence(small_desk: Desk, home: bool) -> None:
    named(small_desk)
    where = ["--state-dir", str(small_desk.state_dir), "--secrets", "file"]
    where += ["--home", str(small_desk.home)] if home else []  # which is answered by the long way
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "keyturn", "credentials", NAS, *where],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 4
    assert done.stderr.splitlines()[0].startswith(f"keyturn: no key for {NAS}: It could not be written: ")
    assert "Traceback" not in done.stderr
    assert "mistake" not in done.stderr


def test_it_comes_from_the_system_s_keychain(small_desk: Desk, keychain: Mapping[str, str]) -> None:
    named(small_desk)
    old = small_desk.old
    item = json.dumps({"access_key_id": old.access_key_id.value, "secret": old.secret.reveal()})
    keep = f"import keyring, sys; keyring.set_password({SERVICE!r}, {old.access_key_id.value!r}, sys.stdin.read())"
    subprocess.run([sys.executable, "-c", keep], env={**os.environ, **keychain}, input=item, text=True, check=True)
    done = started(small_desk, "credentials", NAS, environment=keychain)
    assert (done.returncode, done.stderr) == (0, "")
    assert pair_of(json.loads(done.stdout)) == old


def test_a_locked_keychain_is_waited_for_in_one_sentence(small_desk: Desk, locked_keychain: Mapping[str, str]) -> None:
    named(small_desk)
    done = started(small_desk, "credentials", NAS, environment=locked_keychain)
    expect_refused(Answer(done.returncode, done.stdout, done.stderr), 3, "keychain is locked")


@pytest.mark.parametrize("words", [("credentials",), ("credentials", NAS, "more"), ("credentials", NAS, "--nothing")])
def test_what_is_not_understood_is_said_by_the_parser(small_desk: Desk, words: tuple[str, ...]) -> None:
    done = started(small_desk, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "was not understood" in done.stderr


def test_a_folder_that_others_may_read_is_made_private_before_anything_is_believed(small_desk: Desk) -> None:
    named(small_desk)
    small_desk.state_dir.chmod(0o755)
    assert started(small_desk, "credentials", NAS, "--secrets", "file").returncode == 0
    assert small_desk.state_dir.stat().st_mode & 0o077 == 0


# ── run ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

_TELL = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith(('AWS', 'MINIO'))}))"


def test_a_program_gets_the_pair_and_no_other_key_token_or_profile(small_desk: Desk) -> None:
    named(small_desk)
    others = {
        "AWS_ACCESS_KEY_ID": "other",
        "AWS_SESSION_TOKEN": "other",
        "AWS_SECURITY_TOKEN": "other",
        "AWS_PROFILE": "other",
        "AWS_DEFAULT_PROFILE": "other",
        "AWS_ROLE_ARN": "other",
        "MINIO_ROOT_PASSWORD": "other",
        "AWS_REGION": "eu-central-1",
    }
    program = ("--", sys.executable, "-c", _TELL)
    done = started(small_desk, "run", "--secrets", "file", NAS)
    assert done.returncode == 2, "no program was named"
    command = ["run", NAS, "--secrets", "file", "--state-dir", str(small_desk.state_dir), *program]
    done = subprocess.run(
        [sys.executable, "-m", "keyturn", *command], env={**os.environ, **others}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "AWS_ACCESS_KEY_ID": small_desk.old.access_key_id.value,
        "AWS_SECRET_ACCESS_KEY": small_desk.old.secret.reveal(),
        "AWS_REGION": "eu-central-1",
    }


def running(desk: Desk, *program: str, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401
    command = ["run", NAS, "--secrets", "file", "--state-dir", str(desk.state_dir), "--", *program]
    return subprocess.Popen(
        [sys.executable, "-m", "keyturn", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    )


def test_its_exit_code_its_words_and_its_streams_are_the_program_s(small_desk: Desk) -> None:
    named(small_desk)
    echo = "import sys; print(sys.argv[1:], sys.stdin.read()); sys.exit(7)"
    with running(small_desk, sys.executable, "-c", echo, "--json", "a b", "$HOME", "--", "*") as program:
        said, _ = program.communicate("typed")
    assert (program.returncode, said) == (7, "['--json', 'a b', '$HOME', '--', '*'] typed\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE])
def test_each_signal_reaches_the_program_which_takes_our_place(small_desk: Desk, number: signal.Signals) -> None:
    named(small_desk)
    # A shell has the usual way with each signal; `exec` keeps this process the one that was started.
    with running(small_desk, "/bin/sh", "-c", "echo $$; exec sleep 100") as program:
        assert program.stdout is not None
        assert int(program.stdout.readline()) == program.pid
        program.send_signal(number)
        assert program.wait(timeout=60) == -number


def test_without_a_key_nothing_is_started(small_desk: Desk, tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    with running(small_desk, "/usr/bin/touch", str(trace), stderr=subprocess.PIPE) as program:
        said, told = program.communicate()
    expect_refused(Answer(program.returncode, said, told), 1, "No key is called")
    assert not trace.exists()


def test_a_program_that_is_not_there_is_named(small_desk: Desk) -> None:
    named(small_desk)
    with running(small_desk, "no-such-program", stderr=subprocess.PIPE) as program:
        _said, told = program.communicate()
    assert program.returncode == 2
    assert "There is no program no-such-program" in told


def test_a_lower_case_variable_of_another_key_counts_as_well() -> None:
    pair = KeyPair(AccessKeyId("AKIAIOSFODNN7EXAMPLE"), Secret("made-up"))
    assert "aws_profile" not in environment_with(pair, {"aws_profile": "other", "PATH": "/bin"})
