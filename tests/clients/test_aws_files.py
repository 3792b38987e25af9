"""The shared AWS files: which profile's key counts, and what of it can be replaced."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from keyturn.clients.own_check import run_own_check
from keyturn.clients.programs.aws_files import AwsFiles
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Findings, Place, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))


def lines(pair: KeyPair) -> str:
    return f"aws_access_key_id = {pair.access_key_id}\naws_secret_access_key = {pair.secret.reveal()}\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    return tmp_path


def find(home: Path, environment: Mapping[str, str] | None = None) -> Findings:
    return AwsFiles().find(Computer(Platform.LINUX, home, environment or {}, is_this_one=False))


def by_name(findings: Findings) -> dict[str, Place]:
    return {place.name: place for place in findings.places}


def test_every_profile_of_both_files_is_a_place_with_its_settings(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[default]\n{lines(ONE)}[photos]\n{lines(TWO)}")
    (home / ".aws/config").write_text(
        "[default]\nregion = eu-west-1\n"
        "[profile photos]\nregion = eu-central-1\nendpoint_url = http://127.0.0.1:5000\n"
        f'[profile "with space"]\n{lines(ONE)}'
    )

    places = by_name(find(home))

    assert set(places) == {"default", "photos", "with space"}
    assert (places["default"].region, places["default"].endpoint) == ("eu-west-1", None)
    assert (places["photos"].region, places["photos"].endpoint) == ("eu-central-1", "http://127.0.0.1:5000")
    assert places["photos"].plain_http
    assert places["with space"].path == home / ".aws/config"
    assert all(place.kind is PlaceKind.DESTINATION and place.editable for place in places.values())


def test_the_endpoint_of_a_services_section_comes_first(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[default]\n{lines(ONE)}")
    (home / ".aws/config").write_text(
        "[default]\nservices = here\nendpoint_url = https://wrong.example\n"
        "[services here]\ns3 =\n  endpoint_url = https://right.example\n"
    )

    assert by_name(find(home))["default"].endpoint == "https://right.example"


def test_the_credentials_file_comes_before_config_for_the_same_profile(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[default]\n{lines(ONE)}")
    (home / ".aws/config").write_text(f"[default]\n{lines(TWO)}")

    counting, shadowed = find(home).places

    assert (counting.access_key_id, counting.note) == (ONE.access_key_id, "")
    assert shadowed.access_key_id == TWO.access_key_id
    assert "credentials file" in shadowed.note


def test_variables_name_other_files_and_the_usual_ones_are_still_looked_at(home: Path) -> None:
    (home / "other creds").write_text(f"[default]\n{lines(ONE)}")
    (home / "other config").write_text("[default]\nregion = eu-north-1\n")
    (home / ".aws/credentials").write_text(f"[default]\n{lines(TWO)}")
    environment = {"AWS_SHARED_CREDENTIALS_FILE": "~/other creds", "AWS_CONFIG_FILE": str(home / "other config")}

    named, usual = find(home, environment).places

    assert (named.path, named.access_key_id, named.region) == (home / "other creds", ONE.access_key_id, "eu-north-1")
    assert (usual.path, usual.access_key_id, usual.region) == (home / ".aws/credentials", TWO.access_key_id, None)


def test_half_keys_are_not_editable(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[half]\naws_access_key_id = {TWO.access_key_id}\n")

    places = by_name(find(home))

    assert (places["half"].kind, places["half"].editable) == (PlaceKind.MENTION, False)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"[default]\n{lines(ONE)}[default]\nregion = x\n", id="the same section twice"),
        pytest.param(f"[default]\n{lines(ONE)}{lines(TWO)}", id="the same key twice"),
        pytest.param(f"{lines(ONE)}", id="no section"),
    ],
)
def test_a_file_that_aws_programs_refuse_is_a_problem_and_its_keys_are_known(content: str, home: Path) -> None:
    (home / ".aws/credentials").write_text(content)
    (home / ".aws/config").write_text(f"[profile other]\n{lines(TWO)}")

    findings = find(home)

    (problem,) = findings.problems
    assert (problem.path, problem.code) == (home / ".aws/credentials", "file.unparsable")
    refused = [place for place in findings.places if place.path == home / ".aws/credentials"]
    assert ONE.access_key_id in {place.access_key_id for place in refused}
    assert not any(place.editable for place in refused)
    assert by_name(findings)["other"].editable


def test_a_program_that_gives_a_key_is_named_and_never_run(home: Path) -> None:
    witness = home / "it ran"
    (home / ".aws/config").write_text(f"[profile vault]\ncredential_process = touch '{witness}'\n")

    findings = find(home)

    assert findings.places == ()
    assert [problem.code for problem in findings.problems] == ["client.own-program"]
    assert "vault" in findings.problems[0].title
    assert not witness.exists()


def test_profiles_that_take_a_role_are_told_at_the_key_they_use(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[default]\n{lines(ONE)}")
    (home / ".aws/config").write_text("[profile admin]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n")

    (place,) = find(home).places

    assert "“admin”" in place.note


def test_profiles_that_take_a_role_with_that_of_another_are_told_at_the_key_it_comes_down_to(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[base]\n{lines(ONE)}\n[other]\n{lines(TWO)}")
    (home / ".aws/config").write_text(
        "".join(
            f"[profile {name}]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = {source}\n"
            for name, source in [
                ("far", "mid"),
                ("mid", "base"),
                ("other", "base"),
                ("on", "other"),
                ("a", "b"),
                ("b", "a"),
            ]
        )
    )
    notes = {place.name: place.note for place in find(home).places}
    assert "“far”, “mid”, “other”" in notes["base"]
    assert "“on”" not in notes["base"]
    assert "Used by the profiles “on” to take a role" in notes["other"]


def test_a_role_that_is_taken_with_the_key_in_variables_is_told(home: Path) -> None:
    role = "role_arn = arn:aws:iam::1:role/x\ncredential_source ="
    (home / ".aws/config").write_text(f"[profile a]\n{role} Environment\n[profile b]\n{role} Ec2InstanceMetadata\n")
    (problem,) = find(home).problems
    assert (problem.code, "“a”" in problem.title) == ("client.role-with-variables", True)


def test_a_section_of_config_without_the_word_profile_is_only_mentioned(home: Path) -> None:
    (home / ".aws/config").write_text(f"[photos]\n{lines(ONE)}")

    (place,) = find(home).places

    assert (place.kind, place.editable) == (PlaceKind.MENTION, False)


def test_what_is_no_key_id_is_a_problem_that_does_not_repeat_it(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[swapped]\naws_access_key_id = {ONE.secret.reveal()}\n")

    findings = find(home)

    assert findings.places == ()
    (problem,) = findings.problems
    assert problem.code == "place.no-key-id"
    assert ONE.secret.reveal() not in repr(problem)


def test_references_and_blanks_are_no_places_and_no_problems(home: Path) -> None:
    (home / ".aws/credentials").write_text("[a]\naws_access_key_id = ${KEY}\n[b]\naws_access_key_id =\n")

    assert find(home) == Findings()


def test_two_profiles_of_one_file_are_replaced_together(home: Path) -> None:
    path = home / ".aws/credentials"
    path.write_text(f"[default]\n{lines(ONE)}[copy]\n{lines(ONE)}")
    computer = Computer.at(home, "linux")

    replace_pair(computer, find(home).places, expected=ONE.access_key_id, pair=TWO)

    assert path.read_text() == f"[default]\n{lines(TWO)}[copy]\n{lines(TWO)}"


def test_places_of_two_files_are_never_replaced_in_one_step(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[one]\n{lines(ONE)}")
    (home / ".aws/config").write_text(f"[profile two]\n{lines(ONE)}")

    with pytest.raises(ValueError, match="one file"):
        replace_pair(Computer.at(home, "linux"), find(home).places, expected=ONE.access_key_id, pair=TWO)


def test_no_alias_of_the_home_gives_the_check_another_meaning(
    home: Path, required_program: Callable[[str], Path], tmp_path: Path
) -> None:
    required_program("aws")
    ran = tmp_path / "ran"
    (home / ".aws/cli").mkdir(parents=True)
    aliases = "".join(f"{word} = !touch {ran} #\n" for word in ("sts", "s3api", "s3"))
    (home / ".aws/cli/alias").write_text(f"[toplevel]\n{aliases}")
    (home / ".aws/credentials").write_text(f"[photos]\n{lines(ONE)}")
    computer = Computer.at(home, "linux")
    (place,) = find(home).places
    check = AwsFiles().check(computer, place, None, endpoint_url="http://127.0.0.1:1")

    assert check is not None
    assert run_own_check(check).ok is False
    assert not ran.exists()


def test_the_check_is_read_only_isolated_and_without_secrets(
    home: Path, required_program: Callable[[str], Path]
) -> None:
    required_program("aws")
    (home / ".aws/credentials").write_text(f"[photos]\n{lines(ONE)}")
    computer = Computer.at(home, "linux")
    (place,) = find(home).places

    check = AwsFiles().check(computer, place, Target("bucket", "prefix"), endpoint_url="http://127.0.0.1:1")

    assert check is not None
    listing = ("s3api", "list-objects-v2", "--bucket", "bucket", "--max-items", "1", "--prefix", "prefix")
    assert check.arguments[-len(listing) :] == listing
    assert str(home / ".aws") not in repr([check.arguments, check.environment])
    files = {one.variable: one.content.reveal() for one in check.private_files}
    assert files["AWS_SHARED_CREDENTIALS_FILE"] == f"[default]\n{lines(ONE)}"
    assert files["AWS_CONFIG_FILE"] == "[default]\n"
    assert ONE.secret.reveal() not in json.dumps([*check.arguments, *check.environment.values()])


def test_a_shadowed_key_has_no_check_because_it_would_prove_the_other_one(
    home: Path, required_program: Callable[[str], Path]
) -> None:
    required_program("aws")
    (home / ".aws/credentials").write_text(f"[default]\n{lines(ONE)}")
    (home / ".aws/config").write_text(f"[default]\n{lines(TWO)}")
    computer = Computer.at(home, "linux")
    counting, shadowed = find(home).places

    assert AwsFiles().check(computer, counting, None) is not None
    assert AwsFiles().check(computer, shadowed, None) is None


@pytest.mark.parametrize("profile", ["default", "photos", "in-config"])
def test_the_real_aws_reads_the_key_that_keyturn_finds_before_and_after(
    profile: str, home: Path, required_program: Callable[[str], Path]
) -> None:
    aws = required_program("aws")
    (home / ".aws/credentials").write_text(f"# old\n[default]\n{lines(ONE)}\n[photos]\r\n{lines(ONE)}")
    (home / ".aws/config").write_text(f"[default]\n{lines(TWO)}[profile in-config]\n{lines(ONE)}")
    computer = Computer.at(home, "linux")
    place = next(place for place in find(home).places if place.name == profile)

    for pair in (ONE, TWO):
        if pair is TWO:
            replace_pair(computer, [place], expected=ONE.access_key_id, pair=TWO)
        # the table shows the last four characters of either value
        shown = subprocess.run(
            [aws, "configure", "list", "--profile", profile],
            env={"PATH": os.environ["PATH"], "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert f"****************{pair.access_key_id.last4}" in shown
        assert f"****************{pair.secret.reveal()[-4:]}" in shown


def test_a_key_that_all_profiles_inherit_is_one_place(home: Path) -> None:
    (home / ".aws/credentials").write_text(f"[DEFAULT]\n{lines(ONE)}[a]\nregion = x\n[b]\n{lines(TWO)}")

    places = by_name(find(home))

    assert {name: place.pair for name, place in places.items()} == {"DEFAULT": ONE, "b": TWO}
    replace_pair(Computer.at(home, "linux"), [places["DEFAULT"]], expected=ONE.access_key_id, pair=TWO)
    assert by_name(find(home))["DEFAULT"].pair == TWO


def test_settings_in_the_credentials_file_count_for_a_key_in_config(home: Path) -> None:
    (home / ".aws/credentials").write_text("[photos]\nregion = eu-north-1\n")
    (home / ".aws/config").write_text(f"[profile photos]\nregion = us-east-1\n{lines(ONE)}")

    assert by_name(find(home))["photos"].region == "eu-north-1"
