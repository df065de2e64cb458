using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Workers.Adapters.Docker;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>Faults become the port's: outages, which may pass, and refusals, which will not.</summary>
[TestFixture]
public sealed class DockerEngineFaultTests
{
    private const int Milliseconds = 30_000;
    private const string Html = "<html><body>No such container: game</body></html>";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    [TestCase(404, "text/html", Html, "unexpected answer 404 that is not the engine's")]
    [TestCase(404, "application/json", """{"message":"page not found"}""", "page not found")]
    [TestCase(404, "application/json", """{"error":"No such container"}""", "unexpected answer 404 that is not the engine's")]
    [TestCase(404, "application/json", """{"message":""}""", "unexpected answer 404 that is not the engine's")]
    [TestCase(404, "application/json", """"No such container: game"""", "unexpected answer 404 that is not the engine's")]
    [TestCase(404, "text/plain", "No such container: game", "No such container: game")]
    [TestCase(400, "text/plain", "Client sent an HTTP request to an HTTPS server.\n", "Client sent an HTTP request to an HTTPS server.")]
    [TestCase(403, "application/json", """{"message":"authorization denied by plugin"}""", "authorization denied by plugin")]
    [TestCase(409, "application/json", """{"message":"first line\nsecond line"}""", "first line")]
    [TestCase(200, "text/html", Html, "unexpected answer 200 that is not the engine's")]
    [TestCase(301, "text/plain", "", "unexpected answer 301 that is not the engine's")]
    [CancelAfter(Milliseconds)]
    public async Task Stop_AnsweredByARefusal_IsRefusedInTheEnginesWords(
        int status, string type, string body, string message, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Body(status, type, body));
        using var engine = Connect(fake);

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        await act.Should().ThrowAsync<ContainerEngineException>().WithMessage(message);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Redirect_ToAnotherContainer_IsNotFollowed(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(context =>
        {
            context.Response.Redirect("/v1.41/containers/another/stop");
            return Task.CompletedTask;
        });
        using var engine = Connect(fake);

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        await act.Should().ThrowAsync<ContainerEngineException>();
        fake.Requests.Should().NotContain(request => request.Contains("another"));
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task NotFound_OfAProxy_IsNoContainerToNoCall(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Body(404, "text/html", Html));
        using var engine = Connect(fake);
        Func<Task>[] calls =
        [
            () => engine.StopAsync("game", Grace, cancellationToken),
            () => engine.KillAsync("game", cancellationToken),
            () => engine.InspectAsync("game", cancellationToken),
        ];

        foreach (var call in calls) await call.Should().ThrowAsync<ContainerEngineException>();
    }

    [TestCase(500, "application/json", """{"message":"cannot stop container: did not receive an exit event"}""", "cannot stop container: did not receive an exit event")]
    [TestCase(503, "text/html", Html, "unexpected answer 503 that is not the engine's")]
    [TestCase(502, "text/plain", "upstream is gone", "upstream is gone")]
    [TestCase(429, "text/plain", "slow down", "slow down")]
    [CancelAfter(Milliseconds)]
    public async Task Stop_AnsweredThatItCannotNow_IsAnOutage(int status, string type, string body, string message, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Body(status, type, body));
        using var engine = Connect(fake);

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        (await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage(message)).Which.Dependency.Should().Be("docker");
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"Id":"abc"}""")]
    [TestCase("""{"Id":"abc","State":{}}""")]
    [TestCase("""{"Id":"abc","State":{"Status":"running","Running":"yes"}}""")]
    [TestCase("""{"Id":"abc","State":""")]
    [TestCase(Html)]
    [CancelAfter(Milliseconds)]
    public async Task Inspect_AnsweredBySomethingElse_IsAnOutage(string body, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(200, body));
        using var engine = Connect(fake);

        var act = () => engine.InspectAsync("game", cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"{fake.Endpoint} answered*is it a Docker engine?");
    }

    [TestCase("[null]")]
    [TestCase("""[{"Image":"busybox"}]""")]
    [CancelAfter(Milliseconds)]
    public async Task List_WithAnElementThatIsNoContainer_IsAnOutage(string body, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(200, body));
        using var engine = Connect(fake);

        var act = () => engine.ListAsync("label", cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>();
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Refusal_WithAnEndlessBody_IsReadWithinBounds(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(async context =>
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            var chunk = new byte[8192];
            Array.Fill(chunk, (byte)'x');
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        });
        using var engine = Connect(fake);

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        await act.Should().ThrowAsync<ContainerEngineException>().WithMessage("unexpected answer 409 that is not the engine's");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Refusal_WithALongMessage_IsCutShort(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(409, $$"""{"message":"{{new string('x', 5000)}}"}"""));
        using var engine = Connect(fake);

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        (await act.Should().ThrowAsync<ContainerEngineException>()).Which.Message.Should().Be(new string('x', 500) + "…");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Socket_ThatDoesNotExist_IsAnOutageThatSaysSo(CancellationToken cancellationToken)
    {
        using var engine = Connect("unix:///nowhere/docker.sock");

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>()
            .WithMessage("cannot connect to unix:///nowhere/docker.sock: No such file or directory");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Socket_ThatNobodyListensOn_IsAnOutageThatSaysSo(CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), $"deaf-{Environment.ProcessId}.sock");
        using var deaf = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        deaf.Bind(new UnixDomainSocketEndPoint(path));
        using var engine = Connect("unix://" + path);

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"cannot connect to unix://{path}: Connection refused");
        File.Delete(path);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Port_ThatNobodyListensOn_IsAnOutageThatSaysSo(CancellationToken cancellationToken)
    {
        using var engine = Connect("tcp://127.0.0.1:1");

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage("cannot connect to tcp://127.0.0.1:1: Connection refused");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Connection_ThatBreaksBeforeTheAnswer_IsAnOutage(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var engine = Connect(fake);

        var act = () => engine.StopAsync("game", Grace, cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"the connection to {fake.Endpoint} broke: *");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Connection_ThatBreaksWithinTheAnswer_IsAnOutage(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("""{"Id":"abc",""");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var engine = Connect(fake);

        var act = () => engine.InspectAsync("game", cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"the connection to {fake.Endpoint} broke: *");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Connection_ThatWentStaleInThePool_IsReplacedUnnoticed(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Status(204));
        using var engine = Connect(fake);
        await engine.StopAsync("game", Grace, cancellationToken);
        await fake.DownAsync();
        await fake.UpAsync();

        var reply = await engine.StopAsync("game", Grace, cancellationToken);

        reply.Should().Be(StopReply.Accepted);
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_WithoutAnAnswer_IsAnOutageAfterTheGraceAndAMargin(CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Silence(asked));
        var time = new ManualTime();
        using var engine = Connect(fake.Endpoint, time);
        var stop = engine.StopAsync("game", Grace, cancellationToken);
        await asked.Task.WaitAsync(cancellationToken);

        time.Advance(Grace + DockerEngine.Margin - TimeSpan.FromTicks(1));
        var early = stop.IsCompleted;
        time.Advance(TimeSpan.FromTicks(1));

        early.Should().BeFalse();
        await FluentActions.Awaiting(() => stop).Should().ThrowAsync<DependencyUnavailableException>()
            .WithMessage($"no answer from {fake.Endpoint} within 45 s");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Ping_WithoutAnAnswer_IsAnOutageForAllWhoWait(CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Status(204));
        fake.Ping = FakeEngine.Silence(asked);
        var time = new ManualTime();
        using var engine = Connect(fake.Endpoint, time);
        var stops = Enumerable.Range(0, 10).Select(_ => engine.StopAsync("game", Grace, cancellationToken)).ToArray();
        await asked.Task.WaitAsync(cancellationToken);

        time.Advance(DockerEngine.Margin);

        foreach (var stop in stops) await FluentActions.Awaiting(() => stop).Should().ThrowAsync<DependencyUnavailableException>();
        fake.Requests.Should().Equal("GET /_ping");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_WhenItsCallerGivesUp_IsCancelledAndNoOutage(CancellationToken cancellationToken)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Silence(asked));
        using var engine = Connect(fake);
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stop = engine.StopAsync("game", Grace, caller.Token);
        await asked.Task.WaitAsync(cancellationToken);

        await caller.CancelAsync();

        await FluentActions.Awaiting(() => stop).Should().ThrowAsync<OperationCanceledException>();
    }

    private static DockerEngine Connect(FakeEngine fake) => Connect(fake.Endpoint);

    private static DockerEngine Connect(string endpoint, TimeProvider? time = null) =>
        new(new DockerOptions { Endpoint = endpoint }, time ?? TimeProvider.System);
}
