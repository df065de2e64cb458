using NUnit.Framework.Interfaces;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>A fleet for each test, whose worker the test starts itself.</summary>
internal abstract class OwnFleetFixture
{
    protected StopJobsFleet Fleet { get; private set; } = null!;

    [SetUp]
    public async Task CreateFleetAsync() => Fleet = await CreateAsync();

    [TearDown]
    public async Task EndFleetAsync()
    {
        if (Fleet is not { } fleet) return;

        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed) await TestContext.Out.WriteLineAsync(fleet.Log);
        await fleet.DisposeAsync();
    }

    /// <summary>The fleet and its settings.</summary>
    protected virtual Task<StopJobsFleet> CreateAsync() => StopJobsFleet.CreateAsync();
}
