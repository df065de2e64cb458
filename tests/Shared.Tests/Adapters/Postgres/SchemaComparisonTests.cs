using Workers.Adapters.Postgres.Schema;

namespace Workers.Shared.Tests.Adapters.Postgres;

public sealed class SchemaComparisonTests
{
    private static readonly Migration First = new(1, "first", "select 1");
    private static readonly Migration Second = new(2, "second", "select 2");
    private static readonly Migration[] Known = [First, Second];

    [TestCase("", nameof(SchemaVerdict.Older), 0)]
    [TestCase("1", nameof(SchemaVerdict.Older), 1)]
    [TestCase("2", nameof(SchemaVerdict.Older), 2)]
    [TestCase("1,2", nameof(SchemaVerdict.UpToDate), 2)]
    [TestCase("1,2,3", nameof(SchemaVerdict.Newer), 3)]
    [TestCase("3", nameof(SchemaVerdict.Newer), 3)]
    [TestCase("1,x2", nameof(SchemaVerdict.Altered), 2)]
    [TestCase("x1", nameof(SchemaVerdict.Altered), 1)]
    [TestCase("x1,2,3", nameof(SchemaVerdict.Newer), 3)]
    public void Compare_Applied_GivesVerdictAndVersions(string applied, string verdict, int current)
    {
        var steps = applied.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Applied).ToArray();

        var state = SchemaComparison.Compare(Known, steps);

        state.Verdict.ToString().Should().Be(verdict);
        state.Current.Should().Be(current);
        state.Expected.Should().Be(2);
        state.IsUsable.Should().Be(verdict == nameof(SchemaVerdict.UpToDate));
    }

    [Test]
    public void Compare_Older_SaysWhatIsMissingAndWhatToDo()
    {
        var state = SchemaComparison.Compare(Known, [Applied("1")]);

        state.Detail.Should().Be("The database schema is at version 1; this build needs 2 (missing: 0002_second): run --migrate.");
    }

    [Test]
    public void Compare_Newer_SaysThatThisBuildIsTooOld()
    {
        var state = SchemaComparison.Compare(Known, [Applied("7")]);

        state.Detail.Should().Be("The database schema is at version 7; this build understands 2: run a newer build.");
    }

    [Test]
    public void Embedded_Migrations_AreNumberedFromOneWithoutGaps()
    {
        var versions = Migration.Embedded.Select(migration => migration.Version);

        versions.Should().Equal(Enumerable.Range(1, Migration.Embedded.Count)).And.NotBeEmpty();
    }

    [Test]
    public void Checksum_OtherLineEnds_IsTheSame()
    {
        var unix = new Migration(1, "first", "a\nb\n");
        var windows = new Migration(1, "first", "a\r\nb\r\n");

        windows.Checksum.Should().Be(unix.Checksum).And.NotBe(First.Checksum);
    }

    // "x2" is version 2 with somebody else's text.
    private static AppliedMigration Applied(string step)
    {
        var version = step[^1] - '0';
        var known = Array.Find(Known, migration => migration.Version == version);
        return new AppliedMigration(version, known?.Name ?? "later", step.Length > 1 ? "other" : known?.Checksum ?? "later");
    }
}
