"""The heart: one key's way from old to new, its order, its proofs, its gates, and the way back.

`rotation_service` has the commands, `record` reads the journal, `steps` has the words. `finding` is what there is,
`planning` what is asked and decided before anything is made, `carrying_out` the steps, `key_life` what a key lives
through between rotations, `shared_key` the other computers, `signers` who signs, `reporting` what is written of it.
"""

from __future__ import annotations

from keyturn.model.old_names import answer_to_old_names, in_folders

answer_to_old_names(
    __name__, in_folders(__name__, ("planning", "carrying_out", "finding", "key_life", "reporting", "shared_key"))
)
