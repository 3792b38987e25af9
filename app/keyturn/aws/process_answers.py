"""What a `credential_process` answers.

Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
"""

from __future__ import annotations

import json
from datetime import datetime

from keyturn.aws.profile_answers import SessionNeeded, leads_nowhere, session_pair
from keyturn.model.keys import AccessKeyId, KeyPair, Secret
from keyturn.model.text import _


def key_of_process(name: str, answer: bytes, now: datetime) -> KeyPair:
    """Read the key that a profile's program gave.

    Args:
        now: the time of day, in UTC.

    Raises:
        UsageError: where it is none. The answer is not repeated: it may hold a secret.
        SessionNeeded: where it gave the key of a session that is over.
    """
    try:
        written = json.loads(answer)
        if not isinstance(written, dict) or written.get("Version") != 1:
            raise leads_nowhere(name, _("Its program did not answer as a credential_process does"))
        if written.get("SessionToken"):
            pair = session_pair(written, name)
            if pair.ends is not None and pair.ends <= now:
                raise SessionNeeded(name, _("its program"))
            return pair
        return KeyPair(AccessKeyId(str(written["AccessKeyId"])), Secret(str(written["SecretAccessKey"])))
    except (ValueError, KeyError):
        raise leads_nowhere(name, _("Its program did not answer as a credential_process does")) from None
