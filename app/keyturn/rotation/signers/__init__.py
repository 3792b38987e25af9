"""Who makes a change at AWS: one file for each kind of identity, and one place where it is chosen."""
