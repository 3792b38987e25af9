"""The nouns: access keys, places, needs, policies, errors. Nothing here reads a file, a clock or the network."""
