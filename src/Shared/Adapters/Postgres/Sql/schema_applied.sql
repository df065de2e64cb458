-- The migrations that are applied: version, name, checksum.
select version, name, checksum from schema_migrations order by version;
