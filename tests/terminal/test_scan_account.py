"""`scan --account`: every key of the account, with what the one who asks may not see named."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from keyturn.model.keys import KeyPair
from keyturn.terminal.exits import Exit
from keyturn_practice.faults import refused, throttled
from keyturn_practice.timeline import Lag

from .conftest import Desk
from .test_scan_days import use

ALL = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def policy(*statements: tuple[str, str]) -> str:
    return json.dumps({"Statement": [{"Effect": one, "Action": action, "Resource": "*"} for one, action in statements]})


def accounts_users(desk: Desk) -> None:
    """An account with a user whose key is old, one with an inactive key, and one without any."""
    desk.account.create_user("mail")
    desk.account.create_user_key("mail", age_days=400)
    desk.account.create_user("nas")
    desk.account.create_user_key("nas", age_days=10)
    desk.account.create_user("nobody")


def elsewhere(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in document["keys"] if not one["on_this_computer"]]


def titles(document: dict[str, Any]) -> str:
    return " | ".join(f"{one['title']}: {one['message']}" for one in document["problems"])


def write_profile(desk: Desk, name: str, user: str, *, beside: bool = False) -> KeyPair:
    """A profile with a new key of the user: the only one, or beside those that are there."""
    pair = desk.account.create_user_key(user)
    path = desk.computer.home / ".aws" / "credentials"
    path.parent.mkdir(exist_ok=True)
    text = f"[{name}]\naws_access_key_id = {pair.access_key_id.value}\naws_secret_access_key = {pair.secret.reveal()}\n"
    path.write_text(path.read_text() + text if beside else text)
    return pair


def test_every_users_keys_are_told_also_those_that_are_not_here(small_desk: Desk) -> None:
    accounts_users(small_desk)
    answer = small_desk.type("scan", "--account", "--json")

    document = answer.document
    assert answer.code == Exit.DONE
    assert [(one["user_name"], one["advice"], one["places"]) for one in elsewhere(document)] == [
        ("mail", "retire", []),
        ("nas", "ok", []),
    ], "neither was ever used, and one of them is ten days old"
    (here,) = (one for one in document["keys"] if one["on_this_computer"])
    assert here["kind"] == "root" and here["places"]
    (account,) = document["accounts"]
    assert (account["users"], account["keys"], account["finished"]) == (3, 3, True)
    assert account["root"]["mfa"] is True
    assert [key["active"] for key in account["root"]["keys"]] == [True]
    assert not any("secret" in name for one in document["keys"] for name in one if name != "places")


def test_the_page_lists_them_with_what_should_be_done_first(small_desk: Desk) -> None:
    accounts_users(small_desk)
    out = small_desk.type("scan", "--account").out
    assert "3 users, 3 keys" in out
    assert out.index("mail") < out.index("nas")
    assert "Root user: an active key" in out and "every four hours" in out


def test_a_scan_without_it_asks_nothing_about_the_account(small_desk: Desk) -> None:
    accounts_users(small_desk)
    document = small_desk.type("scan", "--json").document
    assert elsewhere(document) == [] and "accounts" not in document
    asked = [one.action for one in small_desk.account.records]
    assert "iam:GetAccountAuthorizationDetails" not in asked
    assert "iam:GetUser" not in asked, "of users, those that Keyturn made are looked at, and none is there"
    assert asked.count("iam:ListAccessKeys") == 1


def test_another_identity_may_ask(small_desk: Desk) -> None:
    accounts_users(small_desk)
    small_desk.account.create_user("admin", policies={"all": ALL})
    write_profile(small_desk, "admin", "admin")
    document = small_desk.type("scan", "--account", "--as", "profile:admin", "--json").document
    (account,) = document["accounts"]
    assert account["seen_by"].endswith(":user/admin")
    assert {one["user_name"] for one in elsewhere(document)} == {"mail", "nas"}


def test_what_the_one_who_asks_may_not_see_is_named(small_desk: Desk) -> None:
    accounts_users(small_desk)
    may = policy(("Allow", "iam:ListUsers"), ("Allow", "iam:ListAccessKeys"), ("Allow", "sts:*"))
    small_desk.account.create_user("clerk", policies={"some": may})
    write_profile(small_desk, "clerk", "clerk")
    document = small_desk.type("scan", "--account", "--as", "profile:clerk", "--json").document
    told = elsewhere(document)
    assert {one["user_name"] for one in told} == {"mail", "nas"}
    assert all(one["tags"] is None and one["last_used_known"] is False for one in told)
    assert {one["advice"] for one in told} == {"renew", "ok"}, "without its last use no key is called unused"
    assert document["accounts"][0]["root"] is None
    assert "root user of account" in titles(document)


def test_users_whose_keys_may_not_be_listed_are_in_no_count_and_named(small_desk: Desk) -> None:
    accounts_users(small_desk)
    may = policy(("Allow", "iam:ListUsers"), ("Allow", "sts:*"))
    small_desk.account.create_user("porter", policies={"some": may})
    write_profile(small_desk, "porter", "porter")
    document = small_desk.type("scan", "--account", "--as", "profile:porter", "--json").document
    assert elsewhere(document) == []
    assert "The keys of 4 users may not be listed" in titles(document)


def test_an_account_whose_users_may_not_be_listed_is_one_sentence_and_the_scan_goes_on(small_desk: Desk) -> None:
    small_desk.account.create_user("stranger", policies={"some": policy(("Allow", "sts:*"))})
    write_profile(small_desk, "stranger", "stranger")
    answer = small_desk.type("scan", "--account", "--as", "profile:stranger", "--json")
    assert answer.code == Exit.DONE
    assert "could not be listed" in titles(answer.document)
    assert answer.document["keys"]


def test_too_many_requests_are_waited_for_and_asked_again(small_desk: Desk) -> None:
    accounts_users(small_desk)
    small_desk.account.fail("iam:ListAccessKeys", throttled(), nth=3, times=6)
    document = small_desk.type("scan", "--account", "--json").document
    assert {one["user_name"] for one in elsewhere(document)} == {"mail", "nas"}


def test_aws_that_stops_answering_leaves_what_was_seen_until_then(small_desk: Desk) -> None:
    accounts_users(small_desk)
    small_desk.account.fail("iam:ListAccessKeys", throttled(), nth=3, times=10_000)
    answer = small_desk.type("scan", "--account", "--json")
    assert answer.code == Exit.DONE
    assert answer.document["accounts"][0]["finished"] is False
    assert "AWS stopped answering after 1 user" in titles(answer.document)


def test_tags_are_told(small_desk: Desk) -> None:
    accounts_users(small_desk)
    key = elsewhere(small_desk.type("scan", "--account", "--json").document)[0]["access_key_id"]
    small_desk.type("name", key, "/office/mail")
    document = small_desk.type("scan", "--account", "--json").document
    assert all(one["tags"] == {} for one in elsewhere(document))


def test_it_needs_aws_and_as_needs_it(small_desk: Desk) -> None:
    assert small_desk.type("scan", "--account", "--offline").code == Exit.USAGE
    assert small_desk.type("scan", "--as", "profile:admin").code == Exit.USAGE


def test_who_used_a_key_that_is_not_here_is_told_with_days(small_desk: Desk) -> None:
    small_desk.account.create_user("mail", policies={"all": ALL})
    used = small_desk.account.create_user_key("mail", age_days=400)
    small_desk.account.create_user("attic")
    small_desk.account.create_user_key("attic", age_days=400)
    use(small_desk, used, "rclone/v1.60.1", "203.0.113.7")
    small_desk.advance(days=1)

    document = small_desk.type("scan", "--account", "--days", "30", "--json").document

    told = {one["user_name"]: one for one in elsewhere(document)}
    assert [(one["agent"], one["address"]) for one in told["mail"]["used_by"]] == [("rclone/v1.60.1", "203.0.113.7")]
    assert told["mail"]["used_by_known"] is True
    assert told["attic"]["used_by"] == []
    asked = [one for one in small_desk.account.records if one.action == "cloudtrail:LookupEvents"]
    assert asked
    small_desk.advance(days=1)  # AWS answers two such questions a second
    page = small_desk.type("scan", "--account", "--days", "30").out
    assert "rclone/v1.60.1 from 203.0.113.7" in " ".join(page.split())


def test_the_keepers_key_is_in_the_keychain_here_and_nothing_to_retire(small_desk: Desk) -> None:
    made = small_desk.type("keeper", "make", "--as", f"key:{small_desk.old.access_key_id}", "--yes", "--json")
    assert made.code == Exit.DONE, made.err
    document = small_desk.type("scan", "--account", "--json").document
    (keeper,) = (one for one in document["keys"] if "keeper" in (one["user_name"] or ""))
    assert (keeper["on_this_computer"], keeper["advice"], keeper["places"]) == (True, "ok", [])


def table(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table_has_a_line_for_each_key_with_what_should_be_done_first(small_desk: Desk, tmp_path: Path) -> None:
    accounts_users(small_desk)
    path = tmp_path / "keys.csv"
    document = small_desk.type("scan", "--account", "--csv", str(path), "--json").document
    lines = table(path)
    assert [(one["advice"], one["user_name"], one["on_this_computer"]) for one in lines] == [
        ("replace", "", "yes"),
        ("retire", "mail", "no"),
        ("ok", "nas", "no"),
    ]
    mail = next(one for one in lines if one["user_name"] == "mail")
    assert (mail["status"], mail["age_days"], mail["last_used"]) == ("active", "400", "never")
    assert document["csv"] == str(path)
    assert not any(one["access_key_id"] in path.read_text() for one in document["keys"]), "key IDs are shortened"
    assert path.stat().st_mode & 0o077 == 0


def test_a_table_that_is_there_is_not_written_over(small_desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "keys.csv"
    path.write_text("mine")
    assert small_desk.type("scan", "--account", "--csv", str(path)).code == Exit.USAGE
    assert path.read_text() == "mine"
    assert small_desk.type("scan", "--account", "--csv", str(path), "--yes").code == Exit.DONE
    assert table(path)


def test_what_was_not_seen_is_a_line_of_the_table_and_a_name_is_no_formula(small_desk: Desk, tmp_path: Path) -> None:
    accounts_users(small_desk)
    small_desk.account.create_user("=cmd")
    small_desk.account.create_user_key("=cmd")
    may = policy(("Allow", "iam:*"), ("Allow", "sts:*"), ("Deny", "iam:GenerateCredentialReport"))
    small_desk.account.create_user("clerk", policies={"some": may})
    write_profile(small_desk, "clerk", "clerk")
    small_desk.account.fail("iam:ListAccessKeys", refused(403, "AccessDenied"), nth=4)
    path = tmp_path / "keys.csv"
    small_desk.type("scan", "--account", "--as", "profile:clerk", "--csv", str(path))
    lines = table(path)
    notes = " | ".join(one["note"] for one in lines if not one["access_key_id"])
    assert "The keys of 1 user may not be listed" in notes
    assert "root user of account" in notes
    assert any(one["user_name"] == "'=cmd" for one in lines)
    assert all(not cell.startswith(("=", "+", "-", "@")) for one in lines for cell in one.values())


def test_csv_needs_the_account(small_desk: Desk, tmp_path: Path) -> None:
    assert small_desk.type("scan", "--csv", str(tmp_path / "keys.csv")).code == Exit.USAGE
    assert not (tmp_path / "keys.csv").exists()


def test_the_report_has_the_account_in_each_form(small_desk: Desk) -> None:
    accounts_users(small_desk)
    page = small_desk.type("report", "--account").out
    assert "The whole account" in page and page.index("mail") < page.index(">nas<")
    assert "Root user: an active key" in page
    lines = list(csv.DictReader(io.StringIO(small_desk.type("report", "--account", "--format", "csv").out)))
    assert [one["where"].rpartition("/")[2] for one in lines if one["kind"] == "account key"] == ["mail", "nas"]
    document = json.loads(small_desk.type("report", "--account", "--format", "json").out)
    assert {one["user_name"] for one in elsewhere(document)} == {"mail", "nas"}
    assert document["accounts"][0]["users"] == 3


def test_a_report_without_it_asks_nothing_about_the_account(small_desk: Desk) -> None:
    accounts_users(small_desk)
    assert "The whole account" not in small_desk.type("report").out
    assert not any(one.action == "iam:GetAccountAuthorizationDetails" for one in small_desk.account.records)
    assert small_desk.type("report", "--account", "--offline").code == Exit.USAGE
    assert small_desk.type("report", "--as", "profile:clerk").code == Exit.USAGE


def tells_uses_at_once(desk: Desk) -> None:
    """AWS shows a use as soon as it was one; how long it takes is not documented (facts/aws.md C6)."""
    desk.account._identities.lag = Lag(last_use=0)


def last_used(desk: Desk, key: KeyPair, *words: str) -> str | None:
    document = desk.type("scan", "--account", *words, "--json").document
    (told,) = (one for one in document["keys"] if one["access_key_id"] == key.access_key_id.value)
    used = told["last_used"]
    return None if used is None else used["date"]


def test_the_last_use_of_whoever_asks_is_somebody_elses_also_in_the_second_scan_of_the_day(small_desk: Desk) -> None:
    small_desk.forget_programs()
    small_desk.account.create_user("admin", policies={"all": ALL})
    admin = write_profile(small_desk, "admin", "admin")
    used_at = small_desk.clock.now()
    use(small_desk, admin, "aws-cli/2.32.0")
    small_desk.advance(days=5)
    for who in ("profile:admin", f"key:{admin.access_key_id.last4}"):
        for _scan in range(2):
            before = len(small_desk.account.records)
            told = last_used(small_desk, admin, "--as", who)
            assert told is not None and abs((datetime.fromisoformat(told) - used_at).total_seconds()) < 1
            first = small_desk.account.records[before]
            assert (first.key, first.action) == (admin.access_key_id, "iam:GetAccessKeyLastUsed"), (
                "before any other use"
            )
            small_desk.advance(days=0.1)


def test_a_key_that_may_not_ask_about_itself_is_asked_about_before_it_signs_anything(small_desk: Desk) -> None:
    tells_uses_at_once(small_desk)
    small_desk.forget_programs()
    small_desk.account.create_user("admin", policies={"all": ALL})
    small_desk.account.create_user("backup", policies={"some": policy(("Allow", "s3:*"))})
    backup = write_profile(small_desk, "backup", "backup")
    write_profile(small_desk, "admin", "admin", beside=True)
    used_at = small_desk.clock.now()
    use(small_desk, backup, "restic/0.17")
    small_desk.advance(days=5)
    for _scan in range(2):
        told = last_used(small_desk, backup, "--as", "profile:admin")
        assert told is not None and abs((datetime.fromisoformat(told) - used_at).total_seconds()) < 1
        small_desk.advance(days=0.1)


def test_what_keyturn_signed_with_a_key_that_left_this_computer_is_no_use_by_somebody(small_desk: Desk) -> None:
    small_desk.forget_programs()
    small_desk.account.create_user("admin", policies={"all": ALL})
    small_desk.account.create_user("backup", policies={"some": policy(("Allow", "s3:*"))})
    backup = write_profile(small_desk, "backup", "backup")
    assert small_desk.type("scan").code == Exit.DONE  # signs with it
    write_profile(small_desk, "admin", "admin")
    small_desk.advance(days=0.1)
    assert last_used(small_desk, backup, "--as", "profile:admin") is None
