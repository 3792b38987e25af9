"""Keyturn replaces old AWS access keys in backup programs, and proves that the backups still work."""

__version__ = "0.1.0"
