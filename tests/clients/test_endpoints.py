"""What counts as AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyturn.clients.endpoints import is_aws, reaches_the_same, region_in, store_name, store_url
from keyturn.model.errors import ClientError
from keyturn.model.keys import AccessKeyId
from keyturn.model.places import Place, PlaceKind


def place(endpoint: str | None, *, plain_http: bool = False) -> Place:
    return Place(
        client="s3cmd",
        name="x",
        path=Path("x"),
        locator="x",
        kind=PlaceKind.DESTINATION,
        access_key_id=AccessKeyId("AKIAONE0000000000001"),
        endpoint=endpoint,
        plain_http=plain_http,
    )


@pytest.mark.parametrize(
    "endpoint",
    [
        *(None, "s3.amazonaws.com", "https://s3.eu-central-1.amazonaws.com", "S3.AMAZONAWS.COM:443"),
        *("s3.cn-north-1.amazonaws.com.cn", "https://s3.eusc-de-east-1.amazonaws.eu", "s3.eu-west-1.api.aws"),
        "https://bucket.s3.dualstack.us-west-2.amazonaws.com/",
    ],
)
def test_amazons_hosts_and_none_at_all_are_aws(endpoint: str | None) -> None:
    assert is_aws(place(endpoint), None)
    assert is_aws(place(endpoint), "http://127.0.0.1:5000")


@pytest.mark.parametrize(
    "endpoint",
    [
        *("s3.wasabisys.com", "https://amazonaws.com.example.org", "evil-amazonaws.com", "http://127.0.0.1:5000"),
        *(
            "nas:9000",
            "https://s3.amazonaws.com@example.org/",
            "api.aws.example",
            "https://example.org/s3.amazonaws.com",
        ),
        *("https://ec2-203-0-113-1.compute-1.amazonaws.com:9000", "https://s3.amazonaws.com:443@example.org"),
        *(
            "https://me@s3.amazonaws.com",
            "https://s3.amazonaws.com\\.example.org",
            "https://s3.amazonaws.com?.example.org",
        ),
    ],
)
def test_every_other_host_is_another_store(endpoint: str) -> None:
    assert not is_aws(place(endpoint), None)


@pytest.mark.parametrize(
    ("endpoint", "plain_http", "asked", "same"),
    [
        ("http://127.0.0.1:5000", True, "http://127.0.0.1:5000/", True),
        ("http://someone@127.0.0.1:5000", True, "http://127.0.0.1:5000", False),
        ("127.0.0.1:5000", True, "http://127.0.0.1:5000", True),
        ("127.0.0.1:5000", False, "http://127.0.0.1:5000", True),
        ("https://nas", False, "https://NAS:443", True),
        ("nas", True, "http://nas", True),
        ("nas", False, "http://nas", False),
        ("http://127.0.0.1:5001", True, "http://127.0.0.1:5000", False),
        ("http://[::1]:5000", True, "http://[::1]:5000", True),
        ("http://nas:port", True, "http://nas:port", False),
    ],
)
def test_the_server_that_keyturn_is_told_to_ask_is_aws(endpoint: str, plain_http: bool, asked: str, same: bool) -> None:
    assert is_aws(place(endpoint, plain_http=plain_http), asked) is same
    assert reaches_the_same(place(endpoint, plain_http=plain_http), asked) is same


def test_an_empty_endpoint_is_amazons() -> None:
    assert place(" ").endpoint is None
    assert is_aws(place(""), None)


def test_the_password_of_a_storages_address_is_not_part_of_the_place() -> None:
    found = place("http://backup:madeUp1Word@127.0.0.1:9")

    assert "madeUp1Word" not in repr(found)
    assert store_name(found) == found.endpoint == "http://••••@127.0.0.1:9"


@pytest.mark.parametrize(
    "endpoint", ["http://backup:madeUp1Word@nas", "https://nas?x", "${STORE}", "https://nas@s3.amazonaws.com"]
)
def test_a_store_whose_address_can_be_read_in_two_ways_is_never_asked(endpoint: str) -> None:
    with pytest.raises(ClientError) as caught:
        store_url(place(endpoint))

    assert caught.value.code == "place.address"
    assert "madeUp1Word" not in str(caught.value)


def test_a_store_is_asked_at_the_address_that_its_program_uses() -> None:
    assert store_url(place("NAS:9000/", plain_http=True)) == "http://nas:9000"
    assert store_url(place("https://nas/minio")) == "https://nas/minio"


def test_a_program_set_up_for_amazon_does_not_reach_another_server() -> None:
    assert reaches_the_same(place(None), None)
    assert not reaches_the_same(place(None), "http://127.0.0.1:5000")
    assert not reaches_the_same(place("s3.amazonaws.com"), "http://127.0.0.1:5000")


@pytest.mark.parametrize(
    ("endpoint", "region"),
    [
        ("s3.eu-central-1.amazonaws.com", "eu-central-1"),
        ("https://s3-eu-west-1.amazonaws.com", "eu-west-1"),
        ("s3.dualstack.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("s3.amazonaws.com", None),
        ("s3.eu-central-1.wasabisys.com", None),
        (None, None),
    ],
)
def test_the_host_tells_the_region(endpoint: str | None, region: str | None) -> None:
    assert region_in(endpoint) == region
