PRAGMA user_version = 1;
BEGIN;
CREATE TABLE rotation (
    name TEXT PRIMARY KEY,
    started TEXT NOT NULL,
    decision TEXT NOT NULL
) STRICT;
CREATE TABLE entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    rotation TEXT NOT NULL REFERENCES rotation (name),
    at TEXT NOT NULL,
    step TEXT NOT NULL,
    mark TEXT NOT NULL,
    facts TEXT NOT NULL
) STRICT;
CREATE INDEX entry_of_rotation ON entry (rotation, number);
CREATE TABLE own_use (
    access_key_id TEXT NOT NULL,
    at TEXT NOT NULL,
    service TEXT NOT NULL,
    region TEXT NOT NULL
) STRICT;
CREATE INDEX own_use_of_key ON own_use (access_key_id, at);
CREATE TABLE foreign_use (
    access_key_id TEXT PRIMARY KEY,
    used TEXT,
    service TEXT NOT NULL,
    region TEXT NOT NULL
) STRICT;
INSERT INTO rotation VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', '{"version": 4, "rotation": "20261001-52AB", "key": "AKIAQ7ZV3MEXAMPLE52A", "owner": null, "route": "given-pair", "destinations": [{"client": "restic", "name": "office.env", "path": "@HOME@/.config/restic/office.env", "locator": "AWS_ACCESS_KEY_ID", "kind": "destination", "access_key_id": "AKIAQ7ZV3MEXAMPLE52A", "region": null, "endpoint": "https://s3.eu-central-003.backblazeb2.com", "plain_http": false, "note": "", "targets": [["office-backup", "laptop"]], "file": "@HOME@/.config/restic/office.env", "manners": [["office-backup", "laptop", {"encryption": "AES256", "storage_class": "STANDARD_IA"}]]}], "by_hand": [], "computers": [], "mentions": [], "known_keys": [], "regions": {}, "user_name": null, "policy": null, "watch_days": 0.0, "off_days": 0.0, "given": "0037f1e2a4b6c8d0000000005", "others": [], "left_out": [], "rotation_id": "5d0c7f1a2b3e4c5d8f90a1b2c3d4e5f6", "user_name_given": false}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'check', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'check', 'done', '{"own_checks_passed": []}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'create', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'create', 'done', '{"new_key": "0037f1e2a4b6c8d0000000005"}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'prove', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'prove', 'done', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'switch', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'switch', 'done', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'prove-again', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'prove-again', 'done', '{"proved": []}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'turn-off', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'turn-off', 'done', '{"by": "console"}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'prove-off', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'prove-off', 'done', '{"proved": []}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'delete', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261001-52AB', '2026-10-01T08:00:00.000000+00:00', 'delete', 'done', '{}');
INSERT INTO rotation VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', '{"version": 4, "rotation": "20261101-C7NK", "key": "AKIAIT2JM32CYOQZC7NK", "owner": "arn:aws:iam::111122223333:root", "route": "scoped-user", "destinations": [{"client": "rclone", "name": "oma", "path": "@HOME@/.config/rclone/rclone.conf", "locator": "oma", "kind": "destination", "access_key_id": "AKIAIT2JM32CYOQZC7NK", "region": "eu-central-1", "endpoint": "@URL@", "plain_http": true, "note": "", "targets": [["family-archive", "photos"]], "file": "@HOME@/.config/rclone/rclone.conf", "manners": []}, {"client": "restic", "name": "office.env", "path": "@HOME@/.config/restic/office.env", "locator": "AWS_ACCESS_KEY_ID", "kind": "destination", "access_key_id": "AKIAIT2JM32CYOQZC7NK", "region": null, "endpoint": "@URL@", "plain_http": true, "note": "", "targets": [["office-backup", "laptop"]], "file": "@HOME@/.config/restic/office.env", "manners": []}], "by_hand": [{"client": "duplicati", "places": [{"client": "duplicati", "name": "Photos", "path": "@HOME@/.config/Duplicati/ABCDEFGHIJ.sqlite", "locator": "Backup 1", "kind": "destination", "access_key_id": "AKIAIT2JM32CYOQZC7NK", "region": null, "endpoint": null, "plain_http": false, "note": ""}], "targets": [["office-backup", "duplicati"]], "known": true}, {"client": "another-computer", "places": [], "targets": [], "known": false}], "computers": [{"name": "anna-mac", "bucket": "family-archive", "plans": ["Everything"], "program": "Arq 7", "last_upload": "2026-10-02T07:00:00+00:00"}, {"name": "", "bucket": "office-backup", "plans": [], "program": "Arq 5", "last_upload": null}], "mentions": [{"client": "", "name": "notes.txt", "path": "@HOME@/Documents/notes.txt", "locator": "line 3", "kind": "mention", "access_key_id": "AKIAIT2JM32CYOQZC7NK", "region": null, "endpoint": null, "plain_http": false, "note": ""}], "known_keys": [], "regions": {"family-archive": "eu-central-1", "office-backup": "us-east-1"}, "user_name": "backup-home", "policy": {"Version": "2012-10-17", "Statement": [{"Sid": "Bucket1", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], "Resource": ["arn:aws:s3:::family-archive"], "Condition": {"StringEquals": {"s3:ResourceAccount": "111122223333"}}}, {"Sid": "Objects1", "Effect": "Allow", "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectAcl"], "Resource": ["arn:aws:s3:::family-archive/*"], "Condition": {"StringEquals": {"s3:ResourceAccount": "111122223333"}}}, {"Sid": "Bucket2", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], "Resource": ["arn:aws:s3:::office-backup"], "Condition": {"StringEquals": {"s3:ResourceAccount": "111122223333"}}}, {"Sid": "Objects2", "Effect": "Allow", "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"], "Resource": ["arn:aws:s3:::office-backup/*"], "Condition": {"StringEquals": {"s3:ResourceAccount": "111122223333"}}}]}, "watch_days": 0.0, "off_days": 0.0, "given": null, "others": [], "left_out": [], "rotation_id": "9a8b7c6d5e4f40312233445566778899", "user_name_given": false}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'check', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'check', 'done', '{"own_checks_passed": []}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'create', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'create', 'noted', '{"made": ["AKIAZ5EARLIERKEY22QX"]}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'create', 'done', '{"new_key": "AKIAZ5EARLIERKEY22QX"}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'prove', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'prove', 'failed', '{"code": "aws.denied"}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'undo', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'undo', 'noted', '{"made": ["AKIAZ5EARLIERKEY22QX"]}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261101-C7NK', '2026-11-01T08:00:00.000000+00:00', 'undo', 'done', '{}');
INSERT INTO rotation VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', '{"version": 4, "rotation": "20261130-C7NK", "key": "AKIAIT2JM32CYOQZC7NK", "owner": "arn:aws:iam::111122223333:root", "route": "scoped-user", "destinations": [{"client": "rclone", "name": "oma", "path": "@HOME@/.config/rclone/rclone.conf", "locator": "oma", "kind": "destination", "access_key_id": "AKIAIT2JM32CYOQZC7NK", "region": "eu-central-1", "endpoint": "@URL@", "plain_http": true, "note": "", "targets": [["family-archive", "photos"]], "file": "@HOME@/.config/rclone/rclone.conf", "manners": []}, {"client": "restic", "name": "office.env", "path": "@HOME@/.config/restic/office.env", "locator": "AWS_ACCESS_KEY_ID", "kind": "destination", "access_key_id": "AKIAIT2JM32CYOQZC7NK", "region": null, "endpoint": "@URL@", "plain_http": true, "note": "", "targets": [["office-backup", "laptop"]], "file": "@HOME@/.config/restic/office.env", "manners": []}], "by_hand": [{"client": "duplicati", "places": [{"client": "duplicati", "name": "Photos", "path": "@HOME@/.config/Duplicati/ABCDEFGHIJ.sqlite", "locator": "Backup 1", "kind": "destination", "access_key_id": "AKIAIT2JM32CYOQZC7NK", "region": null, "endpoint": null, "plain_http": false, "note": ""}], "targets": [["office-backup", "duplicati"]], "known": true}, {"client": "another-computer", "places": [], "targets": [], "known": false}], "computers": [{"name": "anna-mac", "bucket": "family-archive", "plans": ["Everything"], "program": "Arq 7", "last_upload": "2026-10-02T07:00:00+00:00"}, {"name": "", "bucket": "office-backup", "plans": [], "program": "Arq 5", "last_upload": null}], "mentions": [{"client": "", "name": "notes.txt", "path": "@HOME@/Documents/notes.txt", "locator": "line 3", "kind": "mention", "access_key_id": "AKIAIT2JM32CYOQZC7NK", "region": null, "endpoint": null, "plain_http": false, "note": ""}], "known_keys": [], "regions": {"family-archive": "eu-central-1", "office-backup": "us-east-1"}, "user_name": "backup-home", "policy": {"Version": "2012-10-17", "Statement": [{"Sid": "Bucket1", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], "Resource": ["arn:aws:s3:::family-archive"], "Condition": {"StringEquals": {"s3:ResourceAccount": "111122223333"}}}, {"Sid": "Objects1", "Effect": "Allow", "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectAcl"], "Resource": ["arn:aws:s3:::family-archive/*"], "Condition": {"StringEquals": {"s3:ResourceAccount": "111122223333"}}}, {"Sid": "Bucket2", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], "Resource": ["arn:aws:s3:::office-backup"], "Condition": {"StringEquals": {"s3:ResourceAccount": "111122223333"}}}, {"Sid": "Objects2", "Effect": "Allow", "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"], "Resource": ["arn:aws:s3:::office-backup/*"], "Condition": {"StringEquals": {"s3:ResourceAccount": "111122223333"}}}]}, "watch_days": 0.0, "off_days": 0.0, "given": null, "others": [{"bucket": "old-laptop", "why": "not-known"}, {"bucket": "scans", "why": "named"}], "left_out": ["trail-logs"], "rotation_id": "0f4b6a2e9c1d4f7e8a3b5c6d7e8f9a0b", "user_name_given": false}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', 'check', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', 'check', 'done', '{"own_checks_passed": ["rclone oma family-archive"]}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', 'create', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', 'create', 'noted', '{"asked": "user", "name": "backup-home"}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', 'create', 'noted', '{"user": {"name": "backup-home", "id": "AIDAQ3EGRFMKY5J2NBZTX"}}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', 'create', 'noted', '{"asked": "key", "known": [], "at": "2026-11-30T09:18:14+00:00"}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', 'create', 'done', '{"new_key": "AKIARTX3GSDS3XG54RHM"}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:14.730944+00:00', 'prove', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:28.730944+00:00', 'prove', 'done', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:28.730944+00:00', 'switch', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:28.730944+00:00', 'switch', 'done', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:28.730944+00:00', 'prove-again', 'intent', '{}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T09:18:28.730944+00:00', 'prove-again', 'done', '{"proved": [{"place": "rclone:@HOME@/.config/rclone/rclone.conf:oma", "bucket": "family-archive", "checks": [["identity", true], ["list", true], ["read", true], ["write", true], ["rclone", true]]}, {"place": "restic:@HOME@/.config/restic/office.env:AWS_ACCESS_KEY_ID", "bucket": "office-backup", "checks": [["identity", true], ["list", true], ["read", true], ["write", true]]}]}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T10:00:00.000000+00:00', 'watch', 'ticked', '{"item": "computer-anna-mac", "opposite": null}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T11:30:00.000000+00:00', 'watch', 'noted', '{"also": "hyper-backup", "opposite": "guided-hyper-backup"}');
INSERT INTO entry (rotation, at, step, mark, facts) VALUES ('20261130-C7NK', '2026-11-30T11:30:00.000000+00:00', 'watch', 'noted', '{"new_key_used": "2026-11-30T11:00:00+00:00"}');
INSERT INTO own_use VALUES ('AKIAIT2JM32CYOQZC7NK', '2026-11-30T09:18:14.730944+00:00', 'iam', 'us-east-1');
INSERT INTO own_use VALUES ('AKIAIT2JM32CYOQZC7NK', '2026-11-30T09:18:14.730944+00:00', 'sts', 'us-east-1');
INSERT INTO own_use VALUES ('AKIAIT2JM32CYOQZC7NK', '2026-11-30T09:18:14.730944+00:00', 's3', 'us-east-1');
INSERT INTO foreign_use VALUES ('AKIAIT2JM32CYOQZC7NK', '2026-11-20T08:15:00+00:00', 's3', 'eu-central-1');
COMMIT;
