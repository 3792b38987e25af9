"""What there is: keys, their places, buckets and users, on this computer and in the account."""
