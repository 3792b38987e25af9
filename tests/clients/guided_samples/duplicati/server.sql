CREATE TABLE "Version" ("ID" INTEGER PRIMARY KEY, "Version" INTEGER NOT NULL);
INSERT INTO "Version" ("Version") VALUES (9);
CREATE TABLE "Backup" ("ID" INTEGER PRIMARY KEY AUTOINCREMENT, "Name" TEXT NOT NULL, "Description" TEXT NOT NULL, "Tags" TEXT NOT NULL, "TargetURL" TEXT NOT NULL, "DBPath" TEXT NOT NULL);
CREATE TABLE "Option" ("BackupID" INTEGER NOT NULL, "Filter" TEXT NOT NULL, "Name" TEXT NOT NULL, "Value" TEXT NOT NULL);
INSERT INTO "Backup" ("Name", "Description", "Tags", "TargetURL", "DBPath") VALUES ('To the NAS', '', '', 'file:///mnt/nas/backup', '/one.sqlite');
INSERT INTO "Backup" ("Name", "Description", "Tags", "TargetURL", "DBPath") VALUES ('Family photos', '', '', 's3://photos/laptop/backup?s3-location-constraint=eu-central-1&s3-storage-class=&s3-client=aws&auth-username={id}&auth-password={secret_percent}', '/two.sqlite');
INSERT INTO "Option" VALUES (2, '', 'passphrase', 'made-up');
