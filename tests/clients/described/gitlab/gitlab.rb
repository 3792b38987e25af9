## GitLab URL: don't forget it
external_url 'https://gitlab.example.org'
gitlab_rails['smtp_enable'] = true
# gitlab_rails['backup_upload_connection'] = { 'provider' => 'Local' }
gitlab_rails['ldap_servers'] = YAML.load <<-'EOS'
main:
  label: 'it''s LDAP'
EOS
gitlab_rails['backup_upload_connection'] = {
  'provider' => 'AWS',
  :region => 'eu-west-1',
  'aws_access_key_id' => '{id}', # since 2015
  'aws_secret_access_key' => "{secret}"
}
gitlab_rails['backup_upload_remote_directory'] = 'my.s3.bucket/nightly'
gitlab_rails['backup_upload_storage_class'] = 'STANDARD_IA'
