"""What starts Keyturn once a day: the system's own scheduler, one file for each, and one place where it is chosen."""
