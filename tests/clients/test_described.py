"""Programs by description: one file says where a program's keys are; `test_client_contract.py` tries each of them.

What stands here is what a description adds to that: what is told of a file that it does not lead through, and that a
further program needs a description and a sample, and nothing else.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keyturn.clients.described.described_program import Described, described_programs
from keyturn.clients.described.description import descriptions, read_descriptions
from keyturn.clients.registry import client_named, every_client, find_everything, guided_clients
from keyturn.computer.computer import Computer, Platform
from keyturn.computer.resources import resources_folder
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, PlaceKind, Target

FILES = resources_folder() / "programs"
HERE = Path(__file__).parent
ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
OTHER = "AKIAOTHERCONTRACT5X4"


def find(home: Path, path: str, text: str) -> Findings:
    file = Path(os.path.normpath(home / path))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    home.mkdir(parents=True, exist_ok=True)
    return find_everything(Computer.at(home, "linux"))


def test_every_file_is_used_and_each_program_has_a_name_of_its_own() -> None:
    assert descriptions().problems == ()
    assert set(descriptions().by_name) == {path.stem for path in FILES.glob("*.toml")}
    names = [client.name for client in (*every_client(), *guided_clients())]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("program", described_programs(), ids=lambda program: program.name)
def test_every_program_has_a_sample_and_says_where_its_facts_come_from(program: Described) -> None:
    # An image without files of its own is looked at in test_images.py.
    assert not program.description.keys or any(
        f'client = "{program.name}"' in path.read_text() for path in HERE.glob("described/*/sample.toml")
    )
    assert all(re.match(r"https://|facts/", source) for source in program.description.sources)


@pytest.mark.parametrize("program", described_programs(), ids=lambda program: program.name)
def test_every_sentence_of_a_description_is_one(program: Described) -> None:
    after = program.description.after
    for sentence in (*program.description.careful, program.description.restart, *(after.steps if after else ())):
        assert sentence == "" or sentence.endswith("."), sentence
    assert after is None or (after.steps and not after.title.endswith("."))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ('name = "plakar"', "not the file's own name"),
        ("grammar = ", "Invalid"),
        ('nonsense = "x"', "mean nothing: nonsense"),
        ('name = "nextcloud"\nrestart = "x"', "belong together"),
    ],
)
def test_a_damaged_description_is_told_with_its_reason_and_the_others_are_used(
    tmp_path: Path, damage: str, told: str
) -> None:
    shutil.copytree(FILES, tmp_path / "programs")
    damaged = tmp_path / "programs" / "nextcloud.toml"
    written = damaged.read_text(encoding="utf-8").replace('name = "nextcloud"\n', "", 1)
    damaged.write_text(f"{damage}\n{written}", encoding="utf-8")

    read = read_descriptions(tmp_path / "programs")

    (problem,) = read.problems
    assert (problem.path, problem.code) == (damaged, "description.unusable")
    assert told in problem.message
    assert set(read.by_name) == set(descriptions().by_name) - {"nextcloud"}


def test_a_file_that_says_nothing_of_s3_is_left_alone_however_it_is_written(tmp_path: Path) -> None:
    assert find(tmp_path, "public_html/wp-config.php", "<?php define('DB_PASSWORD', 'it") == Findings()


def test_a_key_that_the_description_does_not_lead_to_is_named_with_its_line(tmp_path: Path) -> None:
    text = f"<?php\ndefine('S3_UPLOADS_BUCKET', 'photos');\n$key = ['{ID}', '{SECRET}'];\n"
    (place,) = find(tmp_path, "public_html/wp-config.php", text).places

    assert (place.client, place.kind, place.editable, place.line) == ("wordpress", PlaceKind.MENTION, False, 3)
    assert "does not expect" in place.note


def test_two_keys_of_one_file_are_both_told(tmp_path: Path) -> None:
    text = (
        f"gitlab_rails['backup_upload_connection'] = {{\n 'aws_access_key_id' => '{ID}',\n"
        f" 'aws_secret_access_key' => '{SECRET}' }}\n"
        f"registry['storage'] = {{ 's3' => {{\n 'accesskey' => '{OTHER}', 'secretkey' => '{SECRET}',\n"
        " 'bucket' => 'reg' } }\n"
    )
    places = find(tmp_path, "gitlab/config/gitlab.rb", text).places

    assert [(place.name, place.access_key_id.value, place.editable) for place in places] == [
        ("backups", ID, True),
        ("registry", OTHER, True),
    ]
    assert places[1].targets == (Target("reg"),)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "nextcloud/config/config.php",
            "<?php $CONFIG = ['objectstore' => ['arguments' => ['key' => getenv('K'), 'secret' => getenv('S')]]];",
        ),
        ("discourse/containers/app.yml", "env:\n  DISCOURSE_S3_ACCESS_KEY_ID: ${KEY}\n"),
        ("gitlab/config/gitlab.rb", "gitlab_rails['backup_upload_connection'] = { 'aws_access_key_id' => ENV['K'] }\n"),
    ],
)
def test_a_key_that_comes_from_elsewhere_is_said_and_not_passed_over(tmp_path: Path, path: str, text: str) -> None:
    found = find(tmp_path, path, text)

    assert found.places == ()
    (problem,) = found.problems
    assert (problem.code, problem.path) == ("reference.computed", tmp_path / path)


def test_a_file_that_its_language_refuses_is_told_with_the_key_in_it(tmp_path: Path) -> None:
    text = f"<?php\n$CONFIG = ['objectstore' => ['arguments' => ['key' => '{ID}', 'secret' => 'it"
    found = find(tmp_path, "nextcloud/config/config.php", text)

    assert [problem.code for problem in found.problems] == ["file.unparsable"]
    assert [(place.access_key_id.value, place.editable) for place in found.places] == [(ID, False)]


def test_a_file_is_known_wherever_it_lies_if_its_name_and_what_it_says_fit(tmp_path: Path) -> None:
    text = f"[repository]\nrepository = 'opendal:s3'\n[repository.options]\naccess_key_id = '{ID}'\n"
    text += f"secret_access_key = '{SECRET}'\nbucket = 'photos'\n"
    (place,) = find(tmp_path, "backup/rustic-photos.toml", text).places
    assert (place.client, place.editable, place.targets) == ("rustic", True, (Target("photos"),))


def test_a_repository_of_another_service_is_none_of_aws(tmp_path: Path) -> None:
    text = "[repository]\nrepository = 'opendal:obs'\n[repository.options]\n"
    text += f"access_key_id = '{ID}'\nsecret_access_key = '{SECRET}'\n"
    (place,) = find(tmp_path, ".config/rustic/rustic.toml", text).places
    assert (place.kind, place.editable) == (PlaceKind.MENTION, False)


def test_virtualmin_may_list_all_buckets_and_says_what_it_writes_back(tmp_path: Path) -> None:
    home = tmp_path / "home/ann"
    text = f"s3_akey={ID}\ns3_skey={SECRET}\n"
    (place,) = find(home, "../../etc/webmin/virtual-server/config", text).places

    assert Addition.LIST_ALL_BUCKETS in place.additions
    assert "writes the key of its own settings" in place.note
    after = client_named("virtualmin").after_change(Computer.at(home, "linux"), place)
    assert after is not None and "scheduled backups" in after.title


def test_what_has_to_be_done_afterwards_names_the_file(tmp_path: Path) -> None:
    text = f"S3_ENABLED=true\nAWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
    (place,) = find(tmp_path, "mastodon/.env.production", text).places
    after = client_named("mastodon").after_change(Computer.at(tmp_path, "linux"), place)

    assert after is not None
    assert str(place.path) in after.title
    assert any(str(place.path.parent) in step for step in after.steps)


def test_a_profile_of_bareos_says_where_and_how_it_asks(tmp_path: Path) -> None:
    text = (
        f'backend = s3\nuse_https = "false"\nhost = "s3.example.net:9000"\naccess_key = {ID}\nsecret_key = {SECRET}\n'
    )
    (place,) = find(tmp_path, "bareos/bareos-sd.d/device/droplet/a.profile", text).places
    assert (place.endpoint, place.plain_http) == ("s3.example.net:9000", True)


@pytest.mark.parametrize("platform", list(Platform))
def test_an_empty_home_has_none_of_them(tmp_path: Path, platform: Platform) -> None:
    computer = Computer.at(tmp_path, platform.value)
    assert all(program.find(computer) == Findings() for program in described_programs())


MADE_UP = """
name = "made-up"
title = "Made Up"
grammar = "ruby"
sources = ["https://example.org/made-up"]

[files]
linux = ["~/made-up/*.rb"]
signature = 'vault'

[[keys]]
at = "vault"
id = "key"
secret = "secret"
buckets = ["bucket"]
"""
SAMPLE = """
client = "made-up"
file = "vault.rb"
path = "made-up/vault.rb"
platform = "linux"
locator = "vault/key"
bucket = "photos"
"""
TEST = """
from pathlib import Path

import pytest

from keyturn_testing.client_contract import ClientContract, read_client_sample


class TestMadeUp(ClientContract):
    @pytest.fixture
    def sample(self):
        return read_client_sample(Path(__file__).parent)
"""


def test_a_further_program_needs_one_file_and_one_sample_and_nothing_else(tmp_path: Path) -> None:
    # The same house, with a description and a sample more: all of the contract holds for the program.
    import keyturn
    import keyturn_testing

    (tmp_path / "app").mkdir()
    for package in (keyturn, keyturn_testing):
        (tmp_path / "app" / package.__name__).symlink_to(Path(str(package.__file__)).parent)
    shutil.copytree(resources_folder(), tmp_path / "resources", ignore=shutil.ignore_patterns("screenshots"))
    (tmp_path / "resources/programs/made-up.toml").write_text(MADE_UP)
    samples = tmp_path / "tests"
    samples.mkdir()
    (samples / "sample.toml").write_text(SAMPLE)
    (samples / "vault.rb").write_text("vault.bucket = 'photos'\nvault.key = '{id}'\nvault['secret'] = \"{secret}\"\n")
    (samples / "test_made_up.py").write_text(TEST)

    command = (
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-q",
        "tests",
    )
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "app")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None and int(passed[1]) >= 20, ran.stdout
