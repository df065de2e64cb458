using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Workers.Adapters.Docker;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>The stream of events: what is asked for, lines as they come, and every way that it can end.</summary>
[TestFixture]
public sealed class DockerEngineWatchTests
{
    private const int Milliseconds = 30_000;
    private const string Died =
        """{"status":"die","id":"abc","Type":"container","Action":"die","Actor":{"ID":"abc","Attributes":{"exitCode":"137","label":"x"}},"time":1700000000,"timeNano":1700000000123456789}""";

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_OfALabel_AsksForItsEventsFromThatMomentOn(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(Lines(Died));
        using var engine = Connect(fake);
        var since = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).AddTicks(1_234_567);

        await FirstAsync(engine, since, cancellationToken);

        Uri.UnescapeDataString(fake.Requests.Last()).Should().Be(
            """GET /v1.41/events?since=1700000000.123456700&filters={"label":["label"],"type":["container"],"event":["start","die","oom","destroy","health_status"]}""");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_FromBeforeTheEpoch_AsksForAllThereIs(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(Lines(Died));
        using var engine = Connect(fake);

        await FirstAsync(engine, DateTimeOffset.MinValue, cancellationToken);

        fake.Requests.Last().Should().Contain("since=0.000000000&");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Event_OfADeath_CarriesTimeExitCodeAndAttributes(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(Lines(Died));
        using var engine = Connect(fake);

        var died = await FirstAsync(engine, DateTimeOffset.UnixEpoch, cancellationToken);

        (died.ContainerId, died.Action, died.ExitCode).Should().Be(("abc", ContainerEvent.Died, 137));
        died.At.Should().Be(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).AddTicks(1_234_567));
        died.Attributes.Should().Equal(new Dictionary<string, string> { ["exitCode"] = "137", ["label"] = "x" });
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Event_ThatIsNoDeath_HasNoExitCode(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(Lines(Died.Replace("die", "health_status: unhealthy", StringComparison.Ordinal)));
        using var engine = Connect(fake);

        var verdict = await FirstAsync(engine, DateTimeOffset.UnixEpoch, cancellationToken);

        verdict.Action.Should().StartWith(ContainerEvent.HealthStatus).And.EndWith("unhealthy");
        verdict.ExitCode.Should().BeNull();
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Events_CutAnywhere_ArriveWholeAndAtOnce(CancellationToken cancellationToken)
    {
        var pieces = Channel.CreateUnbounded<string>();
        await using var fake = await FakeEngine.StartAsync(async context =>
        {
            await context.Response.StartAsync();
            await foreach (var piece in pieces.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(piece);
                await context.Response.Body.FlushAsync();
            }
        });
        using var engine = Connect(fake);
        await using var events = engine.WatchAsync("label", DateTimeOffset.UnixEpoch, cancellationToken).GetAsyncEnumerator(cancellationToken);
        string[] sent = [Died[..50], Died[50..] + "\r\n\n" + Died + "\n" + Died[..1], Died[1..] + "\n"];

        var ids = new List<string>();
        foreach (var piece in sent)
        {
            await pieces.Writer.WriteAsync(piece, cancellationToken);
            // The stream stays open: each event must come without waiting for more of it.
            for (var complete = piece.Split('\n').Count(line => line.EndsWith('}') || line.EndsWith("}\r", StringComparison.Ordinal)); complete > 0; complete--)
            {
                (await events.MoveNextAsync()).Should().BeTrue();
                ids.Add(events.Current.ContainerId);
            }
        }

        ids.Should().Equal("abc", "abc", "abc");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_WhenTheEngineEndsIt_IsAnOutage(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(Lines(Died));
        using var engine = Connect(fake);

        var act = () => CountAsync(engine, cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"the connection to {fake.Endpoint} broke: the engine closed it");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_WhenTheConnectionBreaks_IsAnOutage(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(async context =>
        {
            await context.Response.WriteAsync(Died + "\n" + Died[..20]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var engine = Connect(fake);

        var act = () => CountAsync(engine, cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"the connection to {fake.Endpoint} broke: *");
    }

    [TestCase("not json")]
    [TestCase("null")]
    [TestCase("""{"Action":"die"}""")]
    [TestCase("""{"Action":"die","Actor":{"ID":""}}""")]
    [CancelAfter(Milliseconds)]
    public async Task Line_ThatIsNoEvent_IsAnOutage(string line, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(Lines(line));
        using var engine = Connect(fake);

        var act = () => CountAsync(engine, cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage("the engine sent an event*");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Line_WithoutEnd_IsReadWithinBounds(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(async context =>
        {
            var chunk = Encoding.UTF8.GetBytes(new string('x', 8192));
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        });
        using var engine = Connect(fake);

        var act = () => CountAsync(engine, cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage("*a line of more than 1048576 bytes*");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Line_AsLongAsALabelOfAMegabyte_IsUnderstood(CancellationToken cancellationToken)
    {
        var longLine = Died.Replace("\"x\"", $"\"{new string('x', EngineLines.MaxLength / 2)}\"", StringComparison.Ordinal);
        await using var fake = await FakeEngine.StartAsync(Lines(longLine));
        using var engine = Connect(fake);

        var died = await FirstAsync(engine, DateTimeOffset.UnixEpoch, cancellationToken);

        died.Attributes["label"].Should().HaveLength(EngineLines.MaxLength / 2);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Watch_ThatStaysSilent_OutlivesTheTimeLimitOfCalls(CancellationToken cancellationToken)
    {
        var pieces = Channel.CreateUnbounded<string>();
        await using var fake = await FakeEngine.StartAsync(async context =>
        {
            await context.Response.StartAsync();
            await foreach (var piece in pieces.Reader.ReadAllAsync(context.RequestAborted)) await context.Response.WriteAsync(piece);
        });
        var time = new ManualTime();
        using var engine = new DockerEngine(new DockerOptions { Endpoint = fake.Endpoint }, time);
        await using var events = engine.WatchAsync("label", DateTimeOffset.UnixEpoch, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await pieces.Writer.WriteAsync(Died + "\n", cancellationToken);
        await events.MoveNextAsync();

        time.Advance(TimeSpan.FromDays(1));
        await pieces.Writer.WriteAsync(Died + "\n", cancellationToken);

        (await events.MoveNextAsync()).Should().BeTrue();
    }

    [TestCase(400, typeof(ContainerEngineException))]
    [TestCase(500, typeof(DependencyUnavailableException))]
    [CancelAfter(Milliseconds)]
    public async Task Watch_WhenRefused_FailsInTheEnginesWords(int status, Type failure, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(status, """{"message":"no events"}"""));
        using var engine = Connect(fake);

        var act = () => CountAsync(engine, cancellationToken);

        (await act.Should().ThrowAsync<Exception>().WithMessage("no events")).Which.Should().BeOfType(failure);
    }

    private static DockerEngine Connect(FakeEngine fake) => new(new DockerOptions { Endpoint = fake.Endpoint }, TimeProvider.System);

    private static RequestDelegate Lines(params string[] lines) =>
        FakeEngine.Json(StatusCodes.Status200OK, string.Concat(lines.Select(line => line + "\n")));

    private static async Task<ContainerEvent> FirstAsync(DockerEngine engine, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var events = engine.WatchAsync("label", since, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await events.MoveNextAsync();
        return events.Current;
    }

    private static async Task<int> CountAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var _ in engine.WatchAsync("label", DateTimeOffset.UnixEpoch, cancellationToken)) count++;
        return count;
    }
}
