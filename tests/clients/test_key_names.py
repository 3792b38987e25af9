"""Which half of a key stands under a name, and which name goes with it, no matter who made the names up."""

from __future__ import annotations

import pytest

from keyturn.clients.credential_names import Half, Partners, key_name


@pytest.mark.parametrize(
    ("identifier", "secret"),
    [
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_ACCESS_KEY", "AWS_SECRET_KEY"),
        ("AWSACCESSKEYID", "AWSSECRETACCESSKEY"),
        ("AWSAccessKeyId", "AWSSecretKey"),
        ("awsAccessKey", "awsSecretKey"),
        ("S3_KEY", "S3_SECRET"),
        ("OBJECTSTORE_S3_KEY", "OBJECTSTORE_S3_SECRET"),
        ("PGBACKREST_REPO1_S3_KEY", "PGBACKREST_REPO1_S3_KEY_SECRET"),
        ("DUPLICACY_S3_ID", "DUPLICACY_S3_SECRET"),
        ("KEY_ID", "KEY_SECRET"),
        ("--access-key", "--secret-access-key"),
        ("--access_key", "--secret_key"),
        ("--s3-access-key-id", "--s3-secret-access-key"),
        ("accessKeyID", "secretAccessKey"),
        ("TARGET_USER", "TARGET_PASS"),
        ("RCLONE_CONFIG_MY_S3_ACCESS_KEY_ID", "RCLONE_CONFIG_MY_S3_SECRET_ACCESS_KEY"),
    ],
)
def test_both_halves_are_known_by_their_names_and_belong_together(identifier: str, secret: str) -> None:
    halves = [key_name(name) for name in (identifier, secret)]
    assert [None if one is None else one.half for one in halves] == [Half.ID, Half.SECRET]
    assert Partners([identifier, secret, "OTHER_SECRET_KEY"]).of(identifier) == secret


@pytest.mark.parametrize(
    "name",
    [
        *("SECRET_KEY_BASE", "AWS_SESSION_TOKEN", "SSE_KMS_KEY_ID", "GPG_KEY_ID", "SSH_KEY", "CLIENT_SECRET", "MONKEY"),
        *("AWS_ACCESS_KEY_ID_FILE", "AWS_PROFILE", "KEYBOARD", "PATH", "", "1", "RESTIC_REPOSITORY"),
    ],
)
def test_names_of_other_things_are_none_of_a_key(name: str) -> None:
    assert key_name(name) is None


def test_of_two_secrets_beside_an_id_the_one_of_the_same_words_counts_and_none_where_that_is_unclear() -> None:
    both = Partners(["AWS_SECRET_KEY", "AWS_SECRET_ACCESS_KEY"])
    assert both.of("AWS_ACCESS_KEY_ID") == "AWS_SECRET_ACCESS_KEY"
    assert Partners(["AWS_KEY_SECRET", "AWS_SECRET_ACCESS_KEY"]).of("AWS_ID") is None


def test_only_names_of_s3_stand_for_keys_of_any_shape() -> None:
    meant = {name: known.means_s3 for name in ("S3_ACCESS_KEY", "ALIYUN_ACCESS_KEY_ID") if (known := key_name(name))}
    assert meant == {"S3_ACCESS_KEY": True, "ALIYUN_ACCESS_KEY_ID": False}
