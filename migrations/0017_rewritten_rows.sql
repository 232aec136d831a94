-- Rows that are written anew for every alert, without an entry in each index.

-- The row of a bucket changes with every token, and its entry here did too. Only the deletion of old rows asked for it;
-- they are the first of a table that is small.
DROP INDEX rate_limits_by_full;

-- A duplicate writes its incident anew. Where the page has room for that, PostgreSQL leaves the indexes alone.
@postgres@ ALTER TABLE incidents SET (fillfactor = 70);
