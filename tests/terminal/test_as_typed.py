"""`--as WHO` and `keeper`, as they are typed."""

from __future__ import annotations

import io
import json

import pytest

from keyturn.model.keys import KeyPair

from .conftest import Answer, Desk

EVERYTHING = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
DEVICE = "arn:aws:iam::111122223333:mfa/admin"


def profile(desk: Desk, name: str, pair: KeyPair) -> None:
    folder = desk.home / ".aws"
    folder.mkdir(exist_ok=True)
    key, secret = pair.access_key_id.value, pair.secret.reveal()
    (folder / "credentials").write_text(f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")


@pytest.fixture
def admin(small_desk: Desk) -> KeyPair:
    small_desk.account.create_user("admin", policies={"all": EVERYTHING})
    pair = small_desk.account.create_user_key("admin", age_days=30)
    profile(small_desk, "admin", pair)
    return pair


def rotated(desk: Desk) -> Answer:
    return desk.type("rotate", desk.old.access_key_id.value, "--yes", "--json")


@pytest.mark.parametrize("who", ["", "nobody", "profile:", "key:", "keeper:x", "profil:admin"])
def test_who_nobody_is_is_a_question_of_usage(small_desk: Desk, who: str) -> None:
    answer = small_desk.type("plan", "AKIA", "--as", who)
    assert answer.code == 2
    assert "profile:NAME" in answer.err


@pytest.mark.parametrize("command", [["plan"], ["rotate", "--yes"]])
def test_a_profile_that_is_not_there_is_told_and_nothing_begins(small_desk: Desk, command: list[str]) -> None:
    answer = small_desk.type(*command, small_desk.old.access_key_id.value, "--as", "profile:nobody", "--json")
    assert answer.code == 2
    assert answer.lines[-1]["problem"]["code"] == "signer.no-profile"
    assert small_desk.type("status", "--json").document["rotations"] == []


@pytest.mark.usefixtures("admin")
def test_the_plan_names_who_makes_the_change(small_desk: Desk) -> None:
    plan = small_desk.type("plan", small_desk.old.access_key_id.value, "--as", "profile:admin", "--json").document
    assert plan["as"] == "profile:admin"
    assert small_desk.type("plan", small_desk.old.access_key_id.value, "--json").document["as"] == "key"


def test_a_code_of_a_device_is_taken_from_a_pipe(
    small_desk: Desk, admin: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, administrator = small_desk, small_desk.account.administrator
    trusted = [f"arn:aws:iam::{desk.account.account_id}:user/admin"]
    arn = administrator.create_role("keys", EVERYTHING, trusted=trusted, with_device=DEVICE)
    text = f"[profile keys]\nrole_arn = {arn}\nsource_profile = admin\nmfa_serial = {DEVICE}\n"
    (desk.home / ".aws" / "config").write_text(text)
    wanted = ("plan", desk.old.access_key_id.value, "--as", "profile:keys", "--json")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{administrator.code_shown_by(DEVICE)}\n"))
    assert desk.type(*wanted).document["as"] == "profile:keys"
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    answer = desk.type(*wanted)
    assert (answer.code, answer.document["problem"]["code"]) == (2, "signer.mfa")


def test_a_keeper_is_offered_made_shown_and_removed(small_desk: Desk) -> None:
    desk = small_desk
    (offer,) = rotated(desk).lines[-1]["offers"]
    last4 = desk.old.access_key_id.last4
    assert f"keyturn keeper make --as key:{last4}" in offer
    assert desk.type("keeper", "show", "--json").document == {"keeper": None}
    made = desk.type("keeper", "make", "--as", f"key:{last4}", "--yes")
    assert made.code == 0, made.err
    assert "Anyone who has the keeper's key can make a key for each of these users" in made.out
    shown = desk.type("keeper", "show", "--json").document["keeper"]
    assert shown["state"] == "made"
    assert shown["user_name"].startswith("keyturn-keeper-")
    assert shown["access_key_id"].startswith("AKIA")
    assert desk.type("continue", "--json").lines[-1]["offers"] == []
    assert desk.type("keeper", "remove", "--as", f"key:{last4}", "--yes", "--json").document == {"keeper": None}
    assert not [name for name in desk.account.user_names() if name.startswith("keyturn-keeper")]


@pytest.mark.usefixtures("admin")
def test_the_keeper_does_not_change_itself_and_somebody_has_to(small_desk: Desk) -> None:
    assert small_desk.type("keeper", "make", "--yes").code == 2
    assert small_desk.type("keeper", "make", "--as", "profile:admin", "--yes").code == 0
    for action in (["make"], ["remove"], ["adopt", "admin"]):
        answer = small_desk.type("keeper", *action, "--as", "keeper", "--yes")
        assert answer.code == 2
        assert "cannot change itself" in answer.err
    again = small_desk.type("keeper", "make", "--as", "profile:admin", "--yes", "--json")
    assert (again.code, again.document["problem"]["code"]) == (2, "keeper.there")


@pytest.mark.usefixtures("admin")
def test_the_keepers_own_key_is_renewed_by_itself_only_if_it_was_made_so(small_desk: Desk) -> None:
    desk = small_desk
    desk.type("keeper", "make", "--as", "profile:admin", "--yes")
    wanted = ("renew", "keeper", "--every", "30", "--at", "03:00", "--as", "keeper", "--json")
    refused = desk.type(*wanted)
    assert (refused.code, refused.document["problem"]["code"]) == (2, "keeper.not-itself")
    desk.advance(1)
    assert desk.type("renew", "--now", "keeper", "--as", "profile:admin").code == 0
    desk.type("keeper", "remove", "--as", "profile:admin", "--yes")
    told = desk.type("keeper", "make", "--as", "profile:admin", "--renews-itself", "--yes")
    assert "Anyone who has its key can put another one in its place, too." in " ".join(told.out.split()), told.out
    first = desk.type("keeper", "--json").document["keeper"]
    assert "NoOtherKeeper" in {one["Sid"] for one in first["policy"]["Statement"]}
    (renewal,) = desk.type(*wanted).document["renewals"]
    assert (renewal["key"], renewal["of_keeper"], renewal["state"]) == (first["access_key_id"], True, "scheduled")
    assert [one["did"] for one in desk.type("renew", "--due", "--json").document["ran"]] == ["nothing"]
    desk.advance(31)
    (ran,) = desk.type("renew", "--due", "--json").document["ran"]
    (listed,) = desk.type("renew", "--list", "--json").document["renewals"]
    now = desk.type("keeper", "--json").document["keeper"]
    assert (ran, listed["last"]["result"]) == ({"key": now["access_key_id"], "did": "made"}, "deleted")
    assert now["access_key_id"] != first["access_key_id"]
    desk.advance(1)
    assert desk.type("renew", "--now", "keeper").code == 0
    assert desk.type("renew", "--off", "keeper", "--json").document["renewals"] == []
    keys = [one for one in desk.account.listed_keys() if "keyturn-keeper" in one.owner_arn]
    assert len(keys) == 1


@pytest.mark.usefixtures("admin")
def test_a_powerful_user_is_adopted_only_if_that_is_said(small_desk: Desk) -> None:
    small_desk.type("keeper", "make", "--as", "profile:admin", "--yes")
    wanted = ("keeper", "adopt", "admin", "--as", "profile:admin", "--yes", "--json")
    refused = small_desk.type(*wanted)
    assert (refused.code, refused.document["problem"]["code"]) == (2, "keeper.powerful")
    adopted = small_desk.type(*wanted, "--even-if-powerful").document["keeper"]["adopted"]
    assert adopted == [f"arn:aws:iam::{small_desk.account.account_id}:user/admin"]


@pytest.mark.usefixtures("admin")
def test_turning_off_by_the_key_and_by_somebody_else_at_once_makes_no_sense(small_desk: Desk) -> None:
    rotated(small_desk)
    answer = small_desk.type("turn-off", "--by", "key", "--as", "profile:admin", "--yes", "--json")
    assert (answer.code, answer.lines[-1]["problem"]["code"]) == (2, "usage.by")
    assert "Nothing was changed" in answer.lines[-1]["problem"]["message"]
    # Also where a pair was to be kept first.
    given = small_desk.type("turn-off", "--by", "key", "--as", "profile:admin", "--pair", "--yes", "--json")
    assert (given.code, given.lines[-1]["problem"]["code"]) == (2, "usage.by")
    same = small_desk.type("turn-off", "--as", f"key:{small_desk.old.access_key_id}", "--yes", "--json")
    assert (same.code, same.lines[-1]["problem"]["code"]) == (2, "signer.same-key")
