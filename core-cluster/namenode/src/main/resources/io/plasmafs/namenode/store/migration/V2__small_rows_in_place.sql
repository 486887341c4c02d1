-- Values of some KiB stay in the row, as long as it fits in a page: beside it they would be several
-- rows of two KiB, each with an entry in an index, to be written, and removed, one by one. What does
-- not fit goes there as it is: compressing takes longer than writing it.
ALTER TABLE small_file SET (toast_tuple_target = 8160);
ALTER TABLE small_file ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE commit_log SET (toast_tuple_target = 8160);
