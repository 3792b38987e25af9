"""What can happen to a rotation: one class for each thing, and how it stands in the journal."""
