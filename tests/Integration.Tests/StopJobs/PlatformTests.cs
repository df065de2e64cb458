using System.Text;
using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>The platform that the other fixtures play is held to what it claims: a double that lies proves nothing.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class PlatformTests
{
    [Test, CancelAfter(120_000)]
    public async Task Containers_OnAStop_DoWhatTheirNameSays(CancellationToken cancellationToken)
    {
        await using var containers = new PlatformContainers(TestEnvironment.Docker);
        var obedient = await containers.ObedientAsync(cancellationToken);
        var stubborn = await containers.StubbornAsync(cancellationToken);
        var held = await containers.HeldAsync(cancellationToken);
        var exited = await containers.ExitedAsync(exitCode: 3);

        await Task.WhenAll(StopAsync(obedient, seconds: 30), StopAsync(stubborn, seconds: 1));
        var stopping = StopAsync(held, seconds: 30);
        await containers.StoppingAsync(held, cancellationToken);
        var heldWasRunning = await containers.IsRunningAsync(held);
        await containers.LetGoAsync(held);
        await stopping;

        heldWasRunning.Should().BeTrue();
        (await ExitCodeAsync(obedient)).Should().Be("0");
        (await ExitCodeAsync(stubborn)).Should().Be("137");
        (await ExitCodeAsync(held)).Should().Be("0");
        (await ExitCodeAsync(exited)).Should().Be("3");
    }

    [Test, CancelAfter(120_000)]
    public async Task Socket_ClosedAndOpened_TakesTheEngineAwayAndPutsItBack(CancellationToken cancellationToken)
    {
        await using var socket = new PlatformSocket(TestEnvironment.Docker);
        Func<Task> ping = () => Shell.RunAsync("docker", "--host", socket.Endpoint, "version");

        await ping.Should().ThrowAsync<InvalidOperationException>("it starts closed");
        socket.Open();
        await ping.Should().NotThrowAsync();
        await socket.CloseAsync();
        await ping.Should().ThrowAsync<InvalidOperationException>();
        socket.Open();
        await ping.Should().NotThrowAsync();
    }

    [Test, CancelAfter(120_000)]
    public async Task Transaction_KeptOpen_BlocksWhoeverTouchesItsRow(CancellationToken cancellationToken)
    {
        await using var records = await PlatformRecords.CreateAsync(TestEnvironment.Postgres);
        await records.ExecuteAsync("create table things (name text)");
        await records.ExecuteAsync("insert into things values ('old')");
        await using var other = await records.BeginAsync("update things set name = $1", "other");

        var mine = records.ScalarAsync<string>("update things set name = name || '+mine' returning name");
        await other.BlocksSomeoneAsync(cancellationToken);
        await other.CommitAsync();

        (await mine).Should().Be("other+mine");
    }

    [Test, CancelAfter(120_000)]
    public async Task Streams_ReadBack_AreWhatWasSent(CancellationToken cancellationToken)
    {
        await using var servers = await PrivateServers.StartAsync("redis");
        await using var streams = await PlatformStreams.ConnectAsync(servers.Redis);

        var first = await streams.StopAsync("g1");
        var second = await streams.AppendAsync(("a", "1"), ("a", "2"), ("ü", ""));

        (await streams.ReadAsync(PlatformStreams.Jobs)).Select(entry => entry.Id).Should().Equal(first, second);
        (await streams.ReadAsync(PlatformStreams.Jobs))[1].Fields.Should().Equal(
            KeyValuePair.Create("a", "1"), KeyValuePair.Create("a", "2"), KeyValuePair.Create("ü", ""));
        (await streams.CountAsync(PlatformStreams.Jobs, "entries-added")).Should().Be(2);
        (await streams.ReadAsync(PlatformStreams.JobResults)).Should().BeEmpty();
        (await streams.OffsetAsync()).Should().BeNull();
    }

    [TestCase("5-1", null, false), TestCase("5-1", "5-0", false), TestCase("5-1", "5-1", true), TestCase("5-9", "5-10", true)]
    [TestCase("99-0", "100-0", true), TestCase("100-0", "99-18446744073709551615", false)]
    public void Entry_AgainstAnOffset_ComparesNumbers(string id, string? offset, bool passed) =>
        PlatformEntry.IsPassed(id, offset).Should().Be(passed);

    [Test]
    public void Result_WithSevenFields_IsRefused()
    {
        string[] names = ["game_id", "outcome", "container_id", "engine_endpoint", "error_code", "error_message"];
        PlatformEntry Entry(params string[] fields) => new("1-0", [.. fields.Select(name => KeyValuePair.Create(name, name))]);

        PlatformResult.From(Entry(names)).Should().Be(
            new PlatformResult("game_id", "outcome", "container_id", "engine_endpoint", "error_code", "error_message"));
        FluentActions.Invoking(() => PlatformResult.From(Entry([.. names, "extra"]))).Should().Throw<AssertionException>();
        FluentActions.Invoking(() => PlatformResult.From(Entry([.. names, "outcome"]))).Should().Throw<AssertionException>();
        FluentActions.Invoking(() => PlatformResult.From(Entry(names[1..]))).Should().Throw<AssertionException>();
    }

    [Test]
    public void DeadLetter_WithTextAndBytes_ComesBackByteForByte()
    {
        var fields = """[{"name":"ü","value":"v"},{"name_base64":"//4=","value_base64":"gA=="}]""";

        var letter = PlatformDeadLetter.From(new PlatformEntry("1-0",
        [
            new("entry_id", "7-0"), new("fields", fields), new("error", "blank game_id"), new("at_ms", "1000"),
        ]));

        letter.EntryId.Should().Be("7-0");
        letter.At.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1));
        letter.Fields.Should().Equal(
            KeyValuePair.Create(PlatformDeadLetter.Show(Encoding.UTF8.GetBytes("ü")), "v"), KeyValuePair.Create("\u00ff\u00fe", "\u0080"));
    }

    [Test]
    public void Metrics_OfAScrape_SumWhatTheLabelsSelect()
    {
        const string scrape =
            """
            # HELP things_total Things, "all" of them.
            # TYPE things_total counter
            things_total{kind="a",note="quote \" brace } line \n"} 2
            things_total{kind="b"} 3.5e0
            # TYPE took_seconds histogram
            took_seconds_bucket{le="0.1"} 1
            took_seconds_bucket{le="+Inf"} 2
            took_seconds_sum 0.7
            took_seconds_count 2

            """;

        var metrics = PlatformMetrics.Parse(scrape);

        metrics.Types.Should().HaveCount(2).And.Contain("took_seconds", "histogram");
        metrics.Sum("things_total").Should().Be(5.5);
        metrics.Sum("things_total", "kind=\"b\"").Should().Be(3.5);
        metrics.Sum("took_seconds_count").Should().Be(2);
    }

    [TestCase("a 1\n")] // a sample before its type
    [TestCase("# TYPE a counter\na 1")] // no line feed at the end
    [TestCase("# TYPE a counter\n# TYPE a counter\na 1\n")] // a second type
    [TestCase("# TYPE a counter\na{b=\"c\"d\"} 1\n")] // a quote that is not escaped
    [TestCase("# TYPE a counter\na.b 1\n")] // a dot in a name
    [TestCase("# TYPE a counter\na one\n")] // no number
    [TestCase("# TYPE a counter\n\r\na 1\n")] // a carriage return
    [TestCase("Not Found\n")] // no metrics at all
    public void Metrics_ThatAServerWouldRefuse_AreRefused(string scrape) =>
        FluentActions.Invoking(() => PlatformMetrics.Parse(scrape)).Should().Throw<FormatException>();

    private static Task<string> StopAsync(string container, int seconds) =>
        Shell.RunAsync("docker", "--host", TestEnvironment.Docker, "stop", "--time", $"{seconds}", container);

    private static Task<string> ExitCodeAsync(string container) =>
        Shell.RunAsync("docker", "--host", TestEnvironment.Docker, "inspect", "--format", "{{.State.ExitCode}}", container);
}
