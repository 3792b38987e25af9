<# nightly #>
$env:RESTIC_REPOSITORY = 's3:s3.amazonaws.com/photos/restic'
$env:AWS_ACCESS_KEY_ID = "{id}"  # of 2014
$env:AWS_SECRET_ACCESS_KEY = '{secret}'
restic backup $HOME
