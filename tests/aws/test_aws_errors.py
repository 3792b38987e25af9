"""Whatever goes wrong on the way to AWS and back, a person reads a sentence and a step sees a fault."""

from __future__ import annotations

import http.client
import inspect
import ssl
import string
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import urllib3
from botocore import exceptions, parsers

from keyturn.aws.access_keys import create_key, list_keys
from keyturn.aws.buckets import facts, list_buckets
from keyturn.aws.error_codes import AwsRefusal, FailedRequest, speaking_to_aws, translate
from keyturn.aws.error_messages import MessageSubject, sentences
from keyturn.aws.identity import whose
from keyturn.aws.proof import S3Target, prove_bucket
from keyturn.aws.s3_checks import list_objects
from keyturn.aws.session import Aws, AwsSettings
from keyturn.model.errors import AwsError, AwsFault
from keyturn.model.keys import AccessKeyId, KeyPair
from keyturn_practice import faults
from keyturn_practice.account import DEFAULT_ACCOUNT, PracticeAccount
from keyturn_practice.messages import Response

_KEY = AccessKeyId("AKIAMADEUPSAMPLE0001")
_NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
_REQUEST = FailedRequest("iam", "ListAccessKeys", _KEY)

# One question to each service and of each kind: with a body, without one (HEAD), and one that parses as empty.
_QUESTIONS: dict[str, Callable[[Aws, KeyPair, S3Target], object]] = {
    "sts": lambda aws, pair, target: whose(aws, pair),
    "iam": lambda aws, pair, target: list_keys(aws, pair, None),
    "new key": lambda aws, pair, target: create_key(aws, pair, None),
    "buckets": lambda aws, pair, target: list_buckets(aws, pair),
    "head": lambda aws, pair, target: facts(aws, pair, target.bucket, DEFAULT_ACCOUNT),
    "list": lambda aws, pair, target: list_objects(aws, pair, target, 1),
}

_STRANGERS = {
    "a sign-in page": faults.portal(),
    "a sign-in page that is XML too": faults.portal(well_formed=True),
    "an empty 200": faults.empty_answer(),
    "a way to a sign-in page": faults.portal_redirect("http://127.0.0.1:1/sign-in"),
    "a proxy's 407": faults.proxy_wants_password(),
    "a network's 511": faults.network_wants_sign_in(),
}


# ── Not AWS ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("question", _QUESTIONS)
@pytest.mark.parametrize("stranger", _STRANGERS)
def test_what_a_network_answers_in_place_of_aws_is_never_taken_for_an_answer(
    account: PracticeAccount, root: KeyPair, talk: Callable[..., Aws], target: S3Target, question: str, stranger: str
) -> None:
    rule = account.fail("*", _STRANGERS[stranger], times=99)
    with pytest.raises(AwsError) as caught:
        # Three attempts: a stranger's answer is no reason to try again either.
        _QUESTIONS[question](talk(attempts=3), root, target)
    assert caught.value.fault is AwsFault.NOT_AWS
    assert rule.met == 1


def test_a_listing_without_its_end_mark_is_no_empty_bucket(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    nameless = Response(200, (("x-amz-request-id", "made up"),))
    account.fail("s3:*", faults.Fault(answer=nameless), times=9)
    with pytest.raises(AwsError) as caught:
        list_objects(aws, root, target, 1)
    assert caught.value.fault is AwsFault.NOT_AWS
    assert not any(result.ok for result in prove_bucket(aws, root, target))


def test_an_empty_answer_never_passes_for_an_upload(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    account.fail("s3:PutObject", faults.empty_answer(), times=9)
    assert [(result.check, result.ok) for result in prove_bucket(aws, root, target)][-1] == ("write", False)


def test_an_answer_cut_short_is_no_answer(account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target) -> None:
    for question in ("sts", "iam", "buckets", "list"):
        account.faults.clear()
        account.fail("*", faults.torn_answer())
        with pytest.raises(AwsError) as caught:
            _QUESTIONS[question](aws, root, target)
        assert caught.value.fault is AwsFault.NO_ANSWER, question


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (faults.reset(), AwsFault.NO_ANSWER),
        (faults.dropped_answer(), AwsFault.NO_ANSWER),
        (faults.hang(0.5), AwsFault.NO_ANSWER),
        (faults.throttled(), AwsFault.THROTTLED),
        (faults.broken_server(), AwsFault.SERVER),
        (faults.refused(403, "OptInRequired"), AwsFault.ACCOUNT),
        (faults.refused(403, "ExpiredToken"), AwsFault.TEMPORARY_KEY),
        (faults.refused(409, "SomethingNewAtAws"), AwsFault.CONFLICT),
        (faults.refused(418, "SomethingNewAtAws"), AwsFault.UNEXPECTED),
    ],
)
@pytest.mark.parametrize("question", ["sts", "list"])
def test_trouble_is_told_by_its_kind(
    account: PracticeAccount,
    root: KeyPair,
    talk: Callable[..., Aws],
    target: S3Target,
    fault: faults.Fault,
    meaning: AwsFault,
    question: str,
) -> None:
    account.fail("*", fault, times=9)
    with pytest.raises(AwsError) as caught:
        _QUESTIONS[question](talk(read_timeout=0.2), root, target)
    assert caught.value.fault is meaning


def test_a_denial_means_the_right_at_s3_and_the_key_itself_at_sts(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target
) -> None:
    # GetCallerIdentity needs no right (facts/aws.md A1): AWS's documentation has this answer for inactive keys.
    account.fail("*", faults.refused(403, "AccessDenied"), times=9)
    for question, meaning in (("sts", AwsFault.UNKNOWN_KEY), ("list", AwsFault.DENIED)):
        with pytest.raises(AwsError) as caught:
            _QUESTIONS[question](aws, root, target)
        assert caught.value.fault is meaning


def test_a_computer_that_nobody_answers_from_is_no_network(root: KeyPair) -> None:
    aws = Aws(AwsSettings(endpoint_url="http://127.0.0.1:9", attempts=1), lambda _: None)
    with pytest.raises(AwsError) as caught:
        whose(aws, root)
    assert caught.value.fault is AwsFault.NO_NETWORK
    assert not caught.value.outcome_unknown


def test_names_that_cannot_be_are_told_without_asking(aws: Aws, root: KeyPair) -> None:
    for bucket, region, meaning in (
        ("no bucket/here", "us-east-1", AwsFault.NO_SUCH_BUCKET),
        ("photos", "no region", AwsFault.WRONG_REGION),
    ):
        with pytest.raises(AwsError) as caught:
            list_objects(aws, root, S3Target(bucket, "", region, DEFAULT_ACCOUNT), 1)
        assert caught.value.fault is meaning


# ── The clock ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("question", ["sts", "list"])
@pytest.mark.parametrize(
    ("seconds", "words"), [(-20 * 60, "20 minutes fast"), (26 * 3600, "26 hours slow"), (9 * 86400, "9 days slow")]
)
def test_a_wrong_clock_is_told_with_how_wrong_it_is(
    account: PracticeAccount, root: KeyPair, aws: Aws, target: S3Target, question: str, seconds: float, words: str
) -> None:
    account.fail("*", faults.skewed_clock(seconds), times=9)
    with pytest.raises(AwsError) as caught:
        _QUESTIONS[question](aws, root, target)
    assert caught.value.fault is AwsFault.CLOCK
    assert words in caught.value.title


def _said(code: str, *, message: str = "", date: str | None = None, status: int = 403) -> exceptions.ClientError:
    headers = {"x-amzn-requestid": "sample"} | ({} if date is None else {"date": date})
    return exceptions.ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers},
        },
        "ListAccessKeys",
    )


def test_a_signature_that_is_too_old_is_about_the_clock_and_not_about_the_secret() -> None:
    right_time = "Mon, 04 May 2026 12:00:00 GMT"
    old = "Signature expired: 20260504T110000Z is now earlier than 20260504T114500Z"
    assert translate(_said("SignatureDoesNotMatch", date=right_time), _REQUEST, _NOW).fault is AwsFault.WRONG_SECRET
    assert translate(_said("SignatureDoesNotMatch", message=old), _REQUEST, _NOW).fault is AwsFault.CLOCK
    late = translate(_said("SignatureDoesNotMatch", date=right_time), _REQUEST, _NOW + timedelta(minutes=10))
    assert (late.fault, late.title) == (AwsFault.CLOCK, "This computer's clock is 10 minutes fast")
    without = translate(_said("RequestTimeTooSkewed", date="yesterday"), _REQUEST, _NOW)
    assert without.title == "This computer's clock is wrong"


# ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────


# Every code of facts/aws.md A7 7.1, and those of A1 to A5 that S3 and IAM answer with.
_EVERY_CODE = {
    AwsFault.UNKNOWN_KEY: "InvalidClientTokenId InvalidAccessKeyId",
    AwsFault.WRONG_SECRET: "SignatureDoesNotMatch",
    AwsFault.CLOCK: "RequestTimeTooSkewed RequestExpired",
    AwsFault.TEMPORARY_KEY: "ExpiredToken ExpiredTokenException InvalidToken",
    AwsFault.DENIED: "AccessDenied AccessDeniedException 403",
    AwsFault.ACCOUNT: "OptInRequired AccountProblem NotSignedUp AllAccessDisabled",
    AwsFault.THROTTLED: "Throttling ThrottlingException TooManyRequestsException RequestLimitExceeded SlowDown",
    AwsFault.LIMIT: "LimitExceeded",
    AwsFault.EXISTS: "EntityAlreadyExists",
    AwsFault.NOT_FOUND: "NoSuchEntity NoSuchKey NoSuchUpload",
    AwsFault.NO_SUCH_BUCKET: "NoSuchBucket",
    AwsFault.CONFLICT: "DeleteConflict ConcurrentModification ConditionalRequestConflict",
    AwsFault.MALFORMED_POLICY: "MalformedPolicyDocument",
    AwsFault.WRONG_REGION: "PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException",
    AwsFault.ARCHIVED: "InvalidObjectState",
    AwsFault.SERVER: "InternalError InternalFailure ServiceUnavailable",
}
_EVERY_EXCEPTION = {
    "EndpointConnectionError": AwsFault.NO_NETWORK,
    "ConnectTimeoutError": AwsFault.NO_NETWORK,
    "ProxyConnectionError": AwsFault.NO_NETWORK,
    "ReadTimeoutError": AwsFault.NO_ANSWER,
    "ConnectionClosedError": AwsFault.NO_ANSWER,
    "HTTPClientError": AwsFault.NO_ANSWER,
    "ResponseStreamingError": AwsFault.NO_ANSWER,
    "ResponseParserError": AwsFault.NO_ANSWER,
    "SSLError": AwsFault.UNTRUSTED,
}


@pytest.mark.parametrize(
    ("code", "meaning"), [(code, fault) for fault, codes in _EVERY_CODE.items() for code in codes.split()]
)
def test_every_code_of_the_table_has_one_meaning_and_one_sentence(code: str, meaning: AwsFault) -> None:
    error = translate(_said(code), FailedRequest("s3", "ListObjectsV2", _KEY, "photos"), _NOW)
    assert error.fault is meaning
    _is_a_sentence(error.title, error.message)


@pytest.mark.parametrize(("name", "meaning"), _EVERY_EXCEPTION.items())
def test_every_exception_of_the_table_has_one_meaning(name: str, meaning: AwsFault) -> None:
    error = translate(_made(getattr(exceptions, name, None) or getattr(parsers, name)), _REQUEST, _NOW)
    assert error.fault is meaning
    _is_a_sentence(error.title, error.message)


# ── Nothing of botocore gets out ─────────────────────────────────────────────────────────────────────────────────────


def _every_exception() -> list[type[Exception]]:
    return [
        kind
        for module in (exceptions, parsers)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception)
    ]


class _AnyWord(dict[str, Any]):
    """Fills the placeholders of any botocore message."""

    def __missing__(self, name: str) -> str:
        return "sample"


def _made(kind: type[Exception]) -> Exception:
    error = kind.__new__(kind)
    pattern = str(getattr(kind, "fmt", ""))
    names = [name for _, name, _, _ in string.Formatter().parse(pattern) if name]
    Exception.__init__(error, pattern.format_map(_AnyWord.fromkeys(names, "sample")))
    if isinstance(error, exceptions.ClientError):
        error.response = {}
    return error


@pytest.mark.parametrize("kind", _every_exception(), ids=lambda kind: kind.__name__)
def test_no_exception_of_botocore_leaves_the_room(kind: type[Exception]) -> None:
    with pytest.raises(AwsError) as caught, speaking_to_aws(_REQUEST, lambda: _NOW):
        raise _made(kind)
    _is_a_sentence(caught.value.title, caught.value.message)


@pytest.mark.parametrize(
    "error",
    [
        TypeError("x"),
        OSError("x"),
        KeyError("x"),  # what botocore's parser makes of HTML that is XML too (measured)
        ValueError("x"),
        RecursionError("x"),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "x"),
        ssl.SSLError("x"),
        http.client.BadStatusLine("x"),
        urllib3.exceptions.ProtocolError("x"),
        urllib3.exceptions.LocationParseError("x"),
        ElementTree.ParseError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_nothing_else_leaves_it_either(error: Exception) -> None:
    with pytest.raises(AwsError) as caught, speaking_to_aws(_REQUEST, lambda: _NOW):
        raise error
    assert caught.value.fault is AwsFault.UNEXPECTED
    assert type(error).__name__ in caught.value.title


def test_a_wish_to_stop_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt), speaking_to_aws(_REQUEST, lambda: _NOW):
        raise KeyboardInterrupt


def test_an_error_keeps_nothing_of_what_it_came_from() -> None:
    canary = "wJalrMADEUPcanary0000000000000000EXAMPLE"
    with pytest.raises(AwsError) as caught, speaking_to_aws(_REQUEST, lambda: _NOW):
        raise parsers.ResponseParserError(f"<SecretAccessKey>{canary}</SecretAccessKey>")
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    shown = "".join(traceback.format_exception(caught.value))
    assert canary not in shown + repr(vars(caught.value)) + repr(caught.value.args)


def test_an_answer_without_any_reason_is_judged_by_its_status() -> None:
    for status, fault in {403: AwsFault.DENIED, 404: AwsFault.NOT_FOUND, 503: AwsFault.SERVER}.items():
        bare = exceptions.ClientError(
            {"ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {"x-amz-request-id": "sample"}}},
            "HeadObject",
        )
        error = translate(bare, _REQUEST, _NOW)
        assert isinstance(error, AwsRefusal)
        assert (error.fault, error.status) == (fault, status)


def test_a_code_that_is_no_code_is_not_repeated() -> None:
    error = translate(_said("<script>alert(1)</script>", status=400), _REQUEST, _NOW)
    assert error.aws_code == ""
    assert "<" not in str(error)


def test_a_refusal_names_the_right_that_is_missing() -> None:
    error = translate(_said("AccessDenied"), FailedRequest("s3", "ListObjectsV2", _KEY, "photos"), _NOW)
    assert error.title == "AWS refused s3:ListBucket on the bucket photos to the access key AKIA…0001"
    kms = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: kms:GenerateDataKey on resource: x"
    error = translate(_said("AccessDenied", message=kms), FailedRequest("s3", "UploadPart", _KEY, "photos"), _NOW)
    assert "kms:GenerateDataKey" in error.title


# ── Sentences ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_a_sentence(title: str, message: str) -> None:
    assert title
    assert not title.endswith(".")
    assert message.endswith((".", "scan", "continue", "--user-name."))
    assert not {"!", "{", "}"} & set(title + message)
    assert "successfully" not in message


@pytest.mark.parametrize("fault", AwsFault)
@pytest.mark.parametrize("operation", ["CreateAccessKey", "PutUserPolicy", "CreateUser", "DeleteUser", "ListObjectsV2"])
def test_every_fault_has_a_sentence_and_says_what_it_means_for_the_backups(fault: AwsFault, operation: str) -> None:
    subject = MessageSubject(_KEY, "photos", "s3:ListBucket", operation, detail="Sample", ahead=timedelta(hours=3))
    title, message = sentences(fault, subject)
    _is_a_sentence(title, message)
    assert "backup" in message.lower()
    assert "invalid" not in (title + message).lower()
    assert _KEY.value not in title + message
