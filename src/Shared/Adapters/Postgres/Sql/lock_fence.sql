-- Waits until no write of this label is under way, and holds off new ones until this transaction ends.
--
--   @fence_key  advisory lock of the fence's label
--
-- Returns the isolation level: anything but 'read committed' would let a write that waited here overlook the raise.
select pg_advisory_xact_lock(@fence_key), current_setting('transaction_isolation');
