-- Not only all of a small file, but one block of any file may be kept here, its last as a rule. block
-- is the index of the block in the file. A commit that adds bytes to it puts a row with these alone,
-- which continues the rows before: the bytes are those of the rows from the last one that does
-- not continue, in the order of their versions.
ALTER TABLE small_file ADD COLUMN block bigint NOT NULL DEFAULT 0;
ALTER TABLE small_file ADD COLUMN continues boolean NOT NULL DEFAULT false;
ALTER TABLE small_file ALTER COLUMN block DROP DEFAULT;
ALTER TABLE small_file ALTER COLUMN continues DROP DEFAULT;

-- 3: one block is kept here, the others are on datanodes.
ALTER TABLE inode DROP CONSTRAINT inode_content_check;
ALTER TABLE inode ADD CONSTRAINT inode_content_check CHECK (content BETWEEN 0 AND 3) NOT VALID;
