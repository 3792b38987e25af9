"""What was found and done, as a page, a table, or for whoever mends Keyturn."""
