namespace Workers.Integration.Tests.StopJobs;

/// <summary>One fleet for all tests of a fixture: each has games of its own, so that they may run at the same time.</summary>
internal abstract class SharedFleetFixture
{
    protected StopJobsFleet Fleet { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartFleetAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        Fleet = await CreateAsync();
        await Fleet.StartReadyAsync(deadline.Token);
    }

    [OneTimeTearDown]
    public async Task EndFleetAsync()
    {
        // A set-up that failed half-way left nothing to dispose.
        if (Fleet is not { } fleet) return;

        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(fleet.Log);
        await fleet.DisposeAsync();
    }

    /// <summary>The fleet and its settings.</summary>
    protected virtual Task<StopJobsFleet> CreateAsync() => StopJobsFleet.CreateAsync();
}
