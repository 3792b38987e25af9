"""Everything that is asked, decided and refused before anything is made."""
