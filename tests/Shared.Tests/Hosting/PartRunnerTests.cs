using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Workers.Hosting;
using Workers.Hosting.Lifecycle;
using Workers.Hosting.Probes;
using Workers.Hosting.Settings;

namespace Workers.Shared.Tests.Hosting;

[CancelAfter(30_000)]
public sealed class PartRunnerTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    private readonly ConcurrentQueue<string> _steps = [];
    private ManualTimeProvider _time = null!;
    private HealthRegistry _health = null!;
    private RecordingLogger<PartRunner> _log = null!;
    private TestApplication _application = null!;
    private ServiceProvider _services = null!;

    [SetUp]
    public void SetUp()
    {
        _steps.Clear();
        _time = new ManualTimeProvider();
        _health = new HealthRegistry(_time);
        _log = new RecordingLogger<PartRunner>();
        _application = new TestApplication();
        _services = new ServiceCollection().BuildServiceProvider();
    }

    [TearDown]
    public void TearDown() => _services.Dispose();

    [Test]
    public async Task Start_TurnsReadyOnlyOnceEveryPartWasStarted(CancellationToken cancellationToken)
    {
        var readyWhileStarting = true;
        using var runner = Create(Part("a", tokens =>
        {
            readyWhileStarting = Ready().Healthy;
            _health.Report("redis", ProbeKind.Ready, healthy: false, "not connected");
            return TestPart.UntilStopAsync(tokens);
        }));

        runner.Start();

        readyWhileStarting.Should().BeFalse();
        Ready().Healthy.Should().BeTrue();
        _health.Read(ProbeKind.Ready).Should().Contain(check => check.Name == "redis" && !check.Result.Healthy);
        await runner.StopAsync().WaitAsync(cancellationToken);
    }

    [Test]
    public async Task Stop_TurnsReadyRed_StopsDrainsAndDisposes_InThisOrder(CancellationToken cancellationToken)
    {
        var drained = new TaskCompletionSource();
        using var runner = Create(
            Part("first", TestPart.UntilStopAsync),
            Part("draining", async tokens =>
            {
                await WaitForAsync(tokens.Stop);
                _steps.Enqueue($"stop, ready {Ready().Healthy} {Ready().Detail}");
                await drained.Task;
                _steps.Enqueue($"drained, work cancelled {tokens.Work.IsCancellationRequested}");
            }));
        runner.Start();

        var stopping = runner.StopAsync();
        await Waiting.EventuallyAsync(() => !_steps.IsEmpty, cancellationToken);
        drained.SetResult();
        await stopping.WaitAsync(cancellationToken);

        _steps.Should().Equal("stop, ready False stopping", "drained, work cancelled False", "dispose draining", "dispose first");
        runner.Failed.Should().BeFalse();
    }

    [Test]
    public async Task Stop_WhenTheGracePeriodEnds_CancelsTheWork_AndIsStillClean(CancellationToken cancellationToken)
    {
        using var runner = Create(Part("slow", async tokens =>
        {
            await WaitForAsync(tokens.Work);
            _steps.Enqueue($"handed back at {_time.GetUtcNow().ToUnixTimeSeconds()}");
            tokens.Work.ThrowIfCancellationRequested();
        }));
        runner.Start();

        var stopping = runner.StopAsync();
        await Waiting.EventuallyAsync(() => _time.WaitingTimers == 1, cancellationToken);
        _time.Advance(Grace - TimeSpan.FromSeconds(1));
        _steps.Should().BeEmpty();
        _time.Advance(TimeSpan.FromSeconds(1));
        await stopping.WaitAsync(cancellationToken);

        _steps.Should().Equal("handed back at 25", "dispose slow");
        _log.Events.Should().Contain(entry => entry.Level == LogLevel.Warning && entry.Message.Contains("slow", StringComparison.Ordinal));
        runner.Failed.Should().BeFalse();
    }

    [Test]
    public async Task Stop_WhenAPartIgnoresBothTokens_LeavesItBehindAndFails(CancellationToken cancellationToken)
    {
        var never = new TaskCompletionSource();
        using var runner = Create(Part("deaf", _ => never.Task), Part("good", TestPart.UntilStopAsync));
        runner.Start();

        var stopping = runner.StopAsync();
        await Waiting.EventuallyAsync(() => _time.WaitingTimers == 1, cancellationToken);
        _time.Advance(Grace);
        await Waiting.EventuallyAsync(() => _time.WaitingTimers == 1, cancellationToken);
        _time.Advance(PartRunner.HandBackPeriod);
        await stopping.WaitAsync(cancellationToken);

        runner.Failed.Should().BeTrue();
        _steps.Should().Equal("dispose good");
        _log.Events.Should().Contain(entry => entry.Level == LogLevel.Critical && entry.Message.Contains("deaf", StringComparison.Ordinal));
    }

    [Test]
    public async Task Part_WhenItThrows_IsLoggedAndStopsTheWorker(CancellationToken cancellationToken)
    {
        var fault = new InvalidOperationException("boom");
        using var runner = Create(Part("good", TestPart.UntilStopAsync), Part("bad", _ => throw fault));

        runner.Start();

        _application.StopRequested.Should().BeTrue();
        runner.Failed.Should().BeTrue();
        _log.Events.Should().Contain(entry => entry.Level == LogLevel.Critical && entry.Exception == fault);
        await runner.StopAsync().WaitAsync(cancellationToken);
        _steps.Should().Equal("dispose bad", "dispose good");
    }

    [Test]
    public async Task Part_WhenItEndsUnasked_StopsTheWorker(CancellationToken cancellationToken)
    {
        using var runner = Create(Part("short", _ => Task.CompletedTask));

        runner.Start();

        _application.StopRequested.Should().BeTrue();
        runner.Failed.Should().BeTrue();
        await runner.StopAsync().WaitAsync(cancellationToken);
    }

    [Test]
    public async Task Part_WhenItCancelsUnasked_IsAFault(CancellationToken cancellationToken)
    {
        using var runner = Create(Part("timed out", _ => throw new OperationCanceledException("a timeout of its own")));

        runner.Start();

        runner.Failed.Should().BeTrue();
        await runner.StopAsync().WaitAsync(cancellationToken);
    }

    [Test]
    public async Task Part_WhenItFailsWhileDraining_IsAFaultAndTheOthersStillEnd(CancellationToken cancellationToken)
    {
        using var runner = Create(
            Part("good", TestPart.UntilStopAsync),
            Part("bad", async tokens =>
            {
                await WaitForAsync(tokens.Stop);
                throw new InvalidOperationException("boom");
            }));
        runner.Start();

        await runner.StopAsync().WaitAsync(cancellationToken);

        runner.Failed.Should().BeTrue();
        _steps.Should().Equal("dispose bad", "dispose good");
    }

    [Test]
    public async Task Part_WhenItCannotBeMade_StopsTheWorkerAndItNeverTurnsReady(CancellationToken cancellationToken)
    {
        using var runner = Create(Part("good", TestPart.UntilStopAsync), _ => throw new InvalidOperationException("no certificate"));

        runner.Start();

        runner.Failed.Should().BeTrue();
        _application.StopRequested.Should().BeTrue();
        Ready().Healthy.Should().BeFalse();
        await runner.StopAsync().WaitAsync(cancellationToken);
        _steps.Should().Equal("dispose good");
    }

    [Test]
    public async Task Part_WhenACallbackOrItsDisposalThrows_TheShutdownGoesOn(CancellationToken cancellationToken)
    {
        using var runner = Create(
            Part("good", TestPart.UntilStopAsync),
            _ => new TestPart(
                "bad",
                tokens =>
                {
                    tokens.Stop.Register(() => throw new InvalidOperationException("callback"));
                    return TestPart.UntilStopAsync(tokens);
                },
                () => throw new InvalidOperationException("disposal")));
        runner.Start();

        await runner.StopAsync().WaitAsync(cancellationToken);

        runner.Failed.Should().BeTrue();
        _steps.Should().Equal("dispose good");
    }

    private static async Task WaitForAsync(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.Register(cancelled.SetResult);
        await cancelled.Task;
    }

    private Func<IServiceProvider, IWorkerPart> Part(string name, Func<WorkerTokens, Task> run) =>
        _ => new TestPart(name, run, () => _steps.Enqueue($"dispose {name}"));

    private PartRunner Create(params Func<IServiceProvider, IWorkerPart>[] parts)
    {
        var list = new PartList();
        list.Factories.AddRange(parts);
        var options = new ShutdownOptions(SettingsReader.Defaults()) { GracePeriod = Grace };
        return new PartRunner(list, _services, _health, options, _time, _application, _log);
    }

    private CheckResult Ready() => _health.Read(ProbeKind.Ready).Single(check => check.Name == PartRunner.Check).Result;
}
