"""`plan --key` and `rotate --key`: a new key for a user whose old one is not on this computer, to be handed over."""

from __future__ import annotations

import pytest

from keyturn.model.keys import AccessKeyId, KeyPair, KeyStatus, Secret
from keyturn.state.secrets import open_store
from keyturn.state.secrets_kind import SecretsKind
from keyturn.terminal.exits import Exit
from keyturn_practice.faults import dropped_answer, refused

from .conftest import Answer, Desk
from .test_key_elsewhere import idle, office, result, rotations, status, typed
from .test_scan_account import policy, write_profile
from .test_scan_days import use

__all__ = ["idle", "office"]

HANDED = "guided-another-computer"
BACK = "back-another-computer"


def handed_over(desk: Desk, key: KeyPair, *words: str) -> Answer:
    return typed(desk, "rotate", key, *words)


def naming(key: KeyPair) -> tuple[str, ...]:
    whole, last4 = key.access_key_id.value, key.access_key_id.last4
    return ("--key", whole, "--as", "profile:admin", "--confirm", last4)


def new_key(answer: Answer) -> AccessKeyId:
    return AccessKeyId(result(answer)["new_access_key_id"])


def kept(desk: Desk, key: AccessKeyId) -> KeyPair | None:
    return open_store(SecretsKind.FILE, desk.state_dir).get(key)


def items(answer: Answer) -> list[str]:
    return [one["item"] for one in result(answer)["awaiting"]]


def keys_of(desk: Desk, user: str = "mail") -> list[KeyStatus]:
    return [one.status for one in desk.account.listed_keys() if one.owner_arn.endswith(f"/{user}")]


def as_admin(desk: Desk, *words: str) -> Answer:
    return desk.type(*words, "--as", "profile:admin", "--json")


def test_the_old_key_stays_on_until_the_person_says_that_the_new_one_is_in_place(office: Desk, idle: KeyPair) -> None:
    made = handed_over(office, idle)
    assert (made.code, result(made)["step"], items(made)) == (Exit.WAITING, "watch", [HANDED]), made.err
    new = new_key(made)
    pair = kept(office, new)
    assert pair is not None and office.account.accepts(pair)
    assert keys_of(office) == [KeyStatus.ACTIVE, KeyStatus.ACTIVE]

    assert typed(office, "turn-off", idle).code == Exit.WAITING
    assert status(office, idle) is KeyStatus.ACTIVE
    assert office.type("done", HANDED).code == Exit.DONE
    assert typed(office, "turn-off", idle).code == Exit.DONE
    assert status(office, idle) is KeyStatus.INACTIVE

    office.advance(days=7.1)
    assert typed(office, "delete", idle).code == Exit.DONE
    assert status(office, idle) is None
    assert office.account.status_of(new) is KeyStatus.ACTIVE
    assert kept(office, new) == pair, "it is kept, since AWS shows it to nobody again"


def test_each_place_that_is_named_is_waited_for(office: Desk, idle: KeyPair) -> None:
    made = handed_over(office, idle, "--also", "web-page:shop", "--also", "encrypted-file")
    assert items(made) == ["guided-web-page-shop", "guided-encrypted-file"]
    office.type("done", "guided-web-page-shop")
    assert typed(office, "turn-off", idle).code == Exit.WAITING
    office.type("done", "guided-encrypted-file")
    assert typed(office, "turn-off", idle).code == Exit.DONE


def test_the_plan_shows_it_and_makes_nothing(office: Desk, idle: KeyPair) -> None:
    key = idle.access_key_id.value
    shown = office.type("plan", "--key", key, "--as", "profile:admin", "--also", "web-page:shop", "--json")
    assert shown.code == Exit.DONE, shown.err
    assert shown.document["route"] == "same-user"
    assert [one["item"] for one in shown.document["by_hand"]] == ["guided-web-page-shop"]
    assert keys_of(office) == [KeyStatus.ACTIVE]
    assert rotations(office) == []

    handed_over(office, idle)
    again = office.type("plan", "--key", key, "--as", "profile:admin", "--json")
    assert again.code == Exit.USAGE and rotations(office)[0]["rotation"] in result(again)["problem"]["message"]


def test_the_secret_is_shown_on_an_explicit_ask_alone_and_is_nowhere_else(office: Desk, idle: KeyPair) -> None:
    command = ("rotate", *naming(idle))
    assert office.type(*command, "--show-secret", "--json").code == Exit.USAGE
    assert keys_of(office) == [KeyStatus.ACTIVE]

    shown = office.type(*command, "--show-secret")
    pair = kept(office, AccessKeyId(rotations(office)[0]["new_key"]))
    assert pair is not None
    secret = pair.secret.reveal()
    assert (shown.out.count(secret), shown.err.count(secret)) == (1, 0)
    for words in (command, ("status",), ("continue", "--as", "profile:admin"), ("report", "--format", "json")):
        for form in ((), ("--json",)):
            said = office.type(*words, *form) if "--format" not in words else office.type(*words)
            assert secret not in said.out + said.err, words
    files = [path for path in office.state_dir.rglob("*") if path.is_file() and path.name != "secrets.json"]
    assert not [path for path in files if secret.encode() in path.read_bytes()]


def test_a_bucket_that_is_named_is_proved_with_the_new_key(office: Desk, idle: KeyPair) -> None:
    made = handed_over(office, idle, "--bucket", "family-archive")
    assert made.code == Exit.WAITING, made.err
    new = new_key(made)
    done = {one.action for one in office.account.records if one.key == new}
    assert {"s3:ListBucket", "s3:PutObject", "s3:AbortMultipartUpload"} <= done, done


def test_a_new_key_that_cannot_reach_the_bucket_is_removed_again(office: Desk) -> None:
    office.account.create_user("clerk", policies={"some": policy(("Allow", "sts:*"))})
    clerk = office.account.create_user_key("clerk")
    made = handed_over(office, clerk, "--bucket", "family-archive")
    assert (made.code, result(made)["state"]) == (Exit.FAILED, "undone"), made.err
    assert status(office, clerk) is KeyStatus.ACTIVE
    assert keys_of(office, "clerk") == [KeyStatus.ACTIVE]
    assert kept(office, new_key(made)) is None

    missing = handed_over(office, clerk, "--bucket", "no-such-bucket-here")
    assert missing.code == Exit.STOPPED and len(rotations(office)) == 1, "nothing is made for a bucket that is nowhere"


def test_a_third_key_is_never_asked_for(office: Desk, idle: KeyPair) -> None:
    other = office.account.create_user_key("mail")
    held = handed_over(office, idle)
    assert held.code == Exit.WAITING
    message = result(held)["problem"]["message"]
    assert "AWS allows two access keys" in message and other.access_key_id.masked in message
    assert rotations(office) == []
    assert not [one for one in office.account.records if one.action == "iam:CreateAccessKey"]


def test_an_inactive_key_gets_no_successor(office: Desk, idle: KeyPair) -> None:
    office.account.root_turn_off(idle.access_key_id)
    assert handed_over(office, idle).code == Exit.WAITING
    assert keys_of(office) == [KeyStatus.INACTIVE]


def test_who_may_make_no_key_is_told_so_and_everything_is_as_before(office: Desk, idle: KeyPair) -> None:
    may = policy(("Allow", "iam:*"), ("Allow", "sts:*"), ("Deny", "iam:CreateAccessKey"))
    office.account.create_user("clerk", policies={"some": may})
    write_profile(office, "admin", "clerk")
    held = handed_over(office, idle)
    assert held.code == Exit.FAILED
    assert "iam:CreateAccessKey" in result(held)["problem"]["title"]
    assert keys_of(office) == [KeyStatus.ACTIVE]


@pytest.mark.parametrize(
    "words",
    [
        ("--route", "scoped-user"),
        ("--only", "rclone"),
        ("--pair",),
        ("--into", "keychain"),
        ("--append-only",),
        ("--user-name", "x"),
    ],
)
def test_what_is_for_a_key_on_this_computer_is_not_passed_over_in_silence(
    office: Desk, idle: KeyPair, words: tuple[str, ...]
) -> None:
    answer = handed_over(office, idle, *words)
    assert answer.code == Exit.USAGE and words[0] in result(answer)["problem"]["message"]
    assert keys_of(office) == [KeyStatus.ACTIVE]


@pytest.mark.parametrize("words", [("--show-secret",), ("--confirm", "7Q2P")])
def test_what_is_for_a_key_elsewhere_is_not_passed_over_either(office: Desk, words: tuple[str, ...]) -> None:
    answer = office.type("rotate", office.old.access_key_id.value, *words, "--yes", "--json")
    assert answer.code == Exit.USAGE and words[0] in result(answer)["problem"]["title"]


def test_a_place_without_a_guide_makes_nothing(office: Desk, idle: KeyPair) -> None:
    assert handed_over(office, idle, "--also", "nowhere").code == Exit.USAGE
    assert keys_of(office) == [KeyStatus.ACTIVE]


def test_the_same_command_again_goes_on_and_makes_no_other_key(office: Desk, idle: KeyPair) -> None:
    first = handed_over(office, idle)
    again = handed_over(office, idle)
    assert (again.code, new_key(again)) == (Exit.WAITING, new_key(first))
    assert len(keys_of(office)) == 2 and len(rotations(office)) == 1


def test_a_key_that_is_being_retired_gets_no_new_one_on_the_way(office: Desk, idle: KeyPair) -> None:
    typed(office, "turn-off", idle)
    answer = handed_over(office, idle)
    assert answer.code == Exit.USAGE and "keyturn undo" in result(answer)["problem"]["message"]
    assert keys_of(office) == [KeyStatus.INACTIVE]


def test_undo_removes_a_new_key_that_nobody_used(office: Desk, idle: KeyPair) -> None:
    new = new_key(handed_over(office, idle))
    office.advance(days=1)
    back = as_admin(office, "undo")
    assert (back.code, result(back)["state"]) == (Exit.DONE, "undone"), back.err
    assert office.account.status_of(new) is None and kept(office, new) is None
    assert status(office, idle) is KeyStatus.ACTIVE


def test_undo_turns_the_old_key_on_again_first(office: Desk, idle: KeyPair) -> None:
    new = new_key(handed_over(office, idle))
    office.type("done", HANDED)
    assert typed(office, "turn-off", idle).code == Exit.DONE
    asked = as_admin(office, "undo")
    assert (asked.code, items(asked)) == (Exit.WAITING, [BACK])
    assert office.type("done", BACK).code == Exit.DONE
    assert as_admin(office, "undo").code == Exit.DONE
    assert (status(office, idle), office.account.status_of(new)) == (KeyStatus.ACTIVE, None)


def test_undo_takes_no_key_away_that_somebody_used_also_after_they_said_it_was_back(
    office: Desk, idle: KeyPair
) -> None:
    new = new_key(handed_over(office, idle))
    pair = kept(office, new)
    assert pair is not None
    office.advance(days=0.1)
    for again in range(2):
        use(office, pair, "rclone/v1.60.1", "203.0.113.7")
        office.advance(days=0.1)
        asked = as_admin(office, "undo")
        assert (asked.code, items(asked)) == (Exit.WAITING, [BACK]), again
        assert "AWS saw the new key in use" in " ".join(result(asked)["awaiting"][0].get("notes", [asked.err]))
        assert office.account.status_of(new) is KeyStatus.ACTIVE
        office.type("done", BACK)
        office.advance(days=0.1)
    assert as_admin(office, "undo").code == Exit.DONE
    assert office.account.status_of(new) is None


def test_undo_asks_if_nobody_may_see_whether_the_new_key_was_used(office: Desk, idle: KeyPair) -> None:
    new = new_key(handed_over(office, idle))
    office.account.fail("iam:GetAccessKeyLastUsed", refused(403, "AccessDenied"), times=50)
    assert items(as_admin(office, "undo")) == [BACK]
    assert office.account.status_of(new) is KeyStatus.ACTIVE


def test_a_key_whose_answer_was_lost_is_never_removed_by_guess(office: Desk, idle: KeyPair) -> None:
    """The user had keys of others before, so a person says whether the one that appeared is theirs."""
    office.account.fail("iam:CreateAccessKey", dropped_answer())
    lost = handed_over(office, idle)
    assert (lost.code, result(lost)["step"]) == (Exit.WAITING, "create"), lost.err
    (item,) = [one for one in items(lost) if one.startswith("remove-")]
    assert office.type("done", item).code == Exit.DONE
    gone_on = as_admin(office, "continue")
    assert (gone_on.code, result(gone_on)["step"]) == (Exit.WAITING, "watch"), gone_on.err
    assert len(keys_of(office)) == 2 and kept(office, new_key(gone_on)) is not None


def test_the_old_key_does_not_go_off_if_the_new_one_does_not_work_by_then(office: Desk, idle: KeyPair) -> None:
    """No file here holds the new key, and no bucket is named, so AWS is asked about the kept pair itself."""
    new = new_key(handed_over(office, idle))
    office.type("done", HANDED)
    office.account.root_turn_off(new)
    held = typed(office, "turn-off", idle)
    assert held.code == Exit.STOPPED and status(office, idle) is KeyStatus.ACTIVE


def test_a_use_of_the_old_key_names_who_still_has_it_and_keeps_it_on(office: Desk, idle: KeyPair) -> None:
    use(office, idle, "rclone/v1.60.1", "203.0.113.7")
    office.advance(days=0.5)
    made = handed_over(office, idle)
    assert "used-elsewhere" in items(made), "who used it is where the new key has to go"
    office.type("done", HANDED)
    office.type("done", "used-elsewhere")
    held = typed(office, "turn-off", idle)
    assert held.code == Exit.WAITING and "rclone/v1.60.1" in result(held)["problem"]["message"]
    office.advance(days=3.1)
    assert typed(office, "turn-off", idle).code == Exit.DONE


def test_what_was_handed_over_gets_a_successor_in_the_same_way(office: Desk, idle: KeyPair) -> None:
    first = new_key(handed_over(office, idle))
    office.type("done", HANDED)
    typed(office, "turn-off", idle)
    office.advance(days=7.1)
    assert typed(office, "delete", idle).code == Exit.DONE

    second = handed_over(office, KeyPair(first, Secret("not asked for")))
    assert second.code == Exit.WAITING, second.err
    assert new_key(second) not in {first, idle.access_key_id}


def test_it_goes_on_only_with_a_signer(office: Desk, idle: KeyPair) -> None:
    handed_over(office, idle)
    for words in (["continue"], ["undo"], ["turn-off"]):
        answer = office.type(*words, "--json")
        assert answer.code == Exit.USAGE and "profile:admin" in result(answer)["problem"]["message"]
    ended = office.type("end", "--confirm", idle.access_key_id.last4, "--json")
    assert (ended.code, result(ended)["state"]) == (Exit.DONE, "ended")
    assert keys_of(office) == [KeyStatus.ACTIVE, KeyStatus.ACTIVE]


def test_no_backup_is_said_to_reach_a_bucket_that_nobody_named(office: Desk, idle: KeyPair) -> None:
    handed_over(office, idle)
    office.type("done", HANDED)
    page = office.type("status").out + office.type("continue", "--as", "profile:admin").out
    office.type("turn-off", "--as", "profile:admin", "--yes")
    office.advance(days=7.1)
    last4 = idle.access_key_id.last4
    page += office.type("delete", "--as", "profile:admin", "--confirm", last4).out + office.type("status").out
    assert f"…{last4} is deleted." in page
    for claim in ("can reach their buckets", "the new key is in place", "every backup was proved"):
        assert claim not in page, claim


def test_what_keyturn_never_had_is_not_said_to_be_kept(office: Desk, idle: KeyPair) -> None:
    """The old secret stands where the old key is used, and nowhere else."""
    handed = office.type("rotate", *naming(idle)).out
    assert "Note down what stands there now" in handed
    office.type("done", HANDED)
    asked = office.type("undo", "--as", "profile:admin").out
    assert "Keyturn never had its secret" in asked and "secrets.json" not in asked
    office.type("done", BACK)
    office.type("undo", "--as", "profile:admin")
    said = office.type("status").out
    assert f"Put {idle.access_key_id.masked} back into another computer" in said
