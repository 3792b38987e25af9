"""The window. It shows what `rotation` finds and does; Qt is imported here alone, and in no room's first file."""
