"""The heart: one key's way from old to new, its order, its proofs, its gates, and the way back."""
