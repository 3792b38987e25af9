"""The command line: it asks the other rooms, shows what they answer, and says how it ended in its exit code."""
