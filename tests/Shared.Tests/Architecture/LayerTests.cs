namespace Workers.Shared.Tests.Architecture;

/// <summary>Domain folders know ports, never adapters; adapters know the domain, never each other.</summary>
internal sealed class LayerTests
{
    private static readonly string[] Domain = ["Messaging", "Runtimes"];
    private static readonly string[] Adapters = ["Redis", "Postgres", "Docker"];

    [TestCaseSource(nameof(Domain))]
    public void Domain_NamesNoAdapterAndNoHost(string folder)
    {
        var offences = SourceTree.Lines("Shared", folder).Where(line => Mentions(line.Text, "Adapters") || Mentions(line.Text, "Hosting"));

        offences.Should().BeEmpty();
    }

    [TestCaseSource(nameof(Domain))]
    public void Domain_NamesNoClientLibrary(string folder)
    {
        string[] libraries = ["Npgsql", "StackExchange", "System.Net.Http"];

        var offences = SourceTree.Lines("Shared", folder)
            .Where(line => libraries.Any(library => line.Text.StartsWith($"using {library}", StringComparison.Ordinal)));

        offences.Should().BeEmpty();
    }

    [TestCaseSource(nameof(Adapters))]
    public void Adapter_NamesNoOtherAdapterAndNoHost(string adapter)
    {
        var others = Adapters.Where(other => other != adapter).Select(other => $"Adapters.{other}").Append("Hosting");

        var offences = SourceTree.Lines("Shared", "Adapters", adapter).Where(line => others.Any(other => Mentions(line.Text, other)));

        offences.Should().BeEmpty();
    }

    private static bool Mentions(string text, string space) => text.Contains($"Workers.{space}", StringComparison.Ordinal)
        && !text.StartsWith("namespace", StringComparison.Ordinal)
        && !text.Contains('"', StringComparison.Ordinal);
}
