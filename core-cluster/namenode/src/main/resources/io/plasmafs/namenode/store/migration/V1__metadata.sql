-- The metadata of one namenode. Names are bytes, ordered as unsigned bytes.
-- There are no foreign keys: rows are applied in sets, in an order of their own, and the checks that
-- a foreign key would make are made by the engine before the commit and by fsck afterwards.

-- What never changes.
CREATE TABLE cluster_state (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  cluster    text    NOT NULL CHECK (cluster <> ''),
  block_size integer NOT NULL,
  format     integer NOT NULL
);

-- Who may append to the log: a coordinator of this epoch, on the connection of this session. Each
-- append locks this row, so what raises a number here waits for the append that runs, and every
-- later one by the old numbers finds nothing and appends nothing.
CREATE TABLE coordinator (
  one     boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch   bigint  NOT NULL CHECK (epoch >= 0),
  session bigint  NOT NULL
) WITH (fillfactor = 10);
INSERT INTO coordinator (epoch, session) VALUES (0, 0);

-- Up to which commit the tables below are complete, and who may apply: apart from the row above,
-- so that applying, which takes long, and appending do not wait for each other.
CREATE TABLE applied (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch    bigint  NOT NULL CHECK (epoch >= 0),
  sequence bigint  NOT NULL CHECK (sequence >= 0)
) WITH (fillfactor = 10);
INSERT INTO applied (epoch, sequence) VALUES (0, 0);

-- Numbers that are never given out twice. Inode 1 is the root.
CREATE TABLE counter (
  name text   PRIMARY KEY,
  next bigint NOT NULL CHECK (next > 0)
) WITH (fillfactor = 10);
INSERT INTO counter (name, next) VALUES ('INODE', 2), ('GENERATION', 1), ('DATANODE', 1);

-- One row is one batch of commits, in our own encoding with a checksum.
CREATE TABLE commit_log (
  last_sequence  bigint  PRIMARY KEY,
  first_sequence bigint  NOT NULL CHECK (first_sequence > 0 AND first_sequence <= last_sequence),
  epoch          bigint  NOT NULL,
  payload        bytea   NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 20000);
-- Compressing would cost the time of the commit.
ALTER TABLE commit_log ALTER COLUMN payload SET STORAGE EXTERNAL;

CREATE TABLE commit_token (
  token    bytea  PRIMARY KEY CHECK (octet_length(token) BETWEEN 1 AND 64),
  sequence bigint NOT NULL
);
-- For removing the oldest: rows lie in the order of their sequence, which is what BRIN needs.
CREATE INDEX commit_token_sequence ON commit_token USING brin (sequence) WITH (autosummarize = on);

-- Space is left in pages so that a changed row stays in its page and no index changes.
CREATE TABLE inode (
  id              bigint   PRIMARY KEY CHECK (id > 0),
  type            smallint NOT NULL CHECK (type IN (1, 2, 5)),
  mode            integer  NOT NULL CHECK (mode BETWEEN 0 AND 4095),
  owner_name      text     NOT NULL,
  group_name      text     NOT NULL,
  size            bigint   NOT NULL CHECK (size >= 0),
  mtime_seconds   bigint   NOT NULL,
  mtime_nanos     integer  NOT NULL,
  ctime_seconds   bigint   NOT NULL,
  ctime_nanos     integer  NOT NULL,
  birth_seconds   bigint   NOT NULL,
  birth_nanos     integer  NOT NULL,
  nlink           integer  NOT NULL CHECK (nlink >= 0),
  replication     integer  NOT NULL CHECK (replication >= 0),
  blocks          bigint   NOT NULL CHECK (blocks >= 0),
  content         smallint NOT NULL CHECK (content IN (0, 1, 2)),
  version         bigint   NOT NULL,
  content_version bigint   NOT NULL,
  -- of a directory: where its only name is; else 0
  parent          bigint   NOT NULL CHECK ((parent <> 0) = (type = 2)),
  target          bytea    CHECK ((type = 5) = (target IS NOT NULL))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.2);
-- What lost its last name while it was in use: cleaned up at start.
CREATE INDEX inode_orphan ON inode (id) WHERE nlink = 0;

CREATE TABLE entry (
  parent bigint NOT NULL CHECK (parent > 0),
  name   bytea  NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 255),
  inode  bigint NOT NULL CHECK (inode > 0),
  PRIMARY KEY (parent, name)
) WITH (autovacuum_vacuum_scale_factor = 0.1);
-- Which names an inode has: for fsck and for questions about paths.
CREATE INDEX entry_inode ON entry (inode);

-- checksums: CRC32C of each block, four bytes each, highest first; empty where there are none.
CREATE TABLE extent (
  inode        bigint   NOT NULL CHECK (inode > 0),
  index        bigint   NOT NULL CHECK (index >= 0),
  count        integer  NOT NULL CHECK (count BETWEEN 1 AND 4096),
  generation   bigint   NOT NULL,
  datanodes    integer[] NOT NULL,
  first_blocks bigint[]  NOT NULL CHECK (cardinality(first_blocks) = cardinality(datanodes)),
  checksums    bytea    NOT NULL CHECK (octet_length(checksums) IN (0, 4 * count)),
  PRIMARY KEY (inode, index)
) WITH (autovacuum_vacuum_scale_factor = 0.1);
ALTER TABLE extent ALTER COLUMN checksums SET STORAGE EXTERNAL;

CREATE TABLE small_file (
  inode   bigint PRIMARY KEY CHECK (inode > 0),
  content bytea  NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.1);

CREATE TABLE xattr (
  inode bigint NOT NULL CHECK (inode > 0),
  name  bytea  NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 255),
  value bytea  NOT NULL,
  PRIMARY KEY (inode, name)
);

CREATE TABLE datanode (
  id       integer PRIMARY KEY CHECK (id > 0),
  identity text    NOT NULL UNIQUE,
  host     text    NOT NULL,
  rack     text    NOT NULL,
  blocks   bigint  NOT NULL CHECK (blocks >= 0),
  ordered  smallint NOT NULL CHECK (ordered IN (1, 4, 5))
);
