"""A remote's pair goes for a profile and comes back byte for byte, however it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.edits import ini
from keyturn.edits.remote_lines import asking_remote, holding_remote
from keyturn.edits.spans import apply_changes
from keyturn.model.errors import FileError
from keyturn.model.keys import AccessKeyId, KeyPair, Secret

PAIR = KeyPair(AccessKeyId("AKIAIOSFODNN7EXAMPLE"), Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
ID, SECRET = PAIR.access_key_id.value, PAIR.secret.reveal()
PATH, FILE = Path("rclone.conf"), "/home/o ma/.aws/keyturn-profiles"
WAYS = {
    "as rclone writes it": f"# c\n[a]\ntype = s3\nenv_auth = no\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n",
    "without env_auth, CRLF, quotes": (
        f"\ufeff[a]\r\ntype = s3\r\n  secret_access_key: `{SECRET}`  \r\n# x\r\n\taccess_key_id={ID}   \r\nregion = x"
    ),
    "an empty env_auth, no last line end": f"[a]\naccess_key_id = {ID}\nenv_auth =\nsecret_access_key = {SECRET}",
    "between others": f"[b]\ntype = alias\nremote = a:\n[a]\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n[c]\n",
}


def read(content: bytes) -> dict[str, str]:
    return {one.key: one.value for one in ini.entries(content, ini.Dialect.RCLONE) if one.section == "a"}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_it_goes_and_comes_back(text: str) -> None:
    before = text.encode()
    changes, layout = asking_remote(before, "a", "nas", FILE, PATH)
    asking = apply_changes(before, changes)
    others = {name: value for name, value in read(before).items() if name in {"type", "region"}}
    assert read(asking) == {**others, "env_auth": "true", "profile": "nas", "shared_credentials_file": FILE}
    assert SECRET.encode() not in asking
    assert SECRET not in repr(layout)
    assert apply_changes(asking, holding_remote(asking, "a", PAIR, layout, PATH)) == before


def test_after_rclone_wrote_its_file_anew_the_pair_still_finds_its_place() -> None:
    _changes, layout = asking_remote(WAYS["without env_auth, CRLF, quotes"].encode(), "a", "nas", FILE, PATH)
    rewritten = f"[a]\ntype = s3\nshared_credentials_file = {FILE}\nprofile = nas\nenv_auth = true\n".encode()
    back = read(apply_changes(rewritten, holding_remote(rewritten, "a", PAIR, layout, PATH)))
    assert back == {"type": "s3", "access_key_id": ID, "secret_access_key": SECRET}
    usual = apply_changes(rewritten, holding_remote(rewritten, "a", PAIR, None, PATH))
    assert read(usual) == {"type": "s3", "access_key_id": ID, "secret_access_key": SECRET, "env_auth": "false"}


@pytest.mark.parametrize(
    "text",
    [
        f"[a]\naccess_key_id = {ID}\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\n",
        f"[a]\naccess_key_id = {ID}\n",
        f"[a]\naccess_key_id = {ID}\nsecret_access_key = {SECRET}\nprofile = mine\n",
        f"[a]\naccess_key_id = `{ID}`ö\nsecret_access_key = {SECRET}\n",
    ],
)
def test_what_would_mean_more_than_the_pair_is_refused(text: str) -> None:
    with pytest.raises(FileError) as refused:
        asking_remote(text.encode(), "a", "nas", FILE, PATH)
    assert refused.value.code == "file.edit"
