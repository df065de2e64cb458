-- One process at a time changes the schema, until its transaction ends.
--
--   @migrations_key  advisory lock of the migrations
select pg_advisory_xact_lock(@migrations_key);
