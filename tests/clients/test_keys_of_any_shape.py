"""The people who run a store may name a key at will: it counts there, and at AWS it is told that none stands there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.places import Place, PlaceKind

ID, SECRET, HOST = "minioadmin", "minio-Secret-1", "nas.example:9000"
NEW = KeyPair(AccessKeyId("AKIAIOSFODNN7EXAMPLE"), Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))

# The file, its text, and the line that makes it a store's.
FILES: dict[str, tuple[str, str, str]] = {
    "rclone": (
        ".config/rclone/rclone.conf",
        f"[m]\ntype = s3\nprovider = Minio\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n",
        f"endpoint = http://{HOST}\n",
    ),
    "s3cmd": (".s3cfg", f"[default]\naccess_key = {ID}\nsecret_key = {SECRET}\n", f"host_base = {HOST}\n"),
    "aws": (
        ".aws/credentials",
        f"[default]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n",
        f"endpoint_url = http://{HOST}\n",
    ),
    "environment": (
        ".env",
        f"AWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\nS3_BUCKET=b\n",
        f"AWS_ENDPOINT_URL=http://{HOST}\n",
    ),
    "restic": (
        ".config/restic/nas.env",
        f"export AWS_ACCESS_KEY_ID={ID}\nexport AWS_SECRET_ACCESS_KEY={SECRET}\nexport RESTIC_PASSWORD=x\n",
        f"export RESTIC_REPOSITORY=s3:http://{HOST}/b\n",
    ),
    "compose": (
        "docker-compose.yml",
        f"services:\n  b:\n    image: offen/docker-volume-backup\n    environment:\n      AWS_ACCESS_KEY_ID: {ID}\n"
        f"      AWS_SECRET_ACCESS_KEY: {SECRET}\n",
        f"      AWS_ENDPOINT: {HOST}\n",
    ),
    "s3ql": (
        ".s3ql/authinfo2",
        f"[m]\nbackend-login: {ID}\nbackend-password: {SECRET}\nstorage-url: ",
        f"s3c://{HOST}/b/p\n",
    ),
    "duplicacy": (
        ".duplicacy/preferences",
        '[{"name": "default", "keys": {"s3_id": "%s", "s3_secret": "%s"}, "storage": "' % (ID, SECRET),  # noqa: UP031
        f'minio://us-east-1@{HOST}/b/p"}}]',
    ),
}
AT_AWS = {"s3ql": "s3://eu-central-1/b/p\n", "duplicacy": 's3://eu-central-1@amazon.com/b/p"}]'}

Write = Callable[[str, str], Path]


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(Platform.LINUX, tmp_path, {}, is_this_one=False)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    return write_file


def places(computer: Computer) -> list[Place]:
    return [one for one in find_everything(computer).places if one.kind is PlaceKind.DESTINATION]


@pytest.mark.parametrize("client", FILES)
def test_it_is_found_and_replaced_where_a_store_is_named(client: str, computer: Computer, write: Write) -> None:
    name, text, store = FILES[client]
    path = write(name, text + store)
    (place,) = places(computer)
    assert (place.client, place.access_key_id.value, place.editable) == (client, ID, True)
    assert place.secret == Secret(SECRET)

    replace_pair(computer, [place], expected=place.access_key_id, pair=NEW)

    assert path.read_text() == (text + store).replace(ID, NEW.access_key_id.value).replace(SECRET, NEW.secret.reveal())


@pytest.mark.parametrize("client", FILES)
def test_it_is_told_where_nothing_says_that_it_is_a_stores(client: str, computer: Computer, write: Write) -> None:
    name, text, _store = FILES[client]
    path = write(name, text + AT_AWS.get(client, ""))

    found = find_everything(computer)

    assert not found.places
    assert [(one.code, one.path) for one in found.problems] == [("place.no-key-id", path)]
    assert ID not in f"{found.problems[0].title} {found.problems[0].message}"


def test_a_value_of_its_own_file_counts_where_the_service_names_a_store(computer: Computer, write: Write) -> None:
    write("secrets/id", f"{ID}\n")
    write("secrets/secret", f"{SECRET}\n")
    write(
        "docker-compose.yml",
        "services:\n  b:\n    image: offen/docker-volume-backup\n    environment:\n"
        f"      AWS_ENDPOINT: {HOST}\n      AWS_ACCESS_KEY_ID_FILE: /run/secrets/id\n"
        "      AWS_SECRET_ACCESS_KEY_FILE: /run/secrets/secret\n    secrets: [id, secret]\n"
        "secrets:\n  id:\n    file: ./secrets/id\n  secret:\n    file: ./secrets/secret\n",
    )

    found = places(computer)

    assert {(one.path.name, one.access_key_id.value, one.endpoint) for one in found} == {
        ("id", ID, HOST),
        ("secret", ID, HOST),
    }


@pytest.mark.parametrize(
    "text",
    ["${MINIO_USER}", "", "op://vault/item/user", "has a space", "ab", "x" * 40, "AKIA1234", "wJalrXUtnFEMI" * 4],
)
def test_what_is_no_name_of_a_key_is_none_at_a_store_either(text: str, computer: Computer, write: Write) -> None:
    write(
        ".config/rclone/rclone.conf",
        f"[m]\ntype = s3\naccess_key_id = {text}\nsecret_access_key = {SECRET}\nendpoint = http://{HOST}\n",
    )

    assert not places(computer)


def test_what_cannot_be_one_is_told_at_a_store_too(computer: Computer, write: Write) -> None:
    write(
        ".config/rclone/rclone.conf",
        f"[m]\ntype = s3\naccess_key_id = {'x' * 40}\nsecret_access_key = {SECRET}\nendpoint = http://{HOST}\n",
    )

    assert [one.code for one in find_everything(computer).problems] == ["place.no-key-id"]


def test_a_short_one_is_shown_without_its_middle() -> None:
    assert AccessKeyId.of_any_shape(ID).masked == "mi…dmin"
    assert AccessKeyId.of_any_shape(ID) == AccessKeyId(ID, of_store=True)
    with pytest.raises(ValueError, match="not an access key ID"):
        AccessKeyId(ID)


PAIRS_OF_NAMES = [
    ("S3_USER", "S3_PASSWORD", "S3_ENDPOINT"),
    ("S3_KEY", "S3_SECRET", "S3_ENDPOINT"),
    ("AWS_KEY", "AWS_SECRET", "AWS_ENDPOINT"),
    ("DUPLICACY_S3_ID", "DUPLICACY_S3_SECRET", "DUPLICACY_S3_ENDPOINT"),
    ("PGBACKREST_REPO1_S3_KEY", "PGBACKREST_REPO1_S3_KEY_SECRET", "PGBACKREST_REPO1_S3_ENDPOINT"),
    ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_ENDPOINT"),
]


@pytest.mark.parametrize(("identifier", "secret", "endpoint"), PAIRS_OF_NAMES)
@pytest.mark.parametrize("file", ["app/.env", "app/compose.yml"])
def test_the_two_names_of_a_programs_pair_hold_a_stores_key_together(
    identifier: str, secret: str, endpoint: str, file: str, tmp_path: Path
) -> None:
    lines = [f"{identifier}={ID}", f"{secret}={SECRET}", f"{endpoint}=http://{HOST}", "S3_BUCKET=b"]
    text = "\n".join(lines) + "\n"
    if file.endswith(".yml"):
        text = "services:\n  a:\n    image: x\n    environment:\n" + "".join(f"      - {one}\n" for one in lines)
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(text)
    computer = Computer.at(tmp_path, "linux")

    (place,) = places = find_everything(computer).places
    assert (place.access_key_id.value, place.editable, place.endpoint) == (ID, True, f"http://{HOST}")
    replace_pair(computer, places, expected=place.access_key_id, pair=NEW)

    assert path.read_text() == text.replace(f"={ID}", f"={NEW.access_key_id}").replace(SECRET, NEW.secret.reveal())


@pytest.mark.parametrize(
    "lines",
    [
        f"S3_KEY=photos/a.jpg\nS3_ENDPOINT=http://{HOST}\n",
        f"DB_USER={ID}\nDB_PASSWORD={SECRET}\nS3_ENDPOINT=http://{HOST}\n",
        f"GNS3_USER={ID}\nGNS3_PASSWORD={SECRET}\nS3_ENDPOINT=http://{HOST}\n",
    ],
)
def test_other_names_hold_none(lines: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(lines)
    found = find_everything(Computer.at(tmp_path, "linux"))
    assert (found.places, found.problems) == ((), ())
