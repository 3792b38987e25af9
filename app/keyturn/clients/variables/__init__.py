"""Keys in variables: shells, units, timetables, compose files and scripts, and the programs that they start."""
