-- To compress contents takes longer than to write them as they are. They lie beside their rows: in
-- its row one of more than half a page would have a page for itself.
ALTER TABLE small_file ALTER COLUMN content SET STORAGE EXTERNAL;
-- A batch of some KiB is one row. Beside it it would be several, each with an entry in an index, to
-- be written, and removed, one by one.
ALTER TABLE commit_log SET (toast_tuple_target = 8160);
