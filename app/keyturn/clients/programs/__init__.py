"""One module for each backup program, and what several of them have in common."""
