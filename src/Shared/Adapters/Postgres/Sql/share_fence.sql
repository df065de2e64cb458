-- Keeps a fence from being raised until this transaction ends, and waits while one is being raised.
--
--   @fence_key  advisory lock of the fence's label
--
-- A statement of its own, ahead of the write that reads the fence: under READ COMMITTED the write's snapshot is then
-- taken after the wait, so that it sees what the raise committed.
select pg_advisory_xact_lock_shared(@fence_key);
