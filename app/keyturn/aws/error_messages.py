"""What each fault at AWS means for a person: what happened - what it means for the backups - what to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from keyturn.aws.denials import Denial, sentences_of
from keyturn.model.bucket_names import BucketKind, kind_of_bucket, what_it_is
from keyturn.model.errors import AwsFault
from keyturn.model.keys import AccessKeyId
from keyturn.model.text import _, plural


@dataclass(frozen=True, slots=True)
class MessageSubject:
    """What a sentence is about.

    Attributes:
        permission: the right that the request needs, such as `s3:ListBucket`.
        operation: AWS's name for the request; empty where it is not known.
        proxy: a proxy stood in the way.
        ahead: by how much this computer's clock is ahead of AWS's; None where AWS told no time.
        detail: AWS's code, or the kind of trouble, for the small print.
        denial: what AWS said of a refusal for want of a right.
        store: the host of the S3-compatible store that was asked; empty for AWS.
    """

    key: AccessKeyId | None
    bucket: str | None
    permission: str
    operation: str
    proxy: bool = False
    ahead: timedelta | None = None
    detail: str = ""
    denial: Denial = field(default_factory=Denial)
    store: str = ""


def sentences(fault: AwsFault, subject: MessageSubject) -> tuple[str, str]:
    """Return title and message for `fault`."""
    if subject.store:
        title, message = _at_a_store(fault)
    else:
        title, message = _special(fault, subject) or _general(fault, subject)
    words = {
        "key": subject.key.masked if subject.key is not None else "",
        "bucket": subject.bucket or "",
        "what": what_it_is(subject.bucket or ""),
        "permission": subject.permission,
        "resource": subject.denial.resource or (_("the KMS key") if subject.permission.startswith("kms:") else _("it")),
        "policy": f" ({subject.denial.arn})" if subject.denial.arn else "",
        "operation": subject.operation,
        "detail": subject.detail or "?",
        "store": subject.store,
    }
    return title.format(**words), message.format(**words)


def _special(fault: AwsFault, subject: MessageSubject) -> tuple[str, str] | None:
    """The sentences that need to know more than the fault."""
    if fault is AwsFault.NO_NETWORK and subject.proxy:
        return _("The proxy does not let Keyturn through to AWS"), _(
            "Backups that go through it cannot reach AWS either. Check the proxy's address and password in the "
            "settings of your network, then try again."
        )
    if fault is AwsFault.NO_SUCH_BUCKET and kind_of_bucket(subject.bucket or "") is not BucketKind.BUCKET:
        return _("S3 does not find {bucket}"), _(
            "{what} A backup to it cannot run, whatever its key. Compare the name with the one in the AWS console, and "
            "set it right in the backup program."
        )
    if fault is AwsFault.LIMIT and subject.operation == "CreateAccessKey":
        return _("There are two access keys already"), _(
            "AWS allows no third key, and inactive ones count, so it made none; that alone stops no backup. Delete a "
            "key that nothing uses, then try again."
        )
    if fault is AwsFault.LIMIT and subject.operation in {"PutUserPolicy", "CreatePolicy"}:
        return policy_too_long()
    if fault is AwsFault.EXISTS and subject.operation == "CreateUser":
        return _("There is another IAM user of this name"), _(
            "It was not made by Keyturn for this computer, so Keyturn does not use it; that alone stops no backup. "
            "Choose another name with --user-name."
        )
    if fault is AwsFault.CONFLICT and subject.operation == "DeleteUser":
        return _("The IAM user still has something that Keyturn did not give it"), _(
            "AWS does not delete it as long as that is there; that alone stops no backup. Take its groups, attached "
            "policies, password and MFA devices away in the AWS console, or delete the user there."
        )
    if fault is AwsFault.CONFLICT and subject.detail.startswith("KMS."):
        return _("The encryption key of the bucket {bucket} is turned off or gone"), _(
            "AWS cannot write to the bucket with it, so no backup can, whatever its access key. Look at the key in the "
            "AWS console under Key Management Service."
        )
    return None


def _at_a_store(fault: AwsFault) -> tuple[str, str]:
    """The sentences about an S3-compatible store, which has no IAM and a console of its own."""
    match fault:
        case AwsFault.UNKNOWN_KEY:
            return _("{store} does not accept the access key {key}"), _(
                "It is turned off, deleted, or belongs to another store. A backup program that uses it cannot reach "
                "its bucket now. Look for the key on the store's own web page."
            )
        case AwsFault.WRONG_SECRET:
            return _("The secret does not fit the access key {key}"), _(
                "{store} refused it, and a backup that uses this pair cannot run. Compare the secret with the one you "
                "saved: a space, a plus or a slash is easily lost in copying."
            )
        case AwsFault.DENIED:
            return _("{store} refused {permission} on the bucket {bucket} to the access key {key}"), _(
                "The key is not allowed to do this, and a backup that needs it cannot run with it. Look on the store's "
                "own web page what the key may do."
            )
        case AwsFault.NO_SUCH_BUCKET:
            return _("There is no bucket named {bucket} at {store}"), _(
                "A backup to it cannot run, whatever its key. Compare the name with the one on the store's web page."
            )
        case AwsFault.NO_NETWORK | AwsFault.NO_ANSWER | AwsFault.SERVER | AwsFault.THROTTLED:
            return _("{store} cannot be reached, or does not answer"), _(
                "Backups from this computer wait for the store too. Check the connection and the store's own status "
                "page, then try again."
            )
        case AwsFault.UNTRUSTED:
            return _("The connection to {store} cannot be trusted"), _(
                "Its certificate is not one that this computer knows: a sign-in page, a filter, or a store with a "
                "certificate of its own. Nothing was sent; a backup that checks certificates cannot reach it either."
            )
        case AwsFault.NOT_AWS:
            return _("What answered at {store} does not speak S3"), _(
                "It is most often the sign-in page of a Wi-Fi, or a filter of the network, and a backup does not get "
                "through it either. Compare the address in the backup program, or sign in to your network, then try "
                "again."
            )
        case AwsFault.REDIRECTED:
            return _("{store} sends Keyturn to another server"), _(
                "Keyturn signs no request for a server that an answer names, so it asked once and went no further. A "
                "backup that goes there takes the same way. Write the address that the store itself gives, with its "
                "region, into the backup program, then try again."
            )
        case _:
            return _("{store} could not do what was asked ({detail})"), _(
                "It was about {operation}, and a backup may meet the same. Try again; if it stays like this, ask "
                "the people who run the store."
            )


def policy_too_long() -> tuple[str, str]:
    """Title and message for a policy that does not fit into its user."""
    return _("The policy for these buckets is too long for one IAM user"), _(
        "AWS allows 6144 characters, and the policy was not saved; that alone stops no backup. Give fewer buckets to "
        "one user: rotate with --only, one program after the other."
    )


def _clock_title(ahead: timedelta | None) -> str:
    if ahead is None or abs(ahead) < timedelta(minutes=1):
        return _("This computer's clock is wrong")
    minutes = round(abs(ahead) / timedelta(minutes=1))
    if minutes < 120:
        amount = plural("{count} minute", "{count} minutes", minutes).format(count=minutes)
    elif minutes < 48 * 60:
        amount = plural("{count} hour", "{count} hours", round(minutes / 60)).format(count=round(minutes / 60))
    else:
        days = round(minutes / (24 * 60))
        amount = plural("{count} day", "{count} days", days).format(count=days)
    if ahead > timedelta(0):
        return _("This computer's clock is {amount} fast").format(amount=amount)
    return _("This computer's clock is {amount} slow").format(amount=amount)


def _general(fault: AwsFault, subject: MessageSubject) -> tuple[str, str]:
    """The one table of sentences."""
    match fault:
        case AwsFault.UNKNOWN_KEY:
            return _("AWS does not accept the access key {key}"), _(
                "It is inactive, deleted, or so new that AWS has not spread it yet. A backup program that uses it "
                "cannot reach its bucket now. If the key is new, try again in a minute; if not, look for it in the AWS "
                "console under Security credentials."
            )
        case AwsFault.WRONG_SECRET:
            return _("The secret does not fit the access key {key}"), _(
                "A backup program that uses this pair cannot reach its bucket. Compare the secret with the one you "
                "saved: a space, a plus or a slash is easily lost in copying."
            )
        case AwsFault.CLOCK:
            return _clock_title(subject.ahead), _(
                "AWS refuses requests that are signed at the wrong time, so backups from this computer stop too. Set "
                "date and time to automatic in the system's settings, then try again."
            )
        case AwsFault.TEMPORARY_KEY:
            return _("The access key {key} is a temporary one"), _(
                "It expires by itself, and a backup that uses it stops then. Keyturn leaves it to the program that "
                "renews it. For a backup, put a long-term key in its place (its ID starts with AKIA)."
            )
        case AwsFault.DENIED:
            return sentences_of(replace(subject.denial, permission=subject.permission), subject.bucket or "")
        case AwsFault.NO_SUCH_BUCKET:
            return _("There is no bucket named {bucket}"), _(
                "A backup to it cannot run, whatever its key. Compare the name with the list of buckets in the AWS "
                "console, and set it right in the backup program."
            )
        case AwsFault.NOT_FOUND:
            return _("AWS does not know what {operation} asked for"), _(
                "It was deleted, or it belongs to somebody else. A backup is concerned only if it needs it. Look again "
                "with: keyturn scan"
            )
        case AwsFault.WRONG_REGION:
            return _("AWS was asked in the wrong region"), _(
                "The bucket is somewhere else, or there is no such region, and a backup that looks there may not reach "
                "it. Compare the region in the backup program with the one that the AWS console shows for the bucket."
            )
        case AwsFault.ARCHIVED:
            return _("The object is archived"), _(
                "It can be read after it was restored from its Glacier class. That stops no backup, and nothing needs "
                "to be done now."
            )
        case AwsFault.LIMIT:
            return _("A limit of the AWS account is reached"), _(
                "AWS refused {operation}; that alone stops no backup. Delete what is not needed, or ask AWS to raise "
                "the limit."
            )
        case AwsFault.EXISTS:
            return _("There is something of this name already"), _(
                "AWS refused {operation}; that alone stops no backup. Choose another name."
            )
        case AwsFault.CONFLICT:
            return _("AWS is in the middle of another change"), _(
                "It refused {operation} ({detail}); that alone stops no backup. Wait a minute, then try again."
            )
        case AwsFault.MALFORMED_POLICY:
            return _("AWS does not understand the policy"), _(
                "The policy was not saved; that alone stops no backup. This is a mistake in Keyturn: please report it "
                "with the policy that `keyturn plan` shows."
            )
        case AwsFault.THROTTLED:
            return _("AWS asks to slow down"), _(
                "It refused {operation} for now, several times; that alone stops no backup. Wait a few minutes, then "
                "try again."
            )
        case AwsFault.ACCOUNT if subject.detail == "RegionDisabledException":
            return _("The region that was asked is not switched on in this AWS account"), _(
                "No backup reaches a bucket there as long as that is so. In the AWS console: account name (top right), "
                "Account, AWS Regions, enable it. That takes some minutes; then try again."
            )
        case AwsFault.ACCOUNT:
            return _("AWS does not serve this account or region"), _(
                "The account is suspended or not signed up ({detail}), so backups to it cannot run either. Sign in to "
                "the AWS console: it says what is missing, often a payment."
            )
        case AwsFault.NO_NETWORK:
            return _("AWS cannot be reached"), _(
                "The request never arrived there. Backups from this computer wait for the network too. Check the "
                "connection, then try again."
            )
        case AwsFault.NO_ANSWER:
            return _("AWS did not answer"), _(
                "The request may have arrived all the same, and Keyturn does not guess: it looks before it goes on. "
                "A backup that runs now may meet the same. Check the connection, then try again."
            )
        case AwsFault.UNTRUSTED:
            return _("The connection to AWS cannot be trusted"), _(
                "Somebody else answers in its place: a Wi-Fi sign-in page, a virus scanner, a company network, or this "
                "computer's date is wrong. Nothing was sent; backups from here cannot reach AWS either. Sign in to "
                "your network or set the date, then try again."
            )
        case AwsFault.NOT_AWS:
            return _("Something that is not AWS answered"), _(
                "It is most often the sign-in page of a Wi-Fi, or a filter of the network. Backups cannot reach AWS "
                "from here either. Sign in to your network, then try again."
            )
        case AwsFault.REDIRECTED:
            return _("The server that was asked sends Keyturn to another one"), _(
                "Keyturn signs no request for a server that an answer names. A backup that is led there may go "
                "astray as well. Compare the address with the one that you were given, then try again."
            )
        case AwsFault.SERVER:
            return _("AWS has trouble itself"), _(
                "It failed over {operation} ({detail}), several times; a backup that runs now may meet the same. Wait "
                "a few minutes, then try again."
            )
        case AwsFault.UNEXPECTED:
            return _("Keyturn does not understand what happened at AWS ({detail})"), _(
                "It was about {operation}; whether backups meet the same is not known. Try again; if it stays like "
                "this, please report it with the words in brackets."
            )
