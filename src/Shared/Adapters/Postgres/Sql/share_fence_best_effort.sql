-- share_fence.sql for a write that may be lost with the server's last moments: its commit does not wait for the disk.
--
--   @fence_key  advisory lock of the fence's label; null for a caller that owns no stream
select set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock_shared(@fence_key);
