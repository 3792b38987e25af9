"""Programs that a file in `resources/` describes: those whose key Keyturn replaces, and those that a person changes."""
