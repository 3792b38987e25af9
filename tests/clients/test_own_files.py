"""Kopia, mc, Litestream, pgBackRest and git-annex: what their files say besides the key."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keyturn.clients.programs.kopia import Kopia
from keyturn.clients.programs.litestream import Litestream
from keyturn.clients.programs.mc import Mc
from keyturn.clients.programs.pgbackrest import Pgbackrest
from keyturn.clients.registry import client_named
from keyturn.clients.replacement import replace_pair
from keyturn.computer.computer import Computer, Platform
from keyturn.computer.programs import RunningProgram
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.manners import Manner
from keyturn.model.needs import Addition
from keyturn.model.places import Findings, Place, PlaceKind, Target

ONE = KeyPair(AccessKeyId("AKIAONE0000000000001"), Secret("oneONEoneONEoneONEoneONEoneONEoneONE/+on"))
TWO = KeyPair(AccessKeyId("AKIATWO0000000000002"), Secret("twoTWOtwoTWOtwoTWOtwoTWOtwoTWOtwoTWO/+tw"))


def find(name: str, home: Path, environment: Mapping[str, str] | None = None) -> Findings:
    return client_named(name).find(Computer(Platform.LINUX, home, environment or {}, is_this_one=False))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def running(name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> RunningProgram:
    return RunningProgram(17, name, (name, *arguments), environment, datetime(2026, 3, 1, tzinfo=UTC))


# ── Kopia ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def kopia(pair: KeyPair, **more: object) -> str:
    keys = {"accessKeyID": pair.access_key_id.value, "secretAccessKey": pair.secret.reveal()}
    return json.dumps({"storage": {"type": "s3", "config": {"bucket": "photos", **keys, **more}}})


def test_each_repository_of_kopiaui_is_a_place(tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "kopia"
    write(folder / "repository.config", kopia(ONE, prefix="attic/", region="eu-west-1"))
    write(folder / "repository-1650000000000.config", kopia(TWO, endpoint="nas:9000", doNotUseTLS=True))
    write(folder / "repository-2.config", '{"apiServer": {"url": "https://nas:51515"}}')
    write(folder / "repository-3.config", '{"storage": {"type": "b2", "config": {"accessKeyID": "x"}}}')
    write(folder / "repository.config.kopia-password", "made up")

    other, first = find("kopia", tmp_path).places

    assert (first.pair, first.targets, first.region) == (ONE, (Target("photos", "attic"),), "eu-west-1")
    assert (other.pair, other.endpoint, other.plain_http) == (TWO, "nas:9000", True)


def test_kopia_asks_for_versions_where_it_looks_at_the_past(tmp_path: Path) -> None:
    write(tmp_path / ".config/kopia/repository.config", kopia(ONE, pointInTime="2026-01-01T00:00:00Z"))

    (place,) = find("kopia", tmp_path).places

    assert place.additions == {Addition.READ_VERSIONS, Addition.VERSIONING}


def test_kopia_may_lock_what_it_writes_which_only_its_repository_tells(tmp_path: Path) -> None:
    write(tmp_path / ".config/kopia/repository.config", kopia(ONE))
    (place,) = find("kopia", tmp_path).places
    assert place.additions == {Addition.LOCK_SETTINGS, Addition.RETENTION}


def test_pgbackrest_that_tags_and_encrypts_says_so(tmp_path: Path) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/0000-11"
    write(
        tmp_path / "pgbackrest.conf",
        f"[global]\nrepo1-type=s3\nrepo1-s3-bucket=b\nrepo1-s3-key={ONE.access_key_id}\n"
        f"repo1-s3-key-secret={ONE.secret.reveal()}\nrepo1-storage-tag=team=backup\nrepo1-s3-kms-key-id={key}\n",
    )
    (place,) = find("pgbackrest", tmp_path).places
    assert place.additions == {Addition.TAGGING}
    assert place.manner == Manner(encryption="aws:kms", kms_key=key, tags="team=backup")


def test_kopias_escaped_slashes_stay_escaped(tmp_path: Path) -> None:
    path = write(tmp_path / ".config/kopia/repository.config", kopia(ONE).replace("/", "\\/"))
    (place,) = find("kopia", tmp_path).places

    replace_pair(Computer.at(tmp_path, "linux"), [place], expected=ONE.access_key_id, pair=TWO)

    assert path.read_text() == kopia(TWO).replace("/", "\\/")


@pytest.mark.parametrize(
    ("program", "stops"),
    [
        (running("kopiaui"), True),
        (running("kopia", "server", "start", "--ui"), True),
        (running("kopia", "snapshot", "create", "/home"), False),
    ],
)
def test_kopias_window_and_server_have_to_be_stopped_before(program: RunningProgram, stops: bool) -> None:
    assert (Kopia().must_be_stopped(program) is not None) is stops
    assert Kopia().keeps_key(program) is stops


def test_the_file_of_a_running_kopia_is_known(tmp_path: Path) -> None:
    computer = Computer.at(tmp_path, "linux")
    folder = tmp_path / ".config" / "kopia"
    window = write(folder / "repository-1.config", kopia(ONE))

    assert Kopia().config_files(computer, running("kopia", "server", "--config-file", "repository-1.config")) == (
        window,
    )
    assert Kopia().config_files(computer, running("kopia", "server", "--config-file=/srv/k.config")) == (
        Path("/srv/k.config"),
    )
    assert Kopia().config_files(computer, running("kopiaui")) == (window,)
    assert Kopia().config_files(computer, running("kopia", "server")) is None


# ── mc ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_samples_and_the_playground_of_mc_are_passed_over(tmp_path: Path) -> None:
    aliases = {
        "play": {"url": "https://play.min.io", "accessKey": "Q3AM3UQ867SPQQA43P2F", "secretKey": "public"},
        "s3": {"url": "https://s3.amazonaws.com", "accessKey": "YOUR-ACCESS-KEY-HERE", "secretKey": "x"},
        "local": {"url": "http://localhost:9000", "accessKey": "", "secretKey": ""},
        "nas": {"url": "http://nas:9000", "accessKey": "minioadmin", "secretKey": "minioadmin"},
        "aws": {"url": "https://s3.amazonaws.com", "accessKey": "my name", "secretKey": "x"},
    }
    write(tmp_path / ".mc/config.json", json.dumps({"version": "10", "aliases": aliases}))

    findings = find("mc", tmp_path)

    assert [(place.name, place.access_key_id.value) for place in findings.places] == [("nas", "minioadmin")]
    assert [(problem.code, "“aws”" in problem.title) for problem in findings.problems] == [("place.no-key-id", True)]


def test_midnight_commander_is_not_taken_for_mc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    for name in ("mc", "mcedit"):
        write(programs / name, "#!/bin/sh\n").chmod(0o755)
    home = tmp_path / "home"
    settings = {"url": "https://s3.amazonaws.com", "accessKey": ONE.access_key_id.value, "secretKey": "x" * 40}
    write(home / ".mc/config.json", json.dumps({"aliases": {"aws": settings}}))
    computer = Computer(Platform.LINUX, home, {"PATH": str(programs)}, is_this_one=True)
    place = find("mc", home).places[0]
    target = Target("photos", "attic")

    assert Mc().check(computer, place, target) is None
    (programs / "mcedit").unlink()
    check = Mc().check(computer, place, target)
    assert check is not None
    assert check.arguments[1:] == ("--config-dir", ".", "--no-color", "ls", "keyturn/photos/attic")
    assert ONE.access_key_id.value not in repr(check)


# ── Litestream ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_litestreams_common_key_serves_each_replica_without_its_own(tmp_path: Path) -> None:
    write(
        tmp_path / "litestream.yml",
        f"access-key-id: {ONE.access_key_id}\nsecret-access-key: {ONE.secret.reveal()}\n"
        "dbs:\n"
        "  - path: /srv/a.db\n    replicas:\n      - url: s3://photos/a\n      - path: /mnt/copy\n"
        "      - type: s3\n        bucket: attic\n        path: b\n"
        "  - path: /srv/own.db\n    replica:\n      url: s3://own.s3.eu-west-1.amazonaws.com/x\n"
        f"      access-key-id: {TWO.access_key_id}\n      secret-access-key: '{TWO.secret.reveal()}'\n"
        "  - path: /srv/c.db\n    replica: {url: 's3://dots.fra1.digitaloceanspaces.com/x', access-key-id: DO00X}\n",
    )

    common, own, spaces = find("litestream", tmp_path).places

    assert (common.pair, common.targets) == (ONE, (Target("photos", "a"), Target("attic", "b")))
    assert (own.pair, own.name, own.targets) == (TWO, "own.db", (Target("own", "x"),))
    assert (own.region, own.endpoint) == ("eu-west-1", "s3.eu-west-1.amazonaws.com")
    assert (spaces.access_key_id.value, spaces.kind) == ("DO00X", PlaceKind.MENTION)


def test_litestreams_references_are_no_keys(tmp_path: Path) -> None:
    write(
        tmp_path / "litestream.yml",
        f"access-key-id: ${{LITESTREAM_ID}}\nsecret-access-key: {ONE.secret.reveal()}\n"
        f"dbs:\n  - path: /a.db\n    replica:\n      url: s3://b/c\n      access-key-id: {ONE.access_key_id}\n"
        "      secret-access-key: $SECRET\n",
    )

    (place,) = find("litestream", tmp_path).places

    assert (place.kind, place.editable, place.secret) == (PlaceKind.MENTION, False, None)


def test_a_key_behind_an_anchor_is_found_and_not_edited(tmp_path: Path) -> None:
    write(
        tmp_path / "litestream.yml",
        f"x: &id {ONE.access_key_id}\naccess-key-id: *id\nsecret-access-key: {ONE.secret.reveal()}\n",
    )

    (place,) = find("litestream", tmp_path).places

    assert (place.pair, place.editable) == (ONE, False)
    assert "anchor" in place.note


def test_litestream_replicates_for_days() -> None:
    assert Litestream().keeps_key(running("litestream", "replicate"))
    assert not Litestream().keeps_key(running("litestream", "restore", "x.db"))


# ── pgBackRest ───────────────────────────────────────────────────────────────────────────────────────────────────────


def pgbackrest(home: Path, text: str) -> tuple[Place, ...]:
    write(home / "pgbackrest.conf", text)
    return find("pgbackrest", home).places


def test_a_key_for_more_clusters_than_anybody_can_follow_has_no_known_bucket(tmp_path: Path) -> None:
    pair = f"repo1-s3-key={ONE.access_key_id}\nrepo1-s3-key-secret={ONE.secret.reveal()}\n"
    text = "".join(f"[c{n}]\nrepo1-s3-bucket=b{n}\n" for n in range(200))
    text += "".join(f"[global:{n}]\n{pair}" for n in range(200))

    first, *_others, last = pgbackrest(tmp_path, text)

    assert len(first.targets) == 200
    assert last.targets == ()


def test_each_repository_of_pgbackrest_is_a_place_with_the_buckets_of_all_clusters(tmp_path: Path) -> None:
    one, two = pgbackrest(
        tmp_path,
        f"[global]\nrepo1-s3-key={ONE.access_key_id}\nrepo1-s3-key-secret={ONE.secret.reveal()}\nrepo1-path=/one\n"
        f"repo2-s3-key={TWO.access_key_id}\nrepo2-s3-bucket=two\nrepo2-s3-endpoint=s3.eu-west-1.amazonaws.com\n"
        f"[main]\nrepo1-s3-bucket=photos\n[attic]\nrepo1-s3-bucket=attic\n"
        f"[global]\nrepo2-s3-key-secret={TWO.secret.reveal()}\n",
    )

    assert (one.pair, one.name) == (ONE, "global repo1")
    assert set(one.targets) == {Target("photos", "one"), Target("attic", "one")}
    assert (two.pair, two.targets[0], two.region) == (TWO, Target("two", "var/lib/pgbackrest"), "eu-west-1")


def test_a_cluster_of_pgbackrest_may_have_a_key_of_its_own(tmp_path: Path) -> None:
    (place,) = pgbackrest(
        tmp_path,
        "[global]\nrepo1-s3-bucket=photos\nrepo1-path=/pg\n"
        f"[main]\nrepo1-s3-key={ONE.access_key_id}\nrepo1-s3-key-secret={ONE.secret.reveal()}\n",
    )

    assert (place.pair, place.targets) == (ONE, (Target("photos", "pg"),))
    computer = Computer(Platform.LINUX, tmp_path, {"PATH": str(tmp_path / "programs")}, is_this_one=True)
    write(tmp_path / "programs/pgbackrest", "#!/bin/sh\n").chmod(0o755)
    check = Pgbackrest().check(computer, place, None)
    assert check is not None
    (config,) = check.private_files
    assert config.content.reveal().startswith("[global]\nrepo1-path = /pg\nrepo1-s3-bucket = photos\n")


@pytest.mark.parametrize(
    "line", ["cmd-ssh=/bin/x", "cmd=/bin/x", "repo1-host=elsewhere", "repo2-host-cmd=/bin/x", "pg1-host=elsewhere"]
)
def test_pgbackrest_is_told_of_no_command_and_of_no_other_computer_that_its_file_names(
    line: str, tmp_path: Path
) -> None:
    write(tmp_path / "programs/pgbackrest", "#!/bin/sh\n").chmod(0o755)
    computer = Computer(Platform.LINUX, tmp_path, {"PATH": str(tmp_path / "programs")}, is_this_one=True)
    text = f"[global]\nrepo1-s3-key={ONE.access_key_id}\nrepo1-s3-key-secret={ONE.secret.reveal()}\n"

    (place,) = pgbackrest(tmp_path, f"{text}{line}\n[main]\n{line}\n")
    check = Pgbackrest().check(computer, place, None)
    assert check is not None
    assert all(line.partition("=")[2] not in private.content.reveal() for private in check.private_files)
    assert str(tmp_path / "pgbackrest.conf") not in (*check.arguments, *check.environment.values())


def test_what_pgbackrest_refuses_is_reported_and_a_repeated_key_is_not_edited(tmp_path: Path) -> None:
    write(tmp_path / "pgbackrest.conf", f"repo1-s3-key={ONE.access_key_id}\n[global]\n")
    findings = find("pgbackrest", tmp_path)
    assert [problem.code for problem in findings.problems] == ["file.unparsable"]
    assert [place.kind for place in findings.places] == [PlaceKind.MENTION]

    line = f"repo1-s3-key={ONE.access_key_id}\n"
    (place,) = pgbackrest(tmp_path, f"[global]\n{line}{line}repo1-s3-key-secret={ONE.secret.reveal()}\n")
    assert (place.pair, place.editable) == (ONE, False)


# ── git-annex ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_credentials_of_another_kind_of_remote_are_none_of_ours(tmp_path: Path) -> None:
    write(tmp_path / "annex/.git/annex/creds/webdav", "zoe\nher password\n")
    write(tmp_path / "annex/.git/annex/creds/short", ONE.access_key_id.value)
    write(tmp_path / "a/b/c/d/.git/annex/creds/deep", f"{ONE.access_key_id}\n{ONE.secret.reveal()}\n")

    assert find("git-annex", tmp_path) == Findings()


def loose(repository: Path, kind: str, content: bytes) -> str:
    """Write an object as Git does, and return its name."""
    whole = f"{kind} {len(content)}".encode() + b"\0" + content
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    path = repository / "objects" / name[:2] / name[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zlib.compress(whole))
    return name


def test_a_repository_of_git_annex_is_read_without_git(tmp_path: Path) -> None:
    repository, uuid, ran = tmp_path / "photos.git", "01234567-89ab-cdef-0123-456789abcdef", tmp_path / "ran"
    write(repository / "annex/creds" / uuid, f"{ONE.access_key_id}\n{ONE.secret.reveal()}\n")
    write(
        repository / "config",
        f'[core]\n\tbare = true\n\tsshCommand = "touch {ran}; false"\n[extensions]\n\tpartialClone = origin\n'
        '[remote "origin"]\n\turl = ssh://nowhere.invalid/x\n\tpromisor = true\n',
    )
    log = loose(repository, "blob", f"{uuid} bucket=attic fileprefix=x/ name=far type=S3\n".encode())
    tree = loose(repository, "tree", b"100644 remote.log\0" + bytes.fromhex(log))
    commit = loose(repository, "commit", f"tree {tree}\n\nupdate\n".encode())
    write(repository / "refs/heads/git-annex", f"{commit}\n")

    (place,) = find("git-annex", tmp_path).places
    assert (place.name, place.targets) == ("far", (Target("attic", "x"),))

    # What is not there is not fetched: nothing that the repository names is run.
    write(repository / "refs/heads/git-annex", "1" * 40 + "\n")
    (place,) = find("git-annex", tmp_path).places
    assert place.targets == ()
    assert not ran.exists()
