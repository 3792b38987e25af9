"""How long a person has peace who leaves an old key as it is for now."""

LATER_DAYS = 30
