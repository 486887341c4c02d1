-- In its row a content of more than half a page has a page for itself; beside the row its parts
-- share pages with those of others, which costs less to write, and half of the space.
ALTER TABLE small_file RESET (toast_tuple_target);
