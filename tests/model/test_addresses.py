"""An address is one server's, or it is refused; and only hosts of S3, STS and IAM are AWS's."""

from __future__ import annotations

import pytest

from keyturn.model.addresses import Server, is_aws_host, read_server, region_of_host, without_password
from keyturn.model.known_secrets import without_secrets


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("https://s3.amazonaws.com", Server("s3.amazonaws.com", 443, True)),
        ("HTTPS://S3.AMAZONAWS.COM./", Server("s3.amazonaws.com", 443, True)),
        ("http://127.0.0.1:9000", Server("127.0.0.1", 9000, False)),
        ("nas", Server("nas", 443, True)),
        ("nas_1:9000", Server("nas_1", 9000, True)),
        ("http://[2001:DB8::1]:9000/minio/", Server("2001:db8::1", 9000, False, "/minio")),
        ("https://xn--mller-kva.example", Server("xn--mller-kva.example", 443, True)),
    ],
)
def test_an_address_names_one_server(written: str, server: Server) -> None:
    assert read_server(written) == server
    assert read_server(server.url) == server


@pytest.mark.parametrize(
    "written",
    [
        *("", "https://", "https:///x", "//nas", "ftp://nas", "socks5://nas:1080", "https:nas", "https:/nas"),
        *("https://me@nas", "https://me:word@nas", "me@nas", "https://nas:443@elsewhere.example", "https://nas/x@y"),
        *("https://nas#.s3.amazonaws.com", "https://nas?s3.amazonaws.com", "https://nas\\.s3.amazonaws.com"),
        *("https://nas\\@s3.amazonaws.com", "https://https://s3.amazonaws.com", "https://nas/https://s3.amazonaws.com"),
        *("https://s3.amazonaws.com..", "https://.s3.amazonaws.com", "https://s3..amazonaws.com", "https://-nas"),
        *(
            "https://s3.\u0430mazonaws.com",
            "https://s3\u3002amazonaws.com",
            "https://\uff533.amazonaws.com",
            "https://s3.amazonaws.com\u200b",
        ),
        *("https://s3%2eamazonaws.com", "https://s3.amazonaws.com %", "https://s3.amazonaws.com\n.nas", "https://na s"),
        *(
            "https://nas:",
            "https://nas:0",
            "https://nas:65536",
            "https://nas:port",
            "https://nas:\uff11",
            "https://nas:+1",
        ),
        *("https://127.1", "https://2130706433", "https://0x7f.1", "https://127.0.0.01", "https://nas.256"),
        *("https://[::1", "https://[fe80::1%25eth0]", "https://[nas]", "https://[::1]9000", "https://nas/../x"),
        "https://" + ".".join(["a" * 60] * 5),
    ],
)
def test_what_two_programs_could_read_differently_is_no_address(written: str) -> None:
    with pytest.raises(ValueError, match="not"):
        read_server(written)


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("s3.amazonaws.com", None),
        ("S3.AMAZONAWS.COM.", None),
        ("s3-external-1.amazonaws.com", None),
        ("bucket.with.dots.s3.amazonaws.com", None),
        ("bucket.s3-accelerate.amazonaws.com", None),
        ("bucket.s3-accelerate.dualstack.amazonaws.com", None),
        ("s3-eu-west-1.amazonaws.com", "eu-west-1"),
        ("s3-fips-us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("bucket.s3.ap-southeast-5.amazonaws.com", "ap-southeast-5"),
        ("s3-fips.us-east-2.amazonaws.com", "us-east-2"),
        ("s3-fips.dualstack.us-gov-east-1.amazonaws.com", "us-gov-east-1"),
        ("s3.dualstack.eu-central-1.amazonaws.com", "eu-central-1"),
        ("s3.eu-west-1.api.aws", "eu-west-1"),
        ("s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("s3.dualstack.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
        ("s3.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        ("s3.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        ("s3-fips.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"),
        ("point-111122223333.s3-accesspoint.eu-west-1.amazonaws.com", "eu-west-1"),
        ("point-111122223333.s3-accesspoint-fips.dualstack.us-east-1.amazonaws.com", "us-east-1"),
        ("name.accesspoint.s3-global.amazonaws.com", None),
        ("lambda-111122223333.s3-object-lambda.us-east-1.amazonaws.com", "us-east-1"),
        ("111122223333.s3-control.eu-west-1.amazonaws.com", "eu-west-1"),
        ("b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", "us-east-1"),
        ("bucket.vpce-0a1b2c3d-5e6f7a8b.s3.us-east-1.vpce.amazonaws.com", "us-east-1"),
        ("vpce-0a1b2c3d-5e6f7a8b-us-east-1a.sts.us-east-1.vpce.amazonaws.com", "us-east-1"),
        ("sts.amazonaws.com", None),
        ("sts.eu-central-1.amazonaws.com", "eu-central-1"),
        ("sts-fips.us-west-2.amazonaws.com", "us-west-2"),
        ("iam.amazonaws.com", None),
        ("iam.us-gov.amazonaws.com", None),
        ("iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
    ],
)
def test_hosts_of_s3_sts_and_iam_are_awss(host: str, region: str | None) -> None:
    assert is_aws_host(host)
    assert region_of_host(host) == region


@pytest.mark.parametrize(
    "host",
    [
        # Anybody can have these.
        *("ec2-203-0-113-1.compute-1.amazonaws.com", "ec2-203-0-113-1.eu-west-1.compute.amazonaws.com"),
        *("nas-1234567890.eu-west-1.elb.amazonaws.com", "a1b2c3.execute-api.eu-west-1.amazonaws.com"),
        *("d-x.lambda-url.us-east-1.on.aws", "bucket.s3-website-us-east-1.amazonaws.com"),
        *("bucket.s3-website.eu-central-1.amazonaws.com", "vpce-0a1b-2c3d.vpce-svc-0a1b.us-east-1.vpce.amazonaws.com"),
        *("d111111abcdef8.cloudfront.net", "x.awsglobalaccelerator.com", "s3.eu-west-1.elb.amazonaws.com"),
        *("s3.compute.amazonaws.com", "s3.eu-west-1.compute.amazonaws.com", "s3.execute-api.eu-west-1.amazonaws.com"),
        # AWS's, but of other services, or of none.
        *("amazonaws.com", "aws", "api.aws", "email.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com.de"),
        # Somebody else's.
        *(
            "s3.amazonaws.com.example.net",
            "notamazonaws.com",
            "s3.notamazonaws.com",
            "s3-amazonaws.com",
            "s3.amazonaws.co",
        ),
        *(
            "mys3.amazonaws.com",
            "xs3.eu-west-1.amazonaws.com",
            "s3.eu-west-1.amazonaws-com.example",
            "s3.\u0430mazonaws.com",
        ),
        "s3.amazonaws.com..",
    ],
)
def test_every_other_host_is_somebody_elses(host: str) -> None:
    assert not is_aws_host(host)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://nas:9000/x", "https://nas:9000/x"),
        ("s3.example", "s3.example"),
        ("http://backup:madeUp1Word@127.0.0.1:9", "http://••••@127.0.0.1:9"),
        ("backup:madeUp1Word@nas:9000", "••••@nas:9000"),
        ("https://backup:made/Up@1Word@nas", "https://••••@nas"),
        ("https://madeUp1Word@nas", "https://••••@nas"),
        ("https://a:madeUp1Word@https://nas", "https://••••@https://nas"),
        ("https://nas/?token=madeUp1Word", "https://nas/?••••"),
        ("https://nas/#madeUp1Word", "https://nas/#••••"),
        ("https://nas/?a=b#madeUp1Word", "https://nas/?••••"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_password(written: str, shown: str) -> None:
    assert without_password(written) == shown


def test_a_password_that_was_in_an_address_is_a_known_secret_from_then_on() -> None:
    without_password("https://backup:made%2FUp%3FAddress@nas")

    assert without_secrets("said made%2FUp%3FAddress and made/Up?Address") == "said •••• and ••••"
