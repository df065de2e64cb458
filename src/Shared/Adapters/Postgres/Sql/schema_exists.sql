-- Whether schema_migrations is there, wherever search_path finds it. Needs no right to read it.
--
-- Reads the catalog as a table: to_regclass() would answer from the session's cache, which learns of a table that another
-- session has just created only when something locks a relation, and waiting for schema_lock.sql does not.
select exists (
    select from pg_catalog.pg_class c
    where c.relname = 'schema_migrations' and pg_catalog.pg_table_is_visible(c.oid));
