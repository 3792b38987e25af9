"""Changing one value in a file that is not ours: bytes in, bytes out, and nothing else of the file touched."""
