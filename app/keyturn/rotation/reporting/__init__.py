"""What was found and done, as a page, a table, or for those who mend Keyturn."""
