"""What the account itself tells of its root user."""

from __future__ import annotations

from dataclasses import dataclass

from keyturn.aws.session import Aws
from keyturn.model.keys import KeyPair


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """Root's keys and second factor; None where AWS did not tell.

    Attributes:
        root_has_keys: an inactive key counts too (research/aws.md A2).
    """

    root_has_keys: bool | None
    root_has_mfa: bool | None


def account_summary(aws: Aws, signer: KeyPair) -> AccountSummary:
    """Ask IAM for the account's summary, the cheapest look at root's keys (research/aws.md A3).

    Raises:
        AwsError: DENIED where the signer may not ask.
    """
    summary = aws.ask(signer, "iam", "GetAccountSummary").get("SummaryMap", {})
    return AccountSummary(_flag(summary.get("AccountAccessKeysPresent")), _flag(summary.get("AccountMFAEnabled")))


def _flag(number: int | None) -> bool | None:
    return None if number is None else number > 0
