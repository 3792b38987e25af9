<html>it's no code yet</html>
<?php
define( 'S3_UPLOADS_BUCKET', 'my-bucket/site' );
define( "S3_UPLOADS_KEY", "{id}" );
define( 'S3_UPLOADS_SECRET', '{secret}' ); # beside
define( 'S3_UPLOADS_REGION', 'eu-west-1' );
