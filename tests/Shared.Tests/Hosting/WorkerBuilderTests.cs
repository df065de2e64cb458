using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Workers.Hosting;
using Workers.Hosting.Probes;

namespace Workers.Shared.Tests.Hosting;

/// <summary>A whole worker, with real probes on a free port.</summary>
[CancelAfter(60_000)]
[NonParallelizable]
public sealed class WorkerBuilderTests
{
    private TestProcess _process = null!;

    [SetUp]
    public void SetUp() => _process = new TestProcess();

    [TearDown]
    public void TearDown() => _process.Dispose();

    [Test]
    public async Task Probes_AnswerFromTheRegistry(CancellationToken cancellationToken)
    {
        await using var worker = await RunningWorker.StartAsync(_process, cancellationToken);

        (await worker.GetAsync("/healthz/live", cancellationToken)).Should().Be((HttpStatusCode.OK, """{"status":"ok","checks":{}}"""));
        (await worker.GetAsync("/healthz/startup", cancellationToken)).Should()
            .Be((HttpStatusCode.OK, """{"status":"ok","checks":{"worker":{"status":"ok","detail":""}}}"""));

        worker.Health.Report("redis", ProbeKind.Ready, healthy: false, "connection \"refused\"");
        var (status, body) = await worker.GetAsync("/healthz/ready", cancellationToken);

        status.Should().Be(HttpStatusCode.ServiceUnavailable);
        using var json = JsonDocument.Parse(body);
        json.RootElement.GetProperty("status").GetString().Should().Be("failing");
        var redis = json.RootElement.GetProperty("checks").GetProperty("redis");
        redis.GetProperty("status").GetString().Should().Be("failing");
        redis.GetProperty("detail").GetString().Should().Be("connection \"refused\"");
    }

    [TestCase("GET", "/", HttpStatusCode.NotFound)]
    [TestCase("GET", "/healthz", HttpStatusCode.NotFound)]
    [TestCase("POST", "/elsewhere", HttpStatusCode.NotFound)]
    [TestCase("POST", "/healthz/live", HttpStatusCode.MethodNotAllowed)]
    [TestCase("DELETE", "/metrics", HttpStatusCode.MethodNotAllowed)]
    [TestCase("HEAD", "/metrics", HttpStatusCode.MethodNotAllowed)]
    public async Task Probes_RefuseEverythingElse(string method, string path, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        await using var worker = await RunningWorker.StartAsync(_process, cancellationToken);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(worker.BaseAddress, path));

        using var response = await worker.Client.SendAsync(request, cancellationToken);

        response.StatusCode.Should().Be(expected);
    }

    [Test]
    public async Task Metrics_ShowTheFleetsMetersAndTheRuntimes(CancellationToken cancellationToken)
    {
        await using var worker = await RunningWorker.StartAsync(_process, cancellationToken);
        using var meter = new Meter("Workers.Test");
        meter.CreateHistogram<double>("workers.test.duration", "s").Record(0.3);
        using var foreign = new Meter("Foreign");
        foreign.CreateCounter<long>("foreign.count").Add(1);

        using var response = await worker.Client.GetAsync(new Uri(worker.BaseAddress, "/metrics"), cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);

        response.Content.Headers.ContentType!.ToString().Should().Be("text/plain; version=0.0.4; charset=utf-8");
        text.Should().Contain("target_info{").And.Contain("service_name=\"test-worker\"")
            .And.Contain("workers_test_duration_seconds_bucket{le=\"0.5\"} 1\n")
            .And.Contain("dotnet_process_memory_working_set_bytes ")
            .And.NotContain("foreign");
    }

    [Test]
    public async Task ActivitySources_OfTheFleet_AreListenedTo(CancellationToken cancellationToken)
    {
        await using var worker = await RunningWorker.StartAsync(_process, cancellationToken);
        using var source = new ActivitySource("Workers.Test");

        using var activity = source.StartActivity("stop");

        activity.Should().NotBeNull("logs carry its trace id");
    }

    [Test]
    public async Task Run_WhenTold_StopsInOrderAndExits0(CancellationToken cancellationToken)
    {
        await using var worker = await RunningWorker.StartAsync(_process, cancellationToken, async (worker, tokens) =>
        {
            await Waiting.EventuallyAsync(() => tokens.Stop.IsCancellationRequested, CancellationToken.None);
            worker.Seen = (await worker.GetAsync("/healthz/ready", CancellationToken.None)).Status;
        });

        var exitCode = await worker.StopAsync();

        exitCode.Should().Be(WorkerExitCode.Ok);
        worker.Seen.Should().Be(HttpStatusCode.ServiceUnavailable, "probes answer until everything has ended, and ready is red by then");
    }

    [Test]
    public async Task Run_WhenAPartFails_Exits1(CancellationToken cancellationToken)
    {
        using var builder = _process.Create();
        builder.AddPart(_ => new TestPart("bad", _ => throw new InvalidOperationException("boom")));

        var exitCode = await builder.RunAsync(cancellationToken);

        exitCode.Should().Be(WorkerExitCode.Failed);
    }

    [Test]
    public async Task Run_WhenThePortIsTaken_Exits3AndStartsNoPart(CancellationToken cancellationToken)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var started = false;
        using var builder = _process.Set("Probes__Url", $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}").Create();
        builder.AddPart(_ => new TestPart("part", tokens =>
        {
            started = true;
            return TestPart.UntilStopAsync(tokens);
        }));

        var exitCode = await builder.RunAsync(cancellationToken);

        exitCode.Should().Be(WorkerExitCode.CannotListen);
        started.Should().BeFalse();
    }

    [Test]
    public async Task Run_WhenProbesAreOff_RunsWithoutThem(CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        using var builder = _process.Set("Probes__Url", "").Create();
        builder.AddPart(_ => new TestPart("part", async tokens =>
        {
            await stop.CancelAsync();
            await TestPart.UntilStopAsync(tokens);
        }));

        var exitCode = await builder.RunAsync(stop.Token).WaitAsync(cancellationToken);

        exitCode.Should().Be(WorkerExitCode.Ok);
    }

    [Test]
    public async Task Run_WhenToldBeforeItStarted_Exits0(CancellationToken cancellationToken)
    {
        using var builder = _process.Create();
        builder.AddPart(_ => new TestPart("part", TestPart.UntilStopAsync));

        var exitCode = await builder.RunAsync(new CancellationToken(canceled: true)).WaitAsync(cancellationToken);

        exitCode.Should().Be(WorkerExitCode.Ok);
    }

    [TestCase(Signals.Terminate)]
    [TestCase(Signals.Interrupt)]
    public async Task Signal_WhileRunning_IsACleanGoodbye(int signal, CancellationToken cancellationToken)
    {
        await using var worker = await RunningWorker.StartAsync(_process, cancellationToken);

        Signals.Raise(signal);

        (await worker.Completion.WaitAsync(cancellationToken)).Should().Be(WorkerExitCode.Ok);
    }

    [Test]
    public async Task Signal_BeforeAnythingRuns_IsACleanGoodbyeToo(CancellationToken cancellationToken)
    {
        using var builder = _process.Create();
        builder.AddPart(_ => new TestPart("part", TestPart.UntilStopAsync));

        Signals.Raise(Signals.Terminate);
        var exitCode = await builder.RunAsync(cancellationToken).WaitAsync(cancellationToken);

        exitCode.Should().Be(WorkerExitCode.Ok);
    }

    /// <summary>Real signals to this very process, which are the worker's to handle while its builder lives.</summary>
    private static class Signals
    {
        public const int Interrupt = 2;
        public const int Terminate = 15;

        public static void Raise(int signal) => Kill(Environment.ProcessId, signal).Should().Be(0);

        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Kill(int pid, int signal);
    }

    private sealed class RunningWorker : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly WorkerBuilder _builder;

        private RunningWorker(WorkerBuilder builder) => _builder = builder;

        public HttpClient Client { get; } = new();

        public Uri BaseAddress { get; private set; } = null!;

        public HealthRegistry Health { get; private set; } = null!;

        public Task<int> Completion { get; private set; } = null!;

        public HttpStatusCode? Seen { get; set; }

        public static async Task<RunningWorker> StartAsync(
            TestProcess process, CancellationToken cancellationToken, Func<RunningWorker, WorkerTokens, Task>? run = null)
        {
            var worker = new RunningWorker(process.Create());
            worker._builder.AddPart(services =>
            {
                worker.Health = services.GetRequiredService<HealthRegistry>();
                worker.BaseAddress = new Uri(services.GetRequiredService<ProbeServer>().Addresses.Single());
                return new TestPart("part", tokens => run?.Invoke(worker, tokens) ?? TestPart.UntilStopAsync(tokens));
            });
            worker.Completion = worker._builder.RunAsync(worker._stop.Token);

            await Waiting.EventuallyAsync(() => worker.BaseAddress is not null || worker.Completion.IsCompleted, cancellationToken);
            while ((await worker.GetAsync("/healthz/startup", cancellationToken)).Status != HttpStatusCode.OK)
                await Task.Delay(5, cancellationToken);

            return worker;
        }

        public async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, CancellationToken cancellationToken)
        {
            using var response = await Client.GetAsync(new Uri(BaseAddress, path), cancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }

        public async Task<int> StopAsync()
        {
            await _stop.CancelAsync();
            return await Completion;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            Client.Dispose();
            _stop.Dispose();
            _builder.Dispose();
        }
    }
}
