"""What Keyturn remembers: the journal of its rotations, and the secrets in the system's keychain."""
