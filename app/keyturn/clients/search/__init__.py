"""Looking for key IDs in every file of whole folders (`scan --search`; ARCHITECTURE.md, "Completeness")."""
