"""What anyone who writes a client for Keyturn tests it with (README.md)."""
