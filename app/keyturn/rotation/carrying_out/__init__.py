"""The steps of a rotation and the commands that take them: forward, back, and what is looked at before and after."""
