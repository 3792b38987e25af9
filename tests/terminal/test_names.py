"""A key has a name: every command takes it, it follows the key through rotations, and its history tells what is so."""

from __future__ import annotations

import json

import pytest

from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn.state.secrets import FileSecrets
from keyturn_practice.faults import throttled

from .conftest import Answer, Desk

NAS = "/office/nas"


def tags_of(desk: Desk, user: str) -> dict[str, str]:
    (there,) = (one for one in desk.account.administrator.inventory().users.values() if one.name == user)
    return dict(there.tags)


def use_a_key_of_a_user(desk: Desk, tagging: str = "Allow") -> None:
    """Let the programs use an IAM user's key, which may do everything but, where that is denied, write tags."""
    rules = [("Allow", "*"), (tagging, "iam:TagUser")]
    statements = [{"Effect": effect, "Action": action, "Resource": "*"} for effect, action in rules]
    desk.account.create_user("nas", policies={"all": json.dumps({"Statement": statements})})
    desk.old = desk.account.create_user_key("nas", age_days=300)
    write_remote(desk, desk.old)


def write_remote(desk: Desk, pair: KeyPair, *, beside: str = "") -> None:
    desk.computer.rclone_config.write_text(
        f"{beside}\n[attic]\ntype = s3\nprovider = AWS\naccess_key_id = {pair.access_key_id.value}\n"
        f"secret_access_key = {pair.secret.reveal()}\n"
    )


def versions(desk: Desk, name: str = NAS) -> list[tuple[int, str, str, str | None, bool]]:
    document = desk.type("history", name, "--json").document
    assert document["name"] == name
    return [
        (one["version"], one["access_key_id"], one["state"], one["by"], one["seen"]) for one in document["versions"]
    ]


def named(desk: Desk, *options: str) -> Answer:
    answer = desk.type("name", desk.old.access_key_id.value, NAS, *options, "--json")
    assert answer.code == 0, answer.out + answer.err
    return answer


def new_key(desk: Desk) -> str:
    answer = desk.type("rotate", NAS, "--yes", "--json")
    assert answer.code == 3, answer.out
    return str(answer.lines[-1]["new_access_key_id"])


def kept(desk: Desk, key: str) -> bool:
    return FileSecrets(desk.state_dir / "secrets.json").get(AccessKeyId(key)) is not None


def test_a_named_key_is_kept_to_be_handed_out_and_its_file_stays_as_it_was(small_desk: Desk) -> None:
    before = small_desk.computer.rclone_config.read_bytes()
    answer = named(small_desk)
    assert (answer.document["name"], answer.document["kept"], answer.document["tagged"]) == (NAS, True, False)
    assert answer.document["problem"]["code"] == "name.no-user", "a root key has no tags, and that is said"
    assert small_desk.computer.rclone_config.read_bytes() == before
    assert kept(small_desk, small_desk.old.access_key_id.value)
    assert small_desk.old.secret.reveal() not in answer.out + answer.err
    assert versions(small_desk) == [(1, small_desk.old.access_key_id.value, "current", None, True)]


def test_without_its_secret_it_has_its_name_alone(small_desk: Desk) -> None:
    assert named(small_desk, "--without-secret").document["kept"] is False
    assert not kept(small_desk, small_desk.old.access_key_id.value)


def test_the_name_means_the_new_key_once_that_is_proved_and_the_old_one_again_after_undo(small_desk: Desk) -> None:
    old = small_desk.old.access_key_id.value
    named(small_desk)
    new = new_key(small_desk)
    assert versions(small_desk) == [(1, old, "previous", None, True), (2, new, "current", "keyturn", True)]
    proved = small_desk.type("verify", NAS, "--json").document["destinations"]
    assert {(one["access_key_id"], one["ok"]) for one in proved} == {(new, True)}
    assert small_desk.type("undo", NAS, "--json").lines[-1]["state"] == "undone"
    assert versions(small_desk) == [(1, old, "current", None, True), (2, new, "deleted", "keyturn", True)]
    assert kept(small_desk, old), "anyone who asks for the name gets the old pair, which may stand nowhere else"
    assert not kept(small_desk, new)
    newest = new_key(small_desk)
    assert [one[1:3] for one in versions(small_desk)] == [(old, "previous"), (new, "deleted"), (newest, "current")]


def test_each_command_on_a_rotation_takes_the_name_of_its_key(small_desk: Desk) -> None:
    named(small_desk)
    assert small_desk.type("plan", NAS, "--json").document["key"] == small_desk.old.access_key_id.value
    assert small_desk.type("turn-off", NAS, "--json").lines[-1]["problem"]["code"] == "usage.rotation"
    new = new_key(small_desk)
    small_desk.advance(4)
    assert small_desk.type("continue", NAS, "--json").code == 3
    assert small_desk.type("turn-off", NAS, "--yes", "--json").code == 3
    small_desk.account.root_turn_off(small_desk.old.access_key_id)
    assert small_desk.type("turn-off", NAS, "--yes", "--json").code == 0
    assert versions(small_desk)[0] == (1, small_desk.old.access_key_id.value, "off", "person", True)
    report = json.loads(small_desk.type("report", NAS, "--offline", "--format", "json").out)
    assert [one["new_key"] for one in report["rotations"]] == [new]
    small_desk.advance(8)
    last4 = small_desk.old.access_key_id.last4
    assert small_desk.type("delete", NAS, "--confirm", last4, "--json").code == 3
    small_desk.account.root_delete(small_desk.old.access_key_id)
    said = small_desk.type("done", "delete", "--rotation", NAS, "--confirm", last4, "--json")
    assert said.code == 0, said.out
    assert versions(small_desk)[0] == (1, small_desk.old.access_key_id.value, "deleted", "person", False)
    assert "said by a person, not seen" in small_desk.type("history", NAS).out


def test_a_report_about_one_key_has_nothing_of_another(small_desk: Desk) -> None:
    named(small_desk)
    other = small_desk.account.create_root_key(age_days=3)
    write_remote(small_desk, other, beside=small_desk.computer.rclone_config.read_text())
    assert len(json.loads(small_desk.type("report", "--format", "json").out)["keys"]) == 2
    (only,) = json.loads(small_desk.type("report", NAS, "--format", "json").out)["keys"]
    assert only["access_key_id"] == small_desk.old.access_key_id.value


@pytest.mark.parametrize(
    "name", ["nas", "/", "/office/", "//nas", "/office nas", "/../nas", "/nas;rm", "/" + "n" * 128, "/nas\n"]
)
def test_what_is_no_name_is_said_before_anything_is_kept(small_desk: Desk, name: str) -> None:
    answer = small_desk.type("name", small_desk.old.access_key_id.value, name, "--json")
    if name == "/nas\n":  # blanks around it are nobody's intention
        assert answer.code == 0
        return
    assert (answer.code, answer.document["problem"]["code"]) == (2, "usage.name")
    assert not (small_desk.state_dir / "key-names.json").exists()


def test_a_name_is_one_key_s_and_a_key_has_one_name(small_desk: Desk) -> None:
    named(small_desk)
    named(small_desk)
    assert small_desk.type("name", NAS, "/cellar", "--json").document["problem"]["code"] == "usage.name"
    other = small_desk.account.create_root_key(age_days=3)
    write_remote(small_desk, other)
    answer = small_desk.type("name", other.access_key_id.value, NAS, "--json")
    assert (answer.code, answer.document["problem"]["code"]) == (2, "usage.name")
    assert small_desk.type("name", "--off", NAS).code == 0
    assert small_desk.type("history", "--json").document == {"names": []}
    assert small_desk.type("history", NAS, "--json").code == 2
    assert kept(small_desk, small_desk.old.access_key_id.value), "no secret is lost with a name"
    assert small_desk.type("name", other.access_key_id.value, NAS, "--json").code == 0


@pytest.mark.parametrize("policy", ["Allow", "Deny"])
def test_the_name_of_a_user_s_key_is_a_tag_at_aws_or_it_is_said_that_it_is_not(small_desk: Desk, policy: str) -> None:
    desk = small_desk
    use_a_key_of_a_user(desk, policy)
    answer = named(desk)
    tags = tags_of(desk, "nas")
    if policy == "Allow":
        assert (answer.document["tagged"], answer.document["problem"]) == (True, None)
        assert tags["keyturn:name"] == NAS
    else:
        assert (answer.document["tagged"], answer.document["problem"]["code"]) == (False, "aws.denied")
        assert "keyturn:name" not in tags
        assert "known on this computer alone" in desk.type("name", desk.old.access_key_id.value, NAS).out


def test_where_aws_does_not_answer_about_the_tag_the_name_is_kept_and_that_is_said(small_desk: Desk) -> None:
    desk = small_desk
    use_a_key_of_a_user(desk)
    desk.account.fail("iam:TagUser", throttled(), times=3)
    answer = named(desk)
    assert (answer.document["tagged"], answer.document["problem"]["code"]) == (False, "aws.throttled")
    assert versions(desk)[0][1] == desk.old.access_key_id.value
    assert named(desk).document["tagged"] is True, "naming it again does what could not be done before"


def test_the_user_that_a_rotation_makes_bears_the_name(small_desk: Desk) -> None:
    named(small_desk)
    new_key(small_desk)
    (user,) = small_desk.account.user_names()
    assert tags_of(small_desk, user)["keyturn:name"] == NAS
