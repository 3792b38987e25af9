<?php
/** The name of the database for WordPress */
define( 'DB_NAME', 'it\'s mine' );
define('AUTH_KEY', 'put your unique phrase here');

define( 'AS3CF_SETTINGS', serialize( array(
    // Storage Provider
    'provider' => 'aws',
    'access-key-id' => '{id}',
    'secret-access-key' => '{secret}',
    'bucket' => 'pictures',
    'object-prefix' => 'wp-content/uploads/',
) ) );
/* That's all, stop editing! */
require_once ABSPATH . 'wp-settings.php';
