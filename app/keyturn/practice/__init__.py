"""The old name of `keyturn_practice`: `keyturn.practice.account` is the module `keyturn_practice.account`."""

from __future__ import annotations

from keyturn.model.old_names import answer_to_old_names

answer_to_old_names(__name__, lambda name: f"keyturn_practice.{name}")
