"""Container images that back up by themselves: whose key they take, and where they go with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.described.description import descriptions
from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Place, Target

ID, SECRET = "AKIAOLD0CONTRACT7Q2P", "oldOLDoldOLDoldOLDoldOLDoldOLDoldOLD/+ol"
KEY = f"AWS_ACCESS_KEY_ID: {ID}\n      AWS_SECRET_ACCESS_KEY: {SECRET}"


def the_place(home: Path, image: str, variables: str, volumes: str = "", **files: str) -> Place:
    folder = home / "app"
    folder.mkdir(parents=True)
    text = f"services:\n  backup:\n    image: {image}\n    environment:\n      {variables}\n{volumes}"
    (folder / "docker-compose.yml").write_text(text)
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    (place,) = find_everything(Computer.at(home, "linux")).places
    return place


def test_an_archive_of_docker_volumes_goes_where_its_own_variables_say_and_without_tls_if_they_do(
    tmp_path: Path,
) -> None:
    variables = f"{KEY}\n      AWS_S3_BUCKET_NAME: bkt\n      AWS_S3_PATH: a/b\n      AWS_ENDPOINT: s3.example.net\n"
    variables += "      AWS_ENDPOINT_PROTO: http\n      AWS_STORAGE_CLASS: GLACIER\n"
    place = the_place(tmp_path, "offen/docker-volume-backup:v2", variables)

    assert (place.targets, place.endpoint, place.plain_http) == ((Target("bkt", "a/b"),), "http://s3.example.net", True)
    (consumer,) = place.consumers
    assert (consumer.program, consumer.manner.storage_class) == ("docker-volume-backup", "GLACIER")


def test_variables_in_a_file_beside_the_compose_file_are_the_containers_too(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "compose.yml").write_text(
        "services:\n  b:\n    image: ghcr.io/databack/mysql-backup@sha256:0\n    env_file: backup.env\n"
    )
    (folder / "backup.env").write_text(
        f"DB_DUMP_TARGET=/db s3://dumps/nightly\nAWS_ACCESS_KEY_ID={ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
    )
    (place,) = find_everything(Computer.at(tmp_path, "linux")).places

    assert place.path == folder / "backup.env"
    assert place.targets == (Target("dumps", "nightly"),)
    assert "mysql-backup" in [one.program for one in place.consumers]


@pytest.mark.parametrize(
    ("image", "variables", "program"),
    [
        (
            "ttionya/vaultwarden-backup:latest",
            "RCLONE_REMOTE_NAME: store\n      RCLONE_REMOTE_DIR: /bkt/vault",
            "vaultwarden-backup",
        ),
        (
            "itzg/mc-backup",
            "BACKUP_METHOD: rclone\n      RCLONE_REMOTE: store\n      RCLONE_DEST_DIR: bkt/vault",
            "mc-backup",
        ),
    ],
)
def test_a_remote_of_rclones_that_variables_name_is_the_one_of_the_mounted_file(
    tmp_path: Path, image: str, variables: str, program: str
) -> None:
    remote = f"[store]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
    place = the_place(tmp_path, image, variables, "    volumes:\n      - ./rc:/config/rclone\n", rc__rclone_conf=remote)

    assert (place.client, place.targets) == ("rclone", (Target("bkt", "vault"),))
    assert [one.program for one in place.consumers] == [program]


def test_another_way_of_the_same_image_takes_no_remote(tmp_path: Path) -> None:
    remote = f"[store]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
    variables = "BACKUP_METHOD: tar\n      RCLONE_REMOTE: store\n      RCLONE_DEST_DIR: bkt"
    place = the_place(
        tmp_path, "itzg/mc-backup", variables, "    volumes:\n      - ./rc:/config/rclone\n", rc__rclone_conf=remote
    )
    assert (place.targets, place.consumers) == ((), ())


def test_a_remote_in_a_folder_that_only_a_run_would_tell_is_unclear(tmp_path: Path) -> None:
    remote = f"[store]\ntype = s3\nprovider = AWS\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n"
    place = the_place(
        tmp_path,
        "ttionya/vaultwarden-backup",
        "RCLONE_REMOTE_NAME: store",
        "    volumes:\n      - ./rc:/config\n",
        rc__rclone_conf=remote,
    )
    (consumer,) = place.consumers
    assert consumer.unclear == ("store:",)


@pytest.mark.parametrize("image", ["mazzolino/restic", "ghcr.io/djmaze/resticker:latest", "itzg/mc-backup"])
def test_an_image_that_runs_restic_needs_no_description(tmp_path: Path, image: str) -> None:
    place = the_place(tmp_path, image, f"RESTIC_REPOSITORY: s3:s3.amazonaws.com/bkt/restic\n      {KEY}")
    assert place.targets == (Target("bkt", "restic"),)


def test_nextcloud_takes_its_key_from_its_own_variable_alone(tmp_path: Path) -> None:
    variables = f"OBJECTSTORE_S3_KEY: {ID}\n      OBJECTSTORE_S3_SECRET: {SECRET}\n"
    variables += "      OBJECTSTORE_S3_BUCKET: files\n      OBJECTSTORE_S3_HOST: minio\n"
    variables += "      OBJECTSTORE_S3_PORT: 9000\n      OBJECTSTORE_S3_SSL: 'false'\n      OTHER_BUCKET: no"
    place = the_place(tmp_path, "nextcloud:29", variables)
    assert (place.targets, place.endpoint) == ((Target("files"),), "http://minio:9000")


def test_each_described_image_is_looked_at_here() -> None:
    described = {one.name for one in descriptions().by_name.values() if one.image is not None}
    tested = {"docker-volume-backup", "mysql-backup", "vaultwarden-backup", "mc-backup", "nextcloud", "mastodon"}
    assert described == tested


def test_what_mastodon_writes_may_be_read_by_everybody(tmp_path: Path) -> None:
    place = the_place(
        tmp_path, "tootsuite/mastodon", f"S3_BUCKET: media\n      S3_PERMISSION: public-read\n      {KEY}"
    )
    (consumer,) = place.consumers
    assert (consumer.manner.acl, sorted(consumer.additions)) == ("public-read", ["object-acl"])
