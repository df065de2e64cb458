namespace Workers.Adapters.Postgres.Schema;

/// <summary>The outcomes of a schema check.</summary>
internal enum SchemaVerdict
{
    /// <summary>Exactly this build's migrations are applied.</summary>
    UpToDate,

    /// <summary>A migration of this build is missing; <see cref="SchemaMigrator.MigrateAsync"/> applies it.</summary>
    Older,

    /// <summary>A later build has migrated: this one no longer understands the schema, and leaves it alone.</summary>
    Newer,

    /// <summary>A version was applied with another text than this build's: two builds disagree, somebody must look.</summary>
    Altered,
}
