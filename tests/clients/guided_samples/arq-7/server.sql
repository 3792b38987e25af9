CREATE TABLE storage_locations (id INTEGER PRIMARY KEY AUTOINCREMENT, active INTEGER NOT NULL, created_time REAL NOT NULL,
  updated_time REAL NOT NULL, name TEXT NOT NULL, plan_type TEXT NOT NULL, provider_type TEXT NOT NULL, username TEXT,
  password TEXT, private_key_path TEXT, private_key_passphrase TEXT, hostname TEXT, port INTEGER, use_ssl INTEGER,
  path TEXT, region_name TEXT, json TEXT, sync_needed INTEGER);
CREATE TABLE backup_plans (id INTEGER PRIMARY KEY AUTOINCREMENT, active INTEGER NOT NULL, name TEXT NOT NULL,
  plan_uuid TEXT NOT NULL, storage_location_id INTEGER NOT NULL, encryption_password TEXT, json TEXT);
CREATE TABLE activities (id INTEGER PRIMARY KEY AUTOINCREMENT, created_time REAL NOT NULL, uuid TEXT NOT NULL,
  type TEXT NOT NULL, sub_type TEXT NOT NULL, message TEXT NOT NULL, finished_time REAL, aborted INTEGER NOT NULL,
  abort_reason TEXT, plan_uuid TEXT, activity_log_path TEXT, error_count INTEGER);
INSERT INTO storage_locations (id, active, created_time, updated_time, name, plan_type, provider_type, json) VALUES
  (1, 1, 1.6e9, 1.6e9, 'NAS', 'backup', 'sftp',
   '{"id":1,"uuid":"A","name":"NAS","providerType":"sftp","path":"/home","hostname":"nas.local","username":"anna"}'),
  (2, 1, 1.6e9, 1.6e9, 'Family', 'backup', 's3',
   '{"id":2,"uuid":"B","name":"Family","providerType":"s3","planType":"backup","path":"/family-archive","hostname":"",
     "regionName":"eu-west-1","username":"{id}","useSSL":true,"active":true,"hasPassword":true}'),
  (3, 1, 1.6e9, 1.6e9, 'Arq Cloud Storage', 'backup', 'arqpremium', '{"id":3,"providerType":"arqpremium"}');
INSERT INTO backup_plans (active, name, plan_uuid, storage_location_id, json) VALUES
  (1, '', '5E7D9CE7-04DA-42E3-B55E-B35D76F29D03', 2, '{"name":"Home folder","storageLocationId":2}');
