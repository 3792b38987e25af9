"""A key between its rotations: its name, who is handed it, where it is kept, who looks after it."""
