[{"type": "s3", "server": "https://s3.amazonaws.com", "username": "{id}", "nickname": "Photos"}]
