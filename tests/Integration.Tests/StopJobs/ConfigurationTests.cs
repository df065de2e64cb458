using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>Settings that cannot work: one message that names them all, exit code 2, nothing started.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ConfigurationTests
{
    private const int BadConfiguration = 2;
    private const string Redis = "127.0.0.1:1";
    private const string Postgres = "Host=127.0.0.1;Port=1;Username=postgres;Database=postgres";

    [Test, CancelAfter(60_000)]
    public async Task Start_WithoutConnectionStrings_ExitsTwoNamingBoth(CancellationToken cancellationToken)
    {
        await using var worker = Start([]);

        (await worker.WaitForExitAsync(cancellationToken)).Should().Be(BadConfiguration);
        worker.Log.Should().Contain("ConnectionStrings__Redis").And.Contain("ConnectionStrings__Postgres").And.NotContain("   at ");
    }

    [Test, CancelAfter(60_000)]
    public async Task Start_WithManyBadSettings_ExitsTwoNamingAllOfThem(CancellationToken cancellationToken)
    {
        var bad = new Dictionary<string, string>
        {
            ["StopJobs__StopTimeout"] = "5x",
            ["StopJobs__LeaseTtl"] = "-00:00:01",
            ["StopJobs__BlockTimeout"] = "00:00",
            ["StopJobs__MaxConcurrency"] = "0",
            ["StopJobs__ResultsMaxLength"] = "-1",
            ["StopJobs__DeadLettersMaxLength"] = "many",
            ["StopJobs__OwnershipTtl"] = "00:00:00",
            ["StopJobs__UnavailableRetry"] = "later",
            ["Shutdown__GracePeriod"] = "-00:00:25",
            ["Docker__Endpoint"] = "carrier-pigeon://loft",
            ["Probes__Url"] = "ftp://127.0.0.1:1",
        };

        await using var worker = Start([.. bad, .. Connections()]);

        (await worker.WaitForExitAsync(cancellationToken)).Should().Be(BadConfiguration);
        worker.Log.Should().ContainAll(bad.Keys).And.NotContain("   at ");
    }

    [TestCase("ConnectionStrings__Redis", "127.0.0.1:1,password=hunter2,nonsense=hunter2")]
    [TestCase("ConnectionStrings__Postgres", "Host=127.0.0.1;Password=hunter2;Nonsense=hunter2")]
    [CancelAfter(60_000)]
    public async Task Start_WithABadConnectionString_ExitsTwoWithoutEchoingIt(string name, string value, CancellationToken cancellationToken)
    {
        await using var worker = Start(Connections().Append(new(name, value)));

        (await worker.WaitForExitAsync(cancellationToken)).Should().Be(BadConfiguration);
        worker.Log.Should().Contain(name).And.NotContain("hunter2");
    }

    [Test, CancelAfter(60_000)]
    public async Task Start_WithOneBadSetting_NeverEchoesSecretsOfTheOthers(CancellationToken cancellationToken)
    {
        await using var worker = Start(
        [
            new("ConnectionStrings__Redis", $"{Redis},password=hunter2"),
            new("ConnectionStrings__Postgres", $"{Postgres};Password=hunter2"),
            new("StopJobs__StopTimeout", "5x"),
        ]);

        (await worker.WaitForExitAsync(cancellationToken)).Should().Be(BadConfiguration);
        worker.Log.Should().Contain("StopJobs__StopTimeout").And.NotContain("hunter2").And.NotContain("ConnectionStrings");
    }

    [Test, CancelAfter(60_000)]
    public async Task Start_WithAnUnknownSwitch_ExitsTwoNamingIt(CancellationToken cancellationToken)
    {
        await using var worker = Start(Connections(), "--no-such-switch");

        (await worker.WaitForExitAsync(cancellationToken)).Should().Be(BadConfiguration);
        worker.Log.Should().Contain("--no-such-switch");
    }

    [Test, CancelAfter(60_000)]
    public async Task Help_WithoutAnySetting_NamesTheSettingsAndExitsZero(CancellationToken cancellationToken)
    {
        await using var worker = Start([], "--help");

        (await worker.WaitForExitAsync(cancellationToken)).Should().Be(0);
        worker.Log.Should().ContainAll(
            "ConnectionStrings__Redis", "ConnectionStrings__Postgres", "Docker__Endpoint", "StopJobs__StopTimeout", "StopJobs__LeaseTtl",
            "StopJobs__BlockTimeout", "StopJobs__MaxConcurrency", "StopJobs__ResultsMaxLength",
            "StopJobs__DeadLettersMaxLength", "StopJobs__OwnershipTtl", "StopJobs__UnavailableRetry", "Shutdown__GracePeriod", "Probes__Url",
            "--migrate", "00:00:30");
    }

    private static IEnumerable<KeyValuePair<string, string>> Connections() =>
        [new("ConnectionStrings__Redis", Redis), new("ConnectionStrings__Postgres", Postgres)];

    private static WorkerProcess Start(IEnumerable<KeyValuePair<string, string>> settings, params string[] arguments)
    {
        // The last of two values counts, as for any environment.
        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in settings) environment[name] = value;
        return WorkerProcess.Start(environment, arguments: arguments);
    }
}
