# only readable for bareos
use_https = True
host = s3.eu-central-1.amazonaws.com
access_key = "{id}"
secret_key = {secret}
pricing_dir = ""
backend = s3
aws_auth_sign_version = 4
aws_region = eu-central-1
