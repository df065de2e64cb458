namespace Workers.Adapters.Postgres.Schema;

/// <summary>How the database's schema compares to what this build understands.</summary>
/// <param name="Verdict">The comparison.</param>
/// <param name="Current">Highest version applied; 0 when there is none.</param>
/// <param name="Expected">Highest version of this build.</param>
/// <param name="Detail">One sentence for the operator.</param>
internal sealed record SchemaState(SchemaVerdict Verdict, int Current, int Expected, string Detail)
{
    /// <summary>Whether a worker may work on it.</summary>
    public bool IsUsable => Verdict == SchemaVerdict.UpToDate;
}
