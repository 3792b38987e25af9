"""Reminders: what is due and when, the check for the login job, notifications, and starting with the session."""
