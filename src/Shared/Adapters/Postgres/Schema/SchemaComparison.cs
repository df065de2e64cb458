namespace Workers.Adapters.Postgres.Schema;

/// <summary>Judges what is applied against what a build has.</summary>
internal static class SchemaComparison
{
    public static SchemaState Compare(IReadOnlyList<Migration> known, IReadOnlyList<AppliedMigration> applied)
    {
        var current = applied.Count == 0 ? 0 : applied.Max(step => step.Version);
        var expected = known.Count == 0 ? 0 : known.Max(step => step.Version);
        var checksums = applied.ToDictionary(step => step.Version, step => step.Checksum);

        if (current > expected)
            return State(SchemaVerdict.Newer, $"The database schema is at version {current}; this build understands {expected}: run a newer build.");

        if (known.FirstOrDefault(step => checksums.TryGetValue(step.Version, out var checksum) && checksum != step.Checksum) is { } altered)
            return State(SchemaVerdict.Altered, $"Migration {altered} was applied with another text than this build's.");

        if (known.FirstOrDefault(step => !checksums.ContainsKey(step.Version)) is { } missing)
            return State(SchemaVerdict.Older, $"The database schema is at version {current}; this build needs {expected} (missing: {missing}): run --migrate.");

        return State(SchemaVerdict.UpToDate, $"The database schema is at version {current}.");

        SchemaState State(SchemaVerdict verdict, string detail) => new(verdict, current, expected, detail);
    }
}
