"""A script whose variables have several values: each bucket is known, or the place is known to be incomplete."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.registry import find_everything
from keyturn.computer.computer import Computer
from keyturn.model.places import Place

from .test_command_lines import ID, SECRET
from .test_crediting import exported, found, profile, write

BOTH = {"photos", "music"}


def buckets(home: Path, name: str) -> set[str]:
    return {one.bucket for one in found(home)[name].targets}


@pytest.mark.parametrize(
    "lines",
    [
        "for b in photos music; do\n  aws s3 sync /data/$b s3://$b/\ndone",
        'for b in photos music; do aws s3 sync "/data/$b" "s3://${b}/x"; done',
        "ALL=(photos 'music')\nfor b in \"${ALL[@]}\"; do rclone sync /data :s3,env_auth:$b/x; done",
        'ALL="photos music"\nfor b in $ALL; do restic -r s3:s3.amazonaws.com/$b/x backup /data; done',
        "for b in photos music\nfor_all() { while true; do sleep 1; done; }\ndo aws s3 sync /d s3://$b; done",
        "HOST=s3.amazonaws.com\nfor b in photos music; do restic -r s3:$HOST/$b backup /data; done",
        "for a in pho mu; do for b in tos sic; do aws s3 ls s3://$a$b; done; done\naws s3 sync /d s3://photos\n"
        "aws s3 sync /d s3://music",
        "for b in photos music\n  aws s3 sync /data s3://$b\nend",
        "b=photos\nfor b in music; do aws s3 sync /data s3://$b; done",
        "b=photos\naws s3 sync /d s3://$b\nb=music\naws s3 sync /e s3://$b",
        'if [ "$1" = full ]; then b=photos; else b=music; fi\naws s3 sync /d "s3://$b/x"',
        "M=music\nb=photos\naws s3 sync /d s3://$b\nb=$M\naws s3 sync /e s3://$b",
        "R=(s3:s3.amazonaws.com/photos s3:s3.amazonaws.com/music/x)\n"
        'for r in "${R[@]}"; do RESTIC_REPOSITORY=$r restic backup /d; done',
        "H=s3:s3.amazonaws.com\nexport RESTIC_REPOSITORY=$H/photos\nrestic backup /d\n"
        "export RESTIC_REPOSITORY=$H/music\nrestic backup /d",
        "case $(hostname) in nas) D=s3://photos ;; *) D=s3://music ;; esac\naws s3 sync /d $D/x",
    ],
)
def test_each_bucket_that_a_variable_may_name_is_known(lines: str, tmp_path: Path) -> None:
    write(tmp_path / "bin/job", f"#!/bin/bash\n{exported()}{lines}\n")

    place = found(tmp_path)["job"]

    assert {one.bucket for one in place.targets} >= BOTH
    assert place.unclear == ()


def test_a_loop_of_a_script_that_uses_a_profile_is_of_that_profile(tmp_path: Path) -> None:
    write(tmp_path / ".aws/credentials", profile("nas"))
    write(tmp_path / "bin/job", "#!/bin/sh\nfor b in photos music; do aws --profile nas s3 sync /d s3://$b/x; done\n")
    assert buckets(tmp_path, "credentials") == BOTH


def test_a_key_on_a_command_line_within_a_loop_is_one_place_with_all_its_buckets(tmp_path: Path) -> None:
    line = f"s3cmd --access_key={ID} --secret_key={SECRET} sync /d s3://$b/x"
    write(tmp_path / "bin/job", f"#!/bin/sh\nfor b in photos music; do {line}; done\n")

    (place,) = {id(one): one for one in found(tmp_path).values()}.values()

    assert {one.bucket for one in place.targets} == BOTH
    assert {bucket.bucket for one in place.consumers for bucket in one.targets} == BOTH


@pytest.mark.parametrize(
    "loop",
    [
        "for b in $(aws s3 ls | cut -d' ' -f3)",
        "for b",
        'for b in "$@"',
        "A=photos\nA=music\nfor b in $A",
        "A=(photos)\nA+=(music)\nfor b in ${A[@]}",
        "for b in $(seq 9); do :; done\nfor b in ${b}s",
        "for b in {photos,music}",
        "while read -r b",
    ],
)
def test_a_loop_over_what_only_a_run_would_tell_leaves_the_place_incomplete(loop: str, tmp_path: Path) -> None:
    write(tmp_path / "bin/job", f"#!/bin/bash\n{exported()}{loop}; do aws s3 sync /d s3://$b/x; done\n")

    place = found(tmp_path)["job"]

    assert place.targets == ()
    assert place.unclear == ("s3://$b/x",)


@pytest.mark.parametrize(
    "lines",
    [
        *(
            "b=photos\n[ -n $1 ] && b=$1",
            "b=photos\nread -p bucket: b",
            "for b in photos $2; do :",
            "b=photos\nb='a b'",
        ),
        'b="${1:-photos}"',
    ],
)
def test_what_else_a_variable_may_name_leaves_the_place_incomplete(lines: str, tmp_path: Path) -> None:
    write(tmp_path / "bin/job", f"#!/bin/bash\n{exported()}{lines}\naws s3 sync /d s3://$b/x\n")

    place = found(tmp_path)["job"]

    assert [one.bucket for one in place.targets] == ["photos"]
    assert place.unclear == ("s3://$b/x",)


_SET = f"set AWS_ACCESS_KEY_ID={ID}\r\nset AWS_SECRET_ACCESS_KEY={SECRET}\r\n"
_ENV = f'$env:AWS_ACCESS_KEY_ID = "{ID}"\r\n$env:AWS_SECRET_ACCESS_KEY = "{SECRET}"\r\n'


def on_windows(home: Path, name: str, text: str) -> Place:
    write(home / name, text)
    (place,) = find_everything(Computer.at(home, "windows")).places
    return place


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.cmd", f"{_SET}for %%b in (photos music) do aws s3 sync D:\\%%b s3://%%b/x"),
        ("a.cmd", f"{_SET}FOR %%b IN (photos,music) DO aws s3 sync D:\\%%b s3://%%b/%TO%"),
        ("a.cmd", f"{_SET}set B=photos\naws s3 sync D:\\a s3://%B%/x\nset B=music\naws s3 sync D:\\b s3://!B!/x"),
        ("a.cmd", f"{_SET}set TO=x\nfor %%b in (photos music) do aws s3 sync D:\\%%b s3://%%b/%TO%"),
        (
            "a.ps1",
            f'{_ENV}$env:B = "photos"\naws s3 sync a s3://$env:B/x\n$env:b = "music"\naws s3 sync b "s3://${{env:B}}/x"',
        ),
    ],
)
def test_each_bucket_that_a_script_of_windows_may_name_is_known(name: str, text: str, tmp_path: Path) -> None:
    place = on_windows(tmp_path, name, text)
    assert {one.bucket for one in place.targets} == BOTH
    assert place.unclear == ()


@pytest.mark.parametrize(
    ("name", "text", "unclear"),
    [
        ("a.cmd", f"{_SET}aws s3 sync D:\\a s3://%1/x", "s3://%1/x"),
        ("a.cmd", f"{_SET}aws s3 sync D:\\a s3://%BUCKET%/x", "s3://%BUCKET%/x"),
        ("a.cmd", f"{_SET}for /f %%b in (list.txt) do aws s3 sync D:\\a s3://%%b/x", "s3://%%b/x"),
        ("a.ps1", f'{_ENV}foreach ($b in "photos","music") {{ aws s3 sync a s3://$b/x }}', "s3://$b/x"),
        ("a.ps1", f"{_ENV}aws s3 sync a s3://$(Get-Bucket)/x", "s3://$(Get-Bucket)/x"),
    ],
)
def test_a_bucket_of_windows_that_only_a_run_would_tell_leaves_the_place_incomplete(
    name: str, text: str, unclear: str, tmp_path: Path
) -> None:
    place = on_windows(tmp_path, name, text)
    assert place.targets == ()
    assert place.unclear == (unclear,)


@pytest.mark.parametrize(
    ("line", "unclear"),
    [
        ("echo a b | xargs -n1 -I{} aws s3 sync /d/{} s3://{}/x", "s3://{}/x"),
        ("parallel aws s3 sync /d s3://{} ::: a b", "s3://{}"),
        ("find /d -exec rclone copy {} ':s3,env_auth:{}' ';'", ":s3,env_auth:{}"),
        ("RESTIC_REPOSITORY=$1 restic backup /d", "$1"),
        ("for r in $(cat list); do RESTIC_REPOSITORY=$r restic backup /d; done", "$r"),
    ],
)
def test_what_another_program_fills_in_leaves_the_place_incomplete(line: str, unclear: str, tmp_path: Path) -> None:
    write(tmp_path / "bin/job", f"#!/bin/sh\n{exported()}{line}\n")

    place = found(tmp_path)["job"]

    assert place.targets == ()
    assert place.unclear == (unclear,)


def test_the_last_value_counts_in_a_unit(tmp_path: Path) -> None:
    secret = f"Environment=AWS_ACCESS_KEY_ID={ID}\nEnvironment=AWS_SECRET_ACCESS_KEY={SECRET}\n"
    bucket = "Environment=B=photos\nEnvironment=B=music\nExecStart=/usr/bin/aws s3 sync /d s3://${B}/x\n"
    write(tmp_path / ".config/systemd/user/job.service", f"[Service]\n{secret}{bucket}")
    assert buckets(tmp_path, "job.service") == {"music"}


def test_more_copies_than_anybody_writes_leave_the_place_incomplete(tmp_path: Path) -> None:
    loops = "".join(f"for {name} in {' '.join('abcdefghij')}; do " for name in "vwxyz")
    write(tmp_path / "bin/job", f"#!/bin/sh\n{exported()}{loops}aws s3 sync /d s3://b$v$w$x$y$z; {'done;' * 5}\n")
    assert found(tmp_path)["job"].unclear == ("s3://b$v$w$x$y$z",)
