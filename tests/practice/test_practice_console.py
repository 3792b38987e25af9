"""The page that stands in for the AWS console: what only a person can do, and plainly practice."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Mapping
from urllib.parse import urlencode

from keyturn.model.keys import KeyPair, KeyStatus
from keyturn_practice.account import PracticeAccount


def _ask(
    account: PracticeAccount, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, f"/keyturn-practice{path}", body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _press(account: PracticeAccount, pair: KeyPair, **form: str) -> tuple[int, str]:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return _ask(account, "POST", f"/keys/{pair.access_key_id.value}", urlencode(form), headers)


def _send(account: PracticeAccount, pair: KeyPair, status: str) -> tuple[int, str]:
    headers = {"Content-Type": "application/json"}
    return _ask(account, "POST", f"/keys/{pair.access_key_id.value}", json.dumps({"status": status}), headers)


def test_the_page_says_practice_and_shows_no_secret(account: PracticeAccount, root: KeyPair) -> None:
    status, page = _ask(account, "GET", "/")
    assert status == 200
    assert "PRACTICE" in page
    assert root.access_key_id.masked in page
    assert root.secret.reveal() not in page


def test_a_person_turns_a_root_key_off_and_on_with_the_buttons(account: PracticeAccount, root: KeyPair) -> None:
    assert _press(account, root, status="Inactive")[0] == 303
    assert account.status_of(root.access_key_id) is KeyStatus.INACTIVE
    assert _press(account, root, status="Active")[0] == 303
    assert account.status_of(root.access_key_id) is KeyStatus.ACTIVE


def test_only_an_inactive_key_has_a_delete_button_and_it_wants_four_characters(
    account: PracticeAccount, root: KeyPair
) -> None:
    assert 'value="Deleted"' not in _ask(account, "GET", "/")[1]
    account.root_turn_off(root.access_key_id)
    assert 'value="Deleted"' in _ask(account, "GET", "/")[1]
    _, page = _press(account, root, status="Deleted", last4="XXXX")
    assert "Nothing was deleted" in page
    assert account.status_of(root.access_key_id) is KeyStatus.INACTIVE
    _press(account, root, status="Deleted", last4=root.access_key_id.last4)
    assert account.status_of(root.access_key_id) is None


def test_every_button_has_a_name_that_tells_the_key(account: PracticeAccount, root: KeyPair) -> None:
    page = _ask(account, "GET", "/")[1]
    names = re.findall(r'<button [^>]*aria-label="([^"]*)"', page)
    assert names == [f"Deactivate {root.access_key_id.masked}"]


def test_a_script_does_the_same_with_json(account: PracticeAccount, root: KeyPair) -> None:
    status, answer = _send(account, root, "Inactive")
    assert (status, json.loads(answer)["key"]["status"]) == (200, "inactive")
    assert json.loads(_ask(account, "GET", "/keys")[1])["keys"][0]["access_key_id"] == root.access_key_id.value
    assert json.loads(_send(account, root, "Deleted")[1])["key"] is None
    assert _send(account, root, "Active")[0] == 400
    assert _send(account, root, "Bogus")[0] == 400


def test_pages_of_other_sites_cannot_press_the_buttons(account: PracticeAccount, root: KeyPair) -> None:
    path = f"/keys/{root.access_key_id.value}"
    for header in ({"Origin": "https://example.com"}, {"Host": "example.com"}):
        assert (
            _ask(account, "POST", path, '{"status":"Deleted"}', {"Content-Type": "application/json", **header})[0]
            == 403
        )
    assert account.status_of(root.access_key_id) is KeyStatus.ACTIVE


def test_there_is_nothing_else(account: PracticeAccount) -> None:
    assert _ask(account, "GET", "/other")[0] == 404


def test_the_page_lists_what_was_asked_last(account: PracticeAccount) -> None:
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/some-bucket/%3Cscript%3E")
    connection.getresponse().read()
    connection.close()
    page = _ask(account, "GET", "/")[1]
    assert "some-bucket/&lt;script&gt;" in page
