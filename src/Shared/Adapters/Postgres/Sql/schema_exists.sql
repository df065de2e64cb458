-- Whether schema_migrations is there, wherever search_path finds it. Needs no right to read it.
select to_regclass('schema_migrations') is not null;
