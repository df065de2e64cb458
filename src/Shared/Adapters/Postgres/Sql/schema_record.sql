-- Remembers a migration, in the transaction that applied it.
--
--   @version, @name, @checksum  the migration
insert into schema_migrations (version, name, applied_at, checksum) values (@version, @name, now(), @checksum);
