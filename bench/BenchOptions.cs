namespace Workers.Bench;

/// <summary>The command line, as <c>./bench.sh --help</c> describes it.</summary>
internal sealed record BenchOptions(string Suite)
{
    public bool Quick { get; init; }

    public bool Strict { get; init; }

    public string? JsonFile { get; init; }

    /// <summary>Names of the measurements wanted; empty is all of them.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Reads the command line; throws <see cref="UsageException"/> when it is wrong.</summary>
    public static BenchOptions Parse(IReadOnlyList<string> arguments, IEnumerable<string> suites)
    {
        if (arguments.Count == 0 || !suites.Contains(arguments[0], StringComparer.Ordinal))
            throw new UsageException($"which benchmark? One of: {string.Join(", ", suites)}");

        var options = new BenchOptions(arguments[0]);
        for (var i = 1; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--quick" => options with { Quick = true },
                "--strict" => options with { Strict = true },
                "--json" => options with { JsonFile = ValueOf("--json", arguments, ++i) },
                "--only" => options with { Only = ValueOf("--only", arguments, ++i).Split(',', StringSplitOptions.TrimEntries) },
                var other => throw new UsageException($"unknown option '{other}'"),
            };
        }

        return options;
    }

    public bool Wants(string measurement) => Only.Count == 0 || Only.Contains(measurement, StringComparer.Ordinal);

    /// <summary>The first wanted name that is none of <paramref name="known"/>; null when all are known.</summary>
    public string? UnknownOf(IEnumerable<string> known) => Only.Except(known, StringComparer.Ordinal).FirstOrDefault();

    private static string ValueOf(string option, IReadOnlyList<string> arguments, int index) =>
        index < arguments.Count && arguments[index].Length > 0
            ? arguments[index]
            : throw new UsageException($"{option} needs a value");
}
