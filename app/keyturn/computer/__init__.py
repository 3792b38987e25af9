"""Which computer Keyturn looks at: its folders, its programs, its clock, and that only one Keyturn works on it."""
