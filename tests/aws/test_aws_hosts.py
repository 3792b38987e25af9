"""Without a named endpoint Amazon's own hosts are asked.

Here a proxy on this computer leads to practice accounts instead.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from keyturn.aws.access_keys import list_keys
from keyturn.aws.buckets import facts
from keyturn.aws.identity import whose
from keyturn.aws.session import Aws, AwsSettings, OwnUse
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn_practice.account import PracticeAccount

_HOSTS = (
    "sts.us-east-1.amazonaws.com",
    "sts.us-gov-west-1.amazonaws.com",
    "iam.us-gov.amazonaws.com",
    "sts.cn-north-1.amazonaws.com.cn",
    "sts.eusc-de-east-1.amazonaws.eu",
)
_ELSEWHERE = set(_HOSTS) - {"sts.us-east-1.amazonaws.com", "iam.us-gov.amazonaws.com"}


@pytest.fixture(scope="module")
def certificate(certificate_for: Callable[..., Path]) -> Path:
    """A certificate for Amazon's hosts."""
    return certificate_for(*_HOSTS)


class Proxy:
    """A proxy that leads each host to an address on this computer, and refuses all others."""

    def __init__(self, lead: Callable[[str], str | None]) -> None:
        self.asked: list[str] = []
        self._lead = lead
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            host = head.split()[1].decode().partition(":")[0]
            self.asked.append(host)
            address = self._lead(host)
            if address is None:
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            parts = urlsplit(address)
            with socket.create_connection((parts.hostname or "", parts.port or 0)) as upstream:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(upstream, client), daemon=True)
                back.start()
                _pump(client, upstream)
                back.join()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@pytest.fixture
def proxies() -> Iterator[Callable[[Callable[[str], str | None]], Proxy]]:
    begun: list[Proxy] = []

    def begin(lead: Callable[[str], str | None]) -> Proxy:
        begun.append(Proxy(lead))
        return begun[-1]

    yield begin
    for proxy in begun:
        proxy.close()


def _aws(proxy: Proxy, bundle: Path | None, uses: list[OwnUse]) -> Aws:
    return Aws(
        AwsSettings(proxies={"https": proxy.url}, ca_bundle=None if bundle is None else str(bundle), attempts=1),
        uses.append,
    )


Begin = Callable[[Callable[[str], "str | None"]], Proxy]


def test_a_govcloud_key_is_found_after_the_standard_partition_refused_it(
    certificate: Path, proxies: Begin, uses: list[OwnUse]
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    standard, gov = PracticeAccount(), PracticeAccount("444455556666", partition="aws-us-gov")
    with standard.serving(tls=tls) as standard_url, gov.serving(tls=tls) as gov_url:
        proxy = proxies(lambda host: gov_url if "us-gov" in host else standard_url)
        aws = _aws(proxy, certificate, uses)
        key = gov.create_root_key()

        assert whose(aws, key).partition == "aws-us-gov"
        assert proxy.asked[0] == "sts.us-east-1.amazonaws.com"
        assert set(proxy.asked[1:]) == _ELSEWHERE
        # From now on all questions about this key go to its partition.
        asked = len(proxy.asked)
        assert [one.access_key_id for one in list_keys(aws, key, None)] == [key.access_key_id]
        assert proxy.asked[asked:] == ["iam.us-gov.amazonaws.com"]
        aws.close()


def test_a_key_that_no_partition_knows_is_unknown(certificate: Path, proxies: Begin, uses: list[OwnUse]) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    account = PracticeAccount()
    with account.serving(tls=tls) as url:
        aws = _aws(proxies(lambda host: url), certificate, uses)
        with pytest.raises(AwsError) as caught:
            whose(aws, KeyPair(AccessKeyId("AKIAMADEUPSAMPLE0001"), Secret("m" * 40)))
        assert caught.value.fault is AwsFault.UNKNOWN_KEY
        assert uses[0].region == "us-east-1"
        assert {use.region for use in uses[1:]} == {"us-gov-west-1", "cn-north-1", "eusc-de-east-1"}
        aws.close()


def test_variables_choose_neither_the_host_nor_the_proxy(
    proxies: Begin, uses: list[OwnUse], root: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
    monkeypatch.setenv("AWS_REGION", "eu-south-1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "*")
    proxy = proxies(lambda host: None)
    with pytest.raises(AwsError):
        whose(_aws(proxy, None, uses), root)
    assert proxy.asked == ["sts.us-east-1.amazonaws.com"]


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    certificate: Path, proxies: Begin, uses: list[OwnUse], root: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a variable vouches for does not count.
    for name in ("REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificate))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    account = PracticeAccount()
    with account.serving(tls=tls) as url:
        aws = _aws(proxies(lambda host: url), None, uses)
        with pytest.raises(AwsError) as caught:
            whose(aws, root)
        assert caught.value.fault is AwsFault.UNTRUSTED
        assert account.records == ()
        aws.close()


def test_the_keys_of_a_connection_are_written_down_nowhere(
    certificate: Path, proxies: Begin, uses: list[OwnUse], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    account, log = PracticeAccount(), tmp_path / "keys.log"
    with account.serving(tls=tls) as url:
        aws = _aws(proxies(lambda host: url), certificate, uses)
        # A part of the program, or a library, may set it after the conversation was begun.
        monkeypatch.setenv("SSLKEYLOGFILE", str(log))
        assert whose(aws, account.create_root_key())
        aws.close()

    assert not log.exists()


def test_no_request_tells_where_keyturn_runs(
    account: PracticeAccount, root: KeyPair, uses: list[OwnUse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EXECUTION_ENV", "madeUpPlace")
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "madeUpPlace")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "madeUpPlace")
    aws = Aws(AwsSettings(endpoint_url=account.url), uses.append)
    assert whose(aws, root)
    aws.close()

    assert account.records
    assert "madeUpPlace" not in repr(account.records)


def test_plain_http_where_tls_is_due_is_not_trusted(
    account: PracticeAccount, certificate: Path, proxies: Begin, uses: list[OwnUse], root: KeyPair
) -> None:
    aws = _aws(proxies(lambda host: account.url), certificate, uses)
    with pytest.raises(AwsError) as caught:
        whose(aws, root)
    assert caught.value.fault is AwsFault.UNTRUSTED


def test_a_proxy_that_wants_a_password_is_named_as_the_trouble(
    proxies: Begin, uses: list[OwnUse], root: KeyPair
) -> None:
    with pytest.raises(AwsError) as caught:
        whose(_aws(proxies(lambda host: None), None, uses), root)
    assert caught.value.fault is AwsFault.NO_NETWORK
    assert "proxy" in caught.value.title


def test_a_bucket_with_dots_in_its_name_is_asked_for_by_path(proxies: Begin, uses: list[OwnUse], root: KeyPair) -> None:
    # The certificate of *.s3.amazonaws.com does not cover a name with dots.
    proxy = proxies(lambda host: None)
    aws = _aws(proxy, None, uses)
    for bucket in ("plain-name", "akia.com.haystacksoftware.arq"):
        with pytest.raises(AwsError):
            facts(aws, root, bucket, "111122223333", region="eu-central-1")
    assert proxy.asked == ["plain-name.s3.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com"]


def test_a_proxy_is_never_asked_for_an_endpoint_on_this_computer(
    account: PracticeAccount, proxies: Begin, uses: list[OwnUse], root: KeyPair
) -> None:
    proxy = proxies(lambda host: None)
    aws = Aws(AwsSettings(endpoint_url=account.url, proxies={"http": proxy.url, "https": proxy.url}), uses.append)
    assert whose(aws, root)
    assert proxy.asked == []
    aws.close()


def test_a_proxys_password_is_not_shown_by_the_settings() -> None:
    assert "hush" not in repr(AwsSettings(proxies={"https": "http://me:hush@127.0.0.1:1"}))


def test_a_missing_file_of_certificates_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(AwsError) as caught:
        Aws(AwsSettings(ca_bundle=str(tmp_path / "gone.pem")), lambda _: None)
    assert caught.value.fault is AwsFault.UNTRUSTED
    assert "gone.pem" in caught.value.title
