"""Ways to tell somebody whom the person named: mail, a web hook, a command. One file for each."""
