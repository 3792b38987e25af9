<?php
// Müllers Wolke – # no secret here: 'key'
$CONFIG = array (
  'instanceid' => 'oc1a2b3c4d5e',
  'trusted_domains' => [ 0 => 'cloud.example.org', ],
  'objectstore' => array(
    'class' => '\\OC\\Files\\ObjectStore\\S3',
    'arguments' => array(
      'bucket' => 'photos',
      'autocreate' => false,
      'key' => '{id}',
      'secret' => '{secret}',
      'hostname' => 's3.eu-central-1.amazonaws.com',
      'region' => 'eu-central-1',
    ),
  ),
);
