"""Two computers with one old key: each knows of the other, and none cuts the other off."""
