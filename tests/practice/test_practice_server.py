"""The practice account is served to this computer alone, quickly, with connections kept open, and ends cleanly."""

from __future__ import annotations

import http.client
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from keyturn.model.keys import KeyPair
from keyturn.model.needs import BucketNeeds, policy_for
from keyturn_practice.account import PracticeAccount

Client = Callable[..., Any]


def test_it_listens_on_this_computer_alone(account: PracticeAccount) -> None:
    assert account.url.startswith("http://127.0.0.1:")


def test_a_connection_serves_many_requests(account: PracticeAccount) -> None:
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=5)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("GET", "/no-such-bucket")
        connection.getresponse().read()
        assert connection.sock is first
    connection.close()


def test_stopping_ends_the_connections_that_programs_keep_open(account: PracticeAccount) -> None:
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/no-such-bucket")
    connection.getresponse().read()
    account.stop()
    assert connection.sock.recv(1) == b""
    connection.close()


def test_a_body_sent_in_pieces_is_read_whole(account: PracticeAccount) -> None:
    connection = http.client.HTTPConnection(account.url.removeprefix("http://"), timeout=5)
    pieces = [b"Action=Get", b"CallerIdentity"]
    connection.request("POST", "/", iter(pieces), {"Transfer-Encoding": "chunked"}, encode_chunked=True)
    assert b"MissingAuthenticationToken" in connection.getresponse().read()
    assert account.records[-1].action == "sts:GetCallerIdentity"
    connection.close()


def test_several_programs_at_once_all_get_their_answers(account: PracticeAccount, root: KeyPair, aws: Client) -> None:
    account.create_bucket("office-backup")
    clients = [aws("s3", root) for _ in range(4)]

    def work(number: int) -> None:
        for turn in range(10):
            clients[number].put_object(Bucket="office-backup", Key=f"{number}/{turn}", Body=b"1")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(account.trace_of("office-backup").objects) == 40


def test_it_can_be_stopped_and_started_again_with_what_it_had(root: KeyPair, account: PracticeAccount) -> None:
    before = account.url
    account.stop()
    with pytest.raises(RuntimeError):
        _ = account.url
    assert account.start() != before or account.url == before
    assert account.status_of(root.access_key_id) is not None


def test_importing_it_does_not_import_moto() -> None:
    code = (
        "import sys, keyturn_practice.account as _; print(*({'moto', 'boto3', 'botocore', 'flask'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""


@pytest.fixture
def certificate(certificate_for: Callable[..., Path]) -> Path:
    return certificate_for("127.0.0.1")


def test_over_tls_a_policy_that_demands_it_is_content(
    account: PracticeAccount,
    aws: Client,
    session: boto3.Session,
    certificate: Path,
) -> None:
    account.create_bucket("office-backup")
    policy = policy_for([BucketNeeds("office-backup")], partition="aws", account=account.account_id, require_tls=True)
    account.create_user("backup", policies={"keyturn": policy.text()})
    pair = account.create_user_key("backup")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    account.stop()
    address = account.start(tls=context)
    s3 = session.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        verify=str(certificate),
        aws_access_key_id=pair.access_key_id.value,
        aws_secret_access_key=pair.secret.reveal(),
    )
    s3.put_object(Bucket="office-backup", Key="a", Body=b"1")
    assert s3.list_objects_v2(Bucket="office-backup")["KeyCount"] == 1
    s3.close()
