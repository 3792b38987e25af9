"""All that is said to AWS. Everything botocore can do wrong becomes an `AwsError` before it leaves this room."""
