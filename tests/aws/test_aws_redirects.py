"""A store that sends Keyturn elsewhere: one request, one sentence, and nothing signed for the other server."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator

import pytest

from keyturn.aws.session import Aws, AwsSettings, OwnUse
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, Secret

PAIR = KeyPair(AccessKeyId("AKIAMADEUPSAMPLE0001"), Secret("m" * 40))

Serve = Callable[[int, dict[str, str], str], tuple[str, list[str]]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve one answer to everybody; returns the address and the requests so far."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def begin(status: int, headers: dict[str, str], body: str) -> tuple[str, list[str]]:
        asked: list[str] = []

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.requestline)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body.encode())

            do_HEAD = do_POST = do_PUT = do_GET

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}", asked

    yield begin
    for one in servers:
        one.shutdown()
        one.server_close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("operation", ["ListObjectsV2", "HeadBucket", "CreateMultipartUpload"])
def test_a_store_that_redirects_is_told_in_one_sentence_after_one_request(
    serve: Serve, status: int, operation: str
) -> None:
    other, asked_of_other = serve(200, {"x-amz-request-id": "X"}, "<ListBucketResult/>")
    error = f"<Error><Code>PermanentRedirect</Code><Endpoint>{other.removeprefix('http://')}</Endpoint></Error>"
    store, asked = serve(status, {"Location": f"{other}/x", "x-amz-bucket-region": "eu-west-1"}, error)
    uses: list[OwnUse] = []
    aws = Aws(AwsSettings(attempts=3), uses.append, sleep=lambda seconds: None)
    wanted = {"Bucket": "photos-backup"} | ({"Key": "x"} if operation == "CreateMultipartUpload" else {})

    with pytest.raises(AwsError) as caught:
        aws.ask(PAIR, "s3", operation, wanted, store=store)
    aws.close()

    assert caught.value.fault is AwsFault.REDIRECTED
    assert store.removeprefix("http://") in caught.value.title
    assert len(asked) == len(uses) == 1
    assert asked_of_other == []
