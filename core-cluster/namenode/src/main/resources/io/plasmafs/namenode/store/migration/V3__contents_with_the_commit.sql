-- A content is put by the SQL transaction that appends its commit to the log, not when the commit
-- is applied: it is written once. version is the number of that commit. Of an inode the row with
-- the highest version that is applied counts; applying removes those before it.
ALTER TABLE small_file ADD COLUMN version bigint NOT NULL DEFAULT 0;
ALTER TABLE small_file ALTER COLUMN version DROP DEFAULT;
ALTER TABLE small_file DROP CONSTRAINT small_file_pkey;
ALTER TABLE small_file ADD PRIMARY KEY (inode, version);
