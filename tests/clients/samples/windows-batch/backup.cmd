@echo off
rem every night, by the Task Scheduler
set AWS_ACCESS_KEY_ID={id}
set "AWS_SECRET_ACCESS_KEY={secret}"
restic -r s3:s3.amazonaws.com/photos backup %USERPROFILE%
