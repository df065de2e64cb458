using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Workers.Hosting;

namespace Workers.Shared.Tests.Hosting;

/// <summary>What a worker writes to standard output.</summary>
[CancelAfter(60_000)]
[NonParallelizable]
public sealed class WorkerLoggingTests
{
    private TestProcess _process = null!;
    private TextWriter _console = null!;

    [SetUp]
    public void SetUp()
    {
        _process = new TestProcess().Set("Logging__LogLevel__Default", "Information");
        _console = Console.Out;
    }

    [TearDown]
    public void TearDown()
    {
        Console.SetOut(_console);
        _process.Dispose();
    }

    [Test]
    public async Task Json_IsOneObjectALine_WithUtcTimeScopesAndTraceIds(CancellationToken cancellationToken)
    {
        string? traceId = null;

        var lines = await RunAsync("json", Log, cancellationToken);

        using var json = JsonDocument.Parse(lines.Single(line => line.Contains("game_id", StringComparison.Ordinal)));
        var root = json.RootElement;
        DateTimeOffset.Parse(root.GetProperty("Timestamp").GetString()!, provider: null).Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        root.GetProperty("Timestamp").GetString().Should().EndWith("Z");
        root.GetProperty("LogLevel").GetString().Should().Be("Warning");
        root.GetProperty("Message").GetString().Should().Be("Stopped g\"1");
        root.GetProperty("State").GetProperty("game_id").GetString().Should().Be("g\"1");
        root.GetProperty("Exception").GetString().Should().Contain("two\nlines");
        var scopes = root.GetProperty("Scopes").EnumerateArray().ToList();
        scopes.Should().Contain(scope => Has(scope, "TraceId", traceId!)).And.Contain(scope => Has(scope, "entry_id", "1-0"));

        void Log(ILogger logger)
        {
            using var source = new ActivitySource("Workers.Test");
            using var activity = source.StartActivity("stop");
            traceId = activity?.TraceId.ToString();
            using var scope = logger.BeginScope(new Dictionary<string, object>(StringComparer.Ordinal) { ["entry_id"] = "1-0" });
            TestLog.Stopped(logger, "g\"1", new InvalidOperationException("two\nlines"));
        }
    }

    [Test]
    public async Task Text_IsOneLineAnEvent(CancellationToken cancellationToken)
    {
        var lines = await RunAsync(
            "text", logger => TestLog.Stopped(logger, "g1", new InvalidOperationException("two\nlines")), cancellationToken);

        lines.Single(line => line.Contains("Stopped g1", StringComparison.Ordinal)).Should()
            .MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*warn.*: Test\[7\] Stopped g1 .*two lines");
    }

    [TestCase("Logging__LogLevel__Test", "Error", false)]
    [TestCase("Logging__LogLevel__Default", "Error", false)]
    [TestCase("Logging__LogLevel__Other", "Error", true)]
    public async Task Levels_AreHonoured(string setting, string level, bool logged, CancellationToken cancellationToken)
    {
        _process.Set(setting, level);

        var lines = await RunAsync("json", logger => TestLog.Stopped(logger, "g1", exception: null), cancellationToken);

        lines.Any(line => line.Contains("Stopped g1", StringComparison.Ordinal)).Should().Be(logged);
    }

    private static bool Has(JsonElement scope, string name, string value) =>
        scope.ValueKind == JsonValueKind.Object && scope.TryGetProperty(name, out var element) && element.GetString() == value;

    private async Task<IReadOnlyList<string>> RunAsync(string format, Action<ILogger> log, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        Console.SetOut(TextWriter.Synchronized(output));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var builder = _process.Set("Logging__Format", format).Create();
        builder.AddPart(services => new TestPart("logs", async tokens =>
        {
            log(services.GetRequiredService<ILoggerFactory>().CreateLogger("Test"));
            await stop.CancelAsync();
            await TestPart.UntilStopAsync(tokens);
        }));

        (await builder.RunAsync(stop.Token)).Should().Be(WorkerExitCode.Ok);

        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
