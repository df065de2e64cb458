using NUnit.Framework.Interfaces;

namespace Workers.Reliability.Tests;

/// <summary>A site per test; when the test fails, the logs of its workers.</summary>
internal abstract class ReliabilityFixture(params string[] privateServers)
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromMinutes(2);
    private const int LoggedCharacters = 20_000;

    protected Site Site { get; private set; } = null!;

    protected Random Random { get; private set; } = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        using var timeout = new CancellationTokenSource(OpenTimeout);
        Random = Seed.NewRandom();
        Site = await Site.OpenAsync(privateServers, timeout.Token);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        // Absent when its opening failed, which is then the failure to report.
        if (Site is null) return;

        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            foreach (var worker in Site.Workers)
                await TestContext.Out.WriteLineAsync($"--- worker {worker.Id}\n{worker.Log[^Math.Min(worker.Log.Length, LoggedCharacters)..]}");
        }

        await Site.DisposeAsync();
    }
}
