"""Programs with a key on a line of its own: what each makes of its file, its buckets and its needs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.clients.interface import Client
from keyturn.clients.programs.duck import Duck
from keyturn.clients.programs.duplicacy import Duplicacy
from keyturn.clients.programs.hashbackup import HashBackup
from keyturn.clients.programs.s3backer import S3backer
from keyturn.clients.programs.s3cmd import S3cmd
from keyturn.clients.programs.s3fs import S3fs, mount_in
from keyturn.clients.programs.s3ql import S3ql
from keyturn.clients.programs.s4cmd import S4cmd
from keyturn.clients.programs.winscp import WinScp
from keyturn.clients.replacement import plan_edits, preview, read_pair, replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import RunningProgram
from keyturn.edits import winscp_passwords
from keyturn.model.errors import ClientError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))


def line(pair: KeyPair) -> str:
    return f"{pair.access_key_id}:{pair.secret.reveal()}\n"


def find(client: Client, home: Path, platform: str = "linux") -> Findings:
    return client.find(Computer.at(home, platform))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    path.chmod(0o600)
    return path


# ── s3fs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_that_mounts_says_which_buckets_a_password_file_is_for(tmp_path: Path) -> None:
    write(tmp_path / ".passwd-s3fs", line(ONE))
    write(tmp_path / "secret/films", f"films:{line(TWO)}")
    write(
        tmp_path / ".config/systemd/user/home-photos.mount",
        "[Mount]\nWhat=photos:/2019\nWhere=%h/photos\nType=fuse.s3fs\nOptions=_netdev,url=https://s3.eu-west-1.amazonaws.com\n",
    )
    write(
        tmp_path / ".config/systemd/user/films.service",
        "[Service]\nExecStart=/usr/bin/s3fs films %h/films -f -o passwd_file=%h/secret/films,default_acl=public-read\n",
    )

    photos, films = find(S3fs(), tmp_path).places

    assert (photos.pair, photos.targets, photos.region) == (ONE, (Target("photos", "2019"),), "eu-west-1")
    assert (films.pair, films.targets, films.additions) == (TWO, (Target("films"),), frozenset({Addition.OBJECT_ACL}))
    after = S3fs().after_change(Computer(Platform.LINUX, tmp_path, {}, is_this_one=False), films)
    assert after is not None and "mount it again" in after.steps[0]


def test_a_line_for_one_bucket_is_not_for_the_mounts_of_another(tmp_path: Path) -> None:
    write(tmp_path / ".passwd-s3fs", f"photos:{line(ONE)}films:{line(TWO)}")
    write(
        tmp_path / ".config/systemd/user/photos.service",
        "[Service]\nExecStart=s3fs photos:/2019 %h/photos -o url=http://nas:9000\n",
    )
    photos, films = find(S3fs(), tmp_path).places
    assert (photos.targets, photos.endpoint, photos.plain_http) == (
        (Target("photos", "2019"),),
        "http://nas:9000",
        True,
    )
    assert (films.targets, films.endpoint) == ((Target("films"),), None)


def test_of_two_lines_for_a_bucket_the_first_is_edited_and_the_other_mentioned(tmp_path: Path) -> None:
    path = write(tmp_path / ".passwd-s3fs", f"photos:{line(ONE)}photos:{line(TWO)}")

    first, second = find(S3fs(), tmp_path).places
    replace_pair(Computer.at(tmp_path, "linux"), [first], expected=ONE.access_key_id, pair=TWO)

    assert (second.kind, second.access_key_id) == (PlaceKind.MENTION, TWO.access_key_id)
    assert path.read_text() == f"photos:{line(TWO)}" * 2


def test_a_file_that_others_may_read_is_pointed_out(tmp_path: Path) -> None:
    write(tmp_path / ".passwd-s3fs", line(ONE)).chmod(0o644)
    (place,) = find(S3fs(), tmp_path).places
    assert "chmod 600" in place.note


def test_a_running_mount_is_known_by_its_password_file(tmp_path: Path) -> None:
    computer = Computer.at(tmp_path, "linux")
    arguments = ("s3fs", "photos:/x", "/mnt", "-o", "passwd_file=/etc/pw,url=http://nas:9000")
    program = RunningProgram(1, "s3fs", arguments, {}, datetime.now(UTC))
    assert S3fs().config_files(computer, program) == (Path("/etc/pw"),)
    assert S3fs().keeps_key(program)
    mount = mount_in(computer, ("photos", "/mnt", "-oallow_other"))
    assert mount is not None
    assert (mount.target, mount.password_file) == (Target("photos"), None)


# ── s3backer, S3QL, HashBackup, Duplicacy ────────────────────────────────────────────────────────────────────────────


def test_each_line_of_s3backer_is_a_place_that_stays_the_same_after_the_change(tmp_path: Path) -> None:
    write(tmp_path / ".s3backer_passwd", f"# x\n{line(ONE)}{line(TWO)}")
    first, second = find(S3backer(), tmp_path).places
    replace_pair(Computer.at(tmp_path, "linux"), [second], expected=TWO.access_key_id, pair=ONE)
    assert read_pair(Computer.at(tmp_path, "linux"), second) == ONE
    assert "--accessId" in first.note


def test_s3ql_sections_say_their_bucket_region_and_server(tmp_path: Path) -> None:
    login = f"backend-login: {ONE.access_key_id}\nbackend-password: {ONE.secret.reveal()}\n"
    write(
        tmp_path / ".s3ql/authinfo2",
        f"[all]\n{login}[new]\nstorage-url: s3://eu-west-1/photos/a/b\n{login}[old]\nstorage-url: s3://photos\n{login}"
        f"[nas]\nstorage-url: s3c://nas:9000/disk\n{login}[google]\nstorage-url: gs://photos\n{login}",
    )

    every, new, old, nas = find(S3ql(), tmp_path).places

    assert (every.targets, every.endpoint) == ((), None)
    assert (new.targets, new.region) == ((Target("photos", "a/b"),), "eu-west-1")
    assert (old.targets, old.region) == ((Target("photos"),), None)
    assert (nas.targets, nas.endpoint) == ((Target("disk"),), "nas:9000")


def test_s3qls_last_section_that_fits_a_url_counts_and_says_how_objects_are_stored(tmp_path: Path) -> None:
    login = "backend-login: {}\nbackend-password: {}\n"
    write(
        tmp_path / ".s3ql/authinfo2",
        f"[amazon]\nstorage-url: s3://\nbackend-options: sse, ia\n{login.format(*plain(ONE))}"
        "[first]\nstorage-url: s3://eu-west-1/photos/a\nfs-passphrase: x\n"
        "[second]\nstorage-url: s3://eu-west-1/films\nbackend-options: sse,ia,rrs\n"
        f"[other]\nstorage-url: s3://eu-west-1/films/old\n{login.format(*plain(TWO))}"
        "[nas]\nstorage-url: s3c://nas:9000/disk\n",
    )

    amazon, other = find(S3ql(), tmp_path).places

    assert (amazon.targets, amazon.region) == ((Target("photos", "a"), Target("films")), "eu-west-1")
    assert (other.targets, other.pair) == ((Target("films", "old"),), TWO)
    assert amazon.manner == other.manner == Manner(encryption="AES256", storage_class="REDUCED_REDUNDANCY")


def test_a_section_of_s3ql_for_everything_belongs_to_the_one_server_that_is_named(tmp_path: Path) -> None:
    write(
        tmp_path / ".s3ql/authinfo2",
        "[all]\nbackend-login: minioadmin\nbackend-password: madeUpForTheStore\nbackend-options: no-ssl\n"
        "[nas]\nstorage-url: s3c4://nas:9000/disk/x\n",
    )

    (place,) = find(S3ql(), tmp_path).places

    assert (place.endpoint, place.targets, place.plain_http) == ("nas:9000", (Target("disk", "x"),), True)


def plain(pair: KeyPair) -> tuple[str, str]:
    return pair.access_key_id.value, pair.secret.reveal()


def test_hashbackups_other_kinds_of_destination_are_left_alone(tmp_path: Path) -> None:
    keys = f"accesskey {ONE.access_key_id}\nsecretkey {ONE.secret.reveal()}\n"
    write(
        tmp_path / "hashbackup/dest.conf", f"destname b2\ntype b2\n{keys}destname s3\ntype s3\n{keys}bucket b\ndir d\n"
    )
    (place,) = find(HashBackup(), tmp_path).places
    assert (place.name, place.targets) == ("s3", (Target("b", "d"),))


def test_duplicacys_storages_say_bucket_region_and_server(tmp_path: Path) -> None:
    keys = f'{{"s3_id": "{ONE.access_key_id}", "s3_secret": "{ONE.secret.reveal()}"}}'.replace("/", "\\/")
    path = write(
        tmp_path / "kept/preferences",
        f'[{{"name": "default", "storage": "s3://us-east-1@amazon.com/photos/x", "keys": {keys}}},'
        f'{{"name": "nas", "storage": "minio://nas:9000/disk", "keys": {keys}}}]',
    )
    write(tmp_path / "Photos/.duplicacy", str(path.parent))

    amazon, nas = find(Duplicacy(), tmp_path).places

    assert (amazon.targets, amazon.region, amazon.endpoint) == ((Target("photos", "x"),), "us-east-1", None)
    assert (nas.targets, nas.endpoint, nas.plain_http) == ((Target("disk"),), "nas:9000", True)
    replace_pair(Computer.at(tmp_path, "linux"), [amazon], expected=ONE.access_key_id, pair=TWO)
    assert TWO.secret.reveal().replace("/", "\\/") in path.read_text()


# ── duck ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ducks_other_passwords_are_in_no_preview_and_its_bookmarks_are_mentioned(tmp_path: Path) -> None:
    write(
        tmp_path / ".duck/credentials",
        f"https\\://{ONE.access_key_id}@s3.amazonaws.com\\:443={ONE.secret.reveal()}\nsftp\\://erna@nas\\:22=sesame\n",
    )
    write(tmp_path / ".duck/bookmarks/a.duck", f"<plist><string>{ONE.access_key_id}</string></plist>")

    stored, bookmark = find(Duck(), tmp_path).places

    (edit,) = plan_edits(Computer.at(tmp_path, "linux"), [stored])
    assert "sesame" not in preview(edit, TWO.access_key_id)
    assert stored.additions == {Addition.LIST_ALL_BUCKETS, Addition.OBJECT_ACL}
    assert (bookmark.kind, bookmark.editable) == (PlaceKind.MENTION, False)


# ── s4cmd ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_s4cmd_and_s3cmd_may_use_two_keys_of_one_file(tmp_path: Path) -> None:
    keys = "access_key = {id}\nsecret_key = {secret}\n"
    one, two = (keys.format(id=pair.access_key_id, secret=pair.secret.reveal()) for pair in (ONE, TWO))
    path = write(tmp_path / ".s3cfg", f"[default]\n{one}[work]\n{two}")

    (fours,) = find(S4cmd(), tmp_path).places
    (threes,) = (place for place in find(S3cmd(), tmp_path).places if place.editable)
    replace_pair(Computer.at(tmp_path, "linux"), [fours], expected=ONE.access_key_id, pair=TWO)

    assert (fours.pair, threes.pair) == (ONE, TWO)
    assert path.read_text() == f"[default]\n{two}[work]\n{two}"


def test_the_key_that_both_use_is_one_place(tmp_path: Path) -> None:
    write(tmp_path / ".s3cfg", f"[default]\naccess_key = {ONE.access_key_id}\nsecret_key = {ONE.secret.reveal()}\n")
    assert find(S4cmd(), tmp_path) == Findings()


# ── WinSCP ───────────────────────────────────────────────────────────────────────────────────────────────────────────

HOST = "s3.eu-central-1.amazonaws.com"


def site(pair: KeyPair, more: str = "") -> str:
    hidden = winscp_passwords.hide(pair.secret.reveal(), pair.access_key_id.value + HOST).decode()
    text = f"[Sessions\\Photos%20of%20Zo%C3%AB]\nHostName={HOST}\nUserName={pair.access_key_id}\n{more}"
    return (
        f"[Configuration\\Security]\nUseMasterPassword=0\n{text}FSProtocol=7\nPassword={hidden}\n[SshHostKeys]\na=b\n"
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_site_of_winscp_gets_both_values_in_one_step(newline: str, mark: str, tmp_path: Path) -> None:
    path = write(tmp_path / "AppData/Roaming/WinSCP.ini", (mark + site(ONE)).replace("\n", newline))
    computer = Computer.at(tmp_path, "windows")
    before = path.read_bytes()

    (place,) = WinScp().find(computer).places
    assert (place.pair, place.name, place.region) == (ONE, "Photos of Zoë", "eu-central-1")
    (edit,) = plan_edits(computer, [place])
    assert "A35C" not in preview(edit, TWO.access_key_id)
    replace_pair(computer, [place], expected=ONE.access_key_id, pair=TWO)

    assert path.read_bytes() == (mark + site(TWO)).replace("\n", newline).encode()
    assert read_pair(computer, place) == TWO
    replace_pair(computer, [place], expected=TWO.access_key_id, pair=ONE)
    assert path.read_bytes() == before


def test_a_site_that_begins_in_a_bucket_need_not_list_them_all(tmp_path: Path) -> None:
    write(tmp_path / "Desktop/WinSCP/WinSCP.ini", site(ONE, "RemoteDirectory=/photos/a%20b\n"))
    write(tmp_path / "AppData/Roaming/WinSCP.ini", site(TWO))
    roaming, portable = find(WinScp(), tmp_path, "windows").places
    assert (portable.targets, portable.additions) == ((Target("photos", "a b"),), frozenset())
    assert (roaming.targets, roaming.additions) == ((), frozenset({Addition.LIST_ALL_BUCKETS}))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(site(ONE).replace("Password=A35C", "Password=0123"), id="master password"),
        pytest.param(site(ONE).replace(f"HostName={HOST}", "HostName=s3.amazonaws.com"), id="host changed by hand"),
        pytest.param(site(ONE).replace("Password=", "NoPassword="), id="no password"),
    ],
)
def test_a_password_that_cannot_be_read_is_never_written(changed: str, tmp_path: Path) -> None:
    write(tmp_path / "AppData/Roaming/WinSCP.ini", changed)
    (place,) = find(WinScp(), tmp_path, "windows").places
    assert (place.kind, place.editable, place.access_key_id) == (PlaceKind.MENTION, False, ONE.access_key_id)
    with pytest.raises(ClientError):
        plan_edits(Computer.at(tmp_path, "windows"), [place])


def test_sites_of_other_protocols_are_no_places(tmp_path: Path) -> None:
    write(tmp_path / "AppData/Roaming/WinSCP.ini", site(ONE).replace("FSProtocol=7", "FSProtocol=2"))
    assert find(WinScp(), tmp_path, "windows") == Findings()


def test_winscp_has_to_be_closed_first() -> None:
    program = RunningProgram(1, "winscp", ("WinSCP.exe",), {}, datetime.now(UTC))
    assert "Close" in (WinScp().must_be_stopped(program) or "")
