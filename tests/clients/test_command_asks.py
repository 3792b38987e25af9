"""What commands ask of S3: whose key they take, which rights they need, how they write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from keyturn.clients.programs.restic import Restic
from keyturn.clients.variables.command_asks import Asked, Lender, asked_by
from keyturn.clients.variables.compose import Compose
from keyturn.clients.variables.environment import Environment
from keyturn.computer.computer import Computer
from keyturn.edits import shell
from keyturn.edits.expansion import resolved
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.manners import AS_USUAL, Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Place, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
ID, SECRET = ONE.access_key_id.value, ONE.secret.reveal()
RCLONE_ASKS = {Addition.OBJECT_ACL, Addition.CREATE_BUCKET}


def asked(line: str, **values: str) -> Asked:
    command, *_within_its_words = shell.read(line.encode()).commands
    (one,) = asked_by(resolved(command, values), values, {"mine": ""})
    return one


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("line", "additions", "manner"),
    [
        ("aws s3 sync x s3://bkt/p", set(), AS_USUAL),
        (
            "aws s3 sync x s3://bkt --acl bucket-owner-full-control --storage-class GLACIER",
            {Addition.OBJECT_ACL},
            Manner(acl="bucket-owner-full-control", storage_class="GLACIER"),
        ),
        ("aws s3 cp x s3://bkt --sse", set(), Manner(encryption="AES256")),
        (
            "aws s3 cp x s3://bkt --sse aws:kms --sse-kms-key-id alias/a --request-payer requester",
            set(),
            Manner(encryption="aws:kms", kms_key="alias/a", requester_pays=True),
        ),
        ('aws s3 cp x s3://bkt --sse aws:kms --sse-kms-key-id "$KEY"', set(), Manner("aws:kms", '"$KEY"')),
        ("aws s3 cp x s3://bkt --checksum-algorithm SHA256", set(), Manner(checksum="SHA256")),
        ("aws s3 cp x s3://bkt --grants read=id=1", {Addition.OBJECT_ACL}, AS_USUAL),
        ("aws --region x s3 ls", {Addition.LIST_ALL_BUCKETS}, AS_USUAL),
        ("aws s3 cp s3://bkt/x s3://bkt/y", {Addition.READ_TAGS, Addition.TAGGING}, AS_USUAL),
        ("aws s3api restore-object --bucket bkt --key x", {Addition.RESTORE}, AS_USUAL),
        (
            "aws s3api put-object --bucket bkt --key x --object-lock-legal-hold-status ON --tagging a=b",
            {Addition.LEGAL_HOLD, Addition.TAGGING},
            Manner(tags="a=b"),
        ),
        ("aws s3api get-object --bucket bkt --key x --version-id 1 f", {Addition.READ_VERSIONS}, AS_USUAL),
        ("aws s3api delete-object --bucket bkt --key x --version-id 1", {Addition.DELETE_VERSIONS}, AS_USUAL),
        ("rclone rcat mine:bkt/db.gz", RCLONE_ASKS, AS_USUAL),
        ("rclone copy --s3-no-check-bucket x mine:bkt", {Addition.OBJECT_ACL}, AS_USUAL),
        (
            "rclone copy x mine:bkt --s3-server-side-encryption=aws:kms --s3-sse-kms-key-id k "
            "--s3-storage-class GLACIER",
            RCLONE_ASKS,
            Manner("aws:kms", "k", "GLACIER"),
        ),
        ("rclone copy x mine:bkt --header-upload 'x-amz-acl: private'", RCLONE_ASKS, Manner(acl="private")),
        ("rclone backend restore mine:bkt/x", RCLONE_ASKS | {Addition.RESTORE}, AS_USUAL),
        (
            "rclone backend cleanup-hidden mine:bkt",
            RCLONE_ASKS | {Addition.READ_VERSIONS, Addition.DELETE_VERSIONS},
            AS_USUAL,
        ),
        ("rclone lsd mine:", RCLONE_ASKS | {Addition.LIST_ALL_BUCKETS}, AS_USUAL),
        ("restic -r s3:h/bkt backup x -o s3.storage-class=DEEP_ARCHIVE", set(), Manner(storage_class="DEEP_ARCHIVE")),
        ("restic -r s3:h/bkt -o s3.enable-restore=1 restore x", {Addition.RESTORE}, AS_USUAL),
        ("s3cmd put x s3://bkt --acl-public", {Addition.OBJECT_ACL}, Manner(acl="public-read")),
        ("s3cmd put x s3://bkt --server-side-encryption-kms-id=k", set(), Manner("aws:kms", "k")),
        ("s3cmd put x s3://bkt --add-header=x-amz-storage-class:GLACIER", set(), Manner(storage_class="GLACIER")),
        ("s3cmd restore s3://bkt/x", {Addition.RESTORE}, AS_USUAL),
        ("s5cmd cp --sse aws:kms --sse-kms-key-id k x s3://bkt/", set(), Manner("aws:kms", "k")),
        ("mc cp --storage-class GLACIER x store/bkt/p", set(), Manner(storage_class="GLACIER")),
        ("duplicity --s3-use-glacier x boto3+s3://bkt/p", set(), Manner(storage_class="GLACIER")),
        (
            "duplicity --s3-use-server-side-kms-encryption --s3-kms-key-id k x boto3+s3://bkt/p",
            set(),
            Manner("aws:kms", "k"),
        ),
        (
            "kopia repository connect s3 --bucket bkt --point-in-time 2026-01-01",
            {Addition.LOCK_SETTINGS, Addition.RETENTION, Addition.READ_VERSIONS, Addition.VERSIONING},
            AS_USUAL,
        ),
        ("sudo -u x nice rclone copy x mine:bkt", RCLONE_ASKS, AS_USUAL),
        ("some-tool --to s3://bkt/p", set(), AS_USUAL),
    ],
)
def test_options_and_sub_commands_say_what_is_asked_and_how(
    line: str, additions: set[Addition], manner: Manner
) -> None:
    one = asked(line)
    assert (set(one.additions), one.manner) == (additions, manner)
    assert one.lender is Lender.ALIAS or {target.bucket for target in one.targets} <= {"bkt"}


@pytest.mark.parametrize(
    ("line", "lender", "name", "config"),
    [
        ("aws s3 ls s3://bkt", Lender.VARIABLES, "", ""),
        ("aws --profile work s3 ls s3://bkt", Lender.PROFILE, "work", ""),
        ("aws s3 ls s3://bkt --profile=work", Lender.PROFILE, "work", ""),
        ("rclone --config ~/r.conf copy x other:bkt", Lender.REMOTE, "other", "~/r.conf"),
        ("rclone copy x :s3,provider=AWS:bkt", Lender.VARIABLES, "", ""),
        ("s3cmd -c /etc/s3cfg put x s3://bkt", Lender.FILE, "", "/etc/s3cfg"),
        ("mc mirror x store/bkt", Lender.ALIAS, "store", ""),
        ("restic -r s3:h/bkt backup", Lender.VARIABLES, "", ""),
        ("mount-s3 bkt /mnt --profile work", Lender.PROFILE, "work", ""),
    ],
)
def test_a_command_says_whose_key_it_takes(line: str, lender: Lender, name: str, config: str) -> None:
    one = asked(line)
    assert (one.lender, one.name, one.config) == (lender, name, config)
    assert [target.bucket for target in one.targets] == ["bkt"]


@pytest.mark.parametrize(
    ("line", "unclear"),
    [
        ("restic -r s3:s3.amazonaws.com/$BUCKET/a backup x", "s3:s3.amazonaws.com/$BUCKET/a"),
        ('restic -r "$REPOSITORY" backup x', "$REPOSITORY"),
        ('aws s3 sync x "s3://$1/a"', "s3://$1/a"),
        ('aws s3 sync --delete "$1" "$2" --exclude "$3"', "$2"),
        ('aws s3 rm --recursive "$1/old"', "$1/old"),
        ('s3cmd -c "$C" put x "$TO"', "$TO"),
        ('rclone sync "$1" "$2" --transfers "$3"', "$2"),
        ('nice rclone --config "$C" mount "$REMOTE" /mnt', "$REMOTE"),
        ('aws s3api put-object --bucket "$B" --key x', "$B"),
        ('rclone sync x "mine:$BUCKET"', "mine:$BUCKET"),
        ("rclone sync mine: x", "mine:"),
    ],
)
def test_an_address_whose_bucket_only_a_run_would_tell_is_kept(line: str, unclear: str) -> None:
    one = asked(line)
    assert (one.targets, one.unclear) == ((), (unclear,))


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("restic -r s3:s3.amazonaws.com/$BUCKET/a backup x", Target("photos", "a")),
        ('aws s3 sync x "s3://${BUCKET}/$(hostname)/a"', Target("photos")),
        ('rclone copy x "mine:photos/db/$(date +%F).gz"', Target("photos", "db")),
    ],
)
def test_what_the_text_sets_itself_is_known_and_the_rest_leaves_the_folder_open(line: str, target: Target) -> None:
    one = asked(line, BUCKET="photos")
    assert (one.targets, one.unclear) == ((target,), ())


@pytest.mark.parametrize(
    ("line", "beyond"),
    [
        ("aws route53 change-resource-record-sets --hosted-zone-id Z1", "aws route53"),
        ("aws --region eu-west-1 sns publish --message done", "aws sns"),
        ("aws s3api put-bucket-versioning --bucket bkt", "aws s3api put-bucket-versioning"),
        ("aws s3 rb s3://bkt", "aws s3 rb"),
        ("s3cmd setlifecycle f s3://bkt", "s3cmd setlifecycle"),
        ("mc ilm add store/bkt", "mc ilm"),
    ],
)
def test_what_no_key_for_backups_may_do_is_named(line: str, beyond: str) -> None:
    assert asked(line).beyond == beyond


@pytest.mark.parametrize(
    "line", ["aws sts get-caller-identity", "aws configure list", "echo rclone", "rclone version", "restic snapshots"]
)
def test_what_asks_nothing_of_s3_is_passed_over(line: str) -> None:
    (command,) = shell.read(line.encode()).commands
    assert list(asked_by(command, {}, {})) == []


def test_what_deletes_in_its_runs_is_told() -> None:
    deleting = (
        "aws s3 sync x s3://bkt --delete",
        "rclone sync x mine:bkt",
        "restic -r s3:h/bkt forget",
        "s3cmd del s3://bkt/x",
    )
    assert all(asked(line).removes for line in deleting)
    keeping = ("aws s3 sync x s3://bkt", "rclone copy x mine:bkt", "restic -r s3:h/bkt backup", "s3cmd put x s3://bkt")
    assert not any(asked(line).removes for line in keeping)


# ── The place of the key gets the rights of the programs beside it ───────────────────────────────────────────────────


def only(places: tuple[Place, ...]) -> Place:
    (place,) = places
    return place


def test_a_script_gets_the_rights_of_each_program_that_it_starts_for_its_own_bucket(tmp_path: Path) -> None:
    write(
        tmp_path / "bin/backup.sh",
        f"export AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET}\nBUCKET=films\n"
        "aws s3 sync a s3://photos/x --acl private --sse\naws s3 sync b s3://$BUCKET\n"
        "aws s3api restore-object --bucket attic --key k\n",
    )
    place = only(Environment().find(Computer.at(tmp_path, "linux")).places)
    photos, films, attic = Target("photos", "x"), Target("films"), Target("attic")
    assert set(place.targets) == {photos, films, attic}
    assert place.additions_for(photos) == {Addition.OBJECT_ACL}
    assert place.additions_for(films) == frozenset()
    assert place.additions_for(attic) == {Addition.RESTORE}
    assert place.manners_for(photos) == (Manner(encryption="AES256", acl="private"),)
    assert place.manners_for(films) == (AS_USUAL,)
    assert [one.where for one in place.consumers] == ["backup.sh, line 3", "backup.sh, line 4", "backup.sh, line 5"]


def test_a_remote_in_variables_has_the_rights_that_one_in_a_file_has(tmp_path: Path) -> None:
    write(
        tmp_path / "bin/backup.sh",
        f"export RCLONE_CONFIG_MINE_TYPE=s3 RCLONE_CONFIG_MINE_ACCESS_KEY_ID={ID}\n"
        f"export RCLONE_CONFIG_MINE_SECRET_ACCESS_KEY={SECRET} RCLONE_CONFIG_MINE_STORAGE_CLASS=GLACIER\n"
        "dump | rclone rcat mine:my-bucket/db/$(date +%F).gz\n",
    )
    place = only(Environment().find(Computer.at(tmp_path, "linux")).places)
    (target,) = place.targets
    assert target == Target("my-bucket", "db")
    assert place.additions_for(target) == RCLONE_ASKS
    assert place.manners_for(target) == (Manner(storage_class="GLACIER"),)


def test_a_place_whose_address_is_not_understood_says_so(tmp_path: Path) -> None:
    write(
        tmp_path / ".config/restic/office.sh",
        f"export AWS_ACCESS_KEY_ID={ID} AWS_SECRET_ACCESS_KEY={SECRET} RESTIC_PASSWORD=x\n"
        'restic -r "s3:s3.amazonaws.com/$BUCKET/a" backup /home\n',
    )
    assert only(Restic().find(Computer.at(tmp_path, "linux")).places).unclear == ("s3:s3.amazonaws.com/$BUCKET/a",)


@pytest.mark.parametrize(
    ("variables", "manner"),
    [
        ({"S3_STORAGE_CLASS": "glacier"}, Manner(storage_class="GLACIER")),
        ({"WALG_S3_SSE": "aws:kms", "WALG_S3_SSE_KMS_ID": "k"}, Manner("aws:kms", "k")),
        ({"S3_ACL": "private"}, Manner(acl="private")),
        ({"RESTIC_BACKUP_ARGS": "-v -o s3.storage-class=GLACIER"}, Manner(storage_class="GLACIER")),
        ({"OTHER_STORAGE_CLASS": "fast"}, AS_USUAL),
    ],
)
def test_a_container_gets_the_rights_that_its_variables_ask_for(
    tmp_path: Path, variables: Mapping[str, str], manner: Manner
) -> None:
    pair = {"AWS_ACCESS_KEY_ID": ID, "AWS_SECRET_ACCESS_KEY": SECRET, "S3_BUCKET": "photos", **variables}
    lines = "".join(f"      {name}: {value}\n" for name, value in pair.items())
    write(tmp_path / "compose.yaml", f"services:\n  a:\n    image: x\n    environment:\n{lines}")
    place = only(Compose().find(Computer.at(tmp_path, "linux")).places)
    assert place.manners_for(Target("photos")) == (manner,)
    assert (Addition.OBJECT_ACL in place.additions) is (manner.acl is not None)
