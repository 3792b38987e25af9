gitlab_rails['object_store']['enabled'] = true
gitlab_rails['object_store']['connection'] = {
  provider: 'AWS',
  aws_access_key_id: '{id}',
  aws_secret_access_key: '{secret}',
}
gitlab_rails['object_store']['proxy_download'] = false
gitlab_rails['object_store']['objects']['artifacts']['bucket'] = 'gitlab-artifacts'
