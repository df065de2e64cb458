using Workers.Hosting;
using Workers.Hosting.Settings;

namespace Workers.Shared.Tests.Hosting;

/// <summary>What a user sees of settings, switches and commands: standard output, standard error and the exit code.</summary>
[CancelAfter(30_000)]
public sealed class WorkerSettingsTests
{
    private TestProcess _process = null!;

    [SetUp]
    public void SetUp() => _process = new TestProcess();

    [TearDown]
    public void TearDown() => _process.Dispose();

    [Test]
    public async Task Run_WhenSettingsAreWrong_ReportsAllOfThemAndStartsNothing()
    {
        _process.Set("Sample__Span", "5x").Set("Sample__Count", "0").Set("Shutdown__GracePeriod", "30").Set("Logging__LogLevel__Workers", "loud");
        using var builder = _process.Create("--Probes__Url=ftp://x", "--Sample:Bogus=1", "stray", "--Sample__Other");
        var started = AddSample(builder);

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Usage);
        started().Should().BeFalse();
        _process.Error.Should().Be("""
            test-worker cannot start; 9 things are wrong:
              Logging__LogLevel__Workers: 'loud' is not a log level (e.g. Information)
              Probes__Url: 'ftp://x' is not an address to listen on (e.g. http://0.0.0.0:8080)
              Shutdown__GracePeriod: '30' is not a time span (e.g. 00:00:30)
              Sample__Span: '5x' is not a time span (e.g. 00:00:30)
              Sample__Count: '0' is less than 1
              Sample__Key: is required
              argument 3 belongs to no switch
              --Sample:Bogus: is not a setting or command of this worker
              --Sample__Other: is not a setting or command of this worker
            See --help.

            """);
    }

    [Test]
    public async Task Run_WhenASecretIsWrong_NeverShowsIt()
    {
        using var builder = _process.Create("--Sample__Key", "hunter2", "--Sample__Count", "hunter3@x");
        AddSample(builder);

        await builder.RunAsync();

        _process.Error.Should().Contain("Sample__Key").And.NotContain("hunter");
    }

    [Test]
    public async Task Run_WhenASwitchLacksItsValue_SaysSoOnce()
    {
        _process.Set("Sample__Key", "k:1");
        using var builder = _process.Create("--Sample__Span");
        AddSample(builder);

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Usage);
        _process.Error.Should().Contain("this is wrong").And.Contain("  Sample__Span: needs a value\n");
    }

    [Test]
    public async Task Run_WhenTheSettingsFileIsBroken_SaysSo()
    {
        await File.WriteAllTextAsync(Path.Combine(_process.Folder, "appsettings.json"), "{ \"Sample\": ");
        _process.Set("Sample__Key", "k:1");
        using var builder = _process.Create();
        AddSample(builder);

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Usage);
        _process.Error.Should().Contain("appsettings.json: cannot be read");
    }

    [Test]
    public async Task Settings_ComeFromFileThenEnvironmentThenSwitches()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_process.Folder, "appsettings.json"),
            """{ "Sample": { "Span": "00:00:01", "Count": 11, "Key": "k:file" } }""");
        _process.Set("Sample__Span", "00:00:02").Set("Sample__Count", "12");
        using var builder = _process.Create("--sample__span", "00:00:03");

        var options = builder.AddOptions("Sample", settings => new SampleOptions(settings));

        options.Span.Should().Be(TimeSpan.FromSeconds(3));
        options.Count.Should().Be(12);
        options.Key.Should().Be("k:file");
    }

    [TestCase("--help")]
    [TestCase("-h")]
    public async Task Help_PrintsSettingsCommandsAndExitCodes_HoweverWrongTheSettingsAre(string help)
    {
        using var builder = _process.Set("Sample__Span", "5x").Set("Logging__LogLevel__Default", "loud").Create(help, "--bogus");
        AddSample(builder);

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Ok);
        _process.Error.Should().BeEmpty();
        _process.Out.Should().StartWith("test-worker: does nothing much\n")
            .And.Contain("  --greet     greets\n")
            .And.Contain("  Sample__Span\n      how long; time span, default 00:00:05\n")
            .And.Contain("  Sample__Key\n      opens; key, required\n")
            .And.Contain("  Probes__Url\n")
            .And.Contain("  3  an address of Probes__Url cannot be listened on\n");
    }

    [Test]
    public void Settings_AreWhatHelpIsMadeFrom()
    {
        using var builder = _process.Create();
        AddSample(builder);

        builder.Settings.Single(setting => setting.Name == "Sample__Count").Should().BeEquivalentTo(new
        {
            Type = "whole number",
            Help = "how many",
            Default = "7",
            Required = false,
            Secret = false,
        });
        builder.Settings.Single(setting => setting.Name == "Sample__Key").Should().BeEquivalentTo(new { Required = true, Secret = true });
    }

    [Test]
    public async Task Version_PrintsNameAndVersion()
    {
        using var builder = _process.Create("--version");

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Ok);
        _process.Out.Should().MatchRegex(@"^test-worker \d+\.\d+");
    }

    [Test]
    public async Task Command_RunsInsteadOfTheParts_AndGivesTheExitCode()
    {
        using var builder = _process.Set("Sample__Key", "k:1").Create("--greet");
        var started = AddSample(builder, greet: () => 42);

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(42);
        started().Should().BeFalse();
    }

    [Test]
    public async Task Command_WhenASettingItDoesNotUseIsMissing_Runs()
    {
        using var builder = _process.Create("--greet");
        AddSample(builder, uses: []);

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Ok);
    }

    [Test]
    public async Task Command_WhenASettingItUsesIsMissing_DoesNotRun()
    {
        using var builder = _process.Create("--greet");
        AddSample(builder, uses: ["Sample__Key"]);

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Usage);
        _process.Error.Should().Contain("Sample__Key: is required");
    }

    [Test]
    public async Task Command_WhenItThrows_Exits1()
    {
        using var builder = _process.Create("--greet");
        AddSample(builder, uses: [], greet: () => throw new InvalidOperationException("no"));

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Failed);
    }

    [Test]
    public async Task Command_WhenGivenAValue_IsRefused()
    {
        using var builder = _process.Set("Sample__Key", "k:1").Create("--greet=loudly");
        AddSample(builder);

        var exitCode = await builder.RunAsync();

        exitCode.Should().Be(WorkerExitCode.Usage);
        _process.Error.Should().Contain("--greet: takes no value");
    }

    [Test]
    public void Catalog_FindsNamesThatNothingReads()
    {
        using var builder = _process.Set("Sample__Cuont", "3").Set("Logging__LogLevel__Any.Category", "Debug").Set("Elsewhere__X", "1").Create();
        var catalog = new SettingsCatalog(builder.Configuration);
        _ = new SampleOptions(new SettingsReader("Sample", catalog));

        catalog.FindUnread().Should().Equal("Sample__Cuont");
    }

    private static Func<bool> AddSample(WorkerBuilder builder, IReadOnlyCollection<string>? uses = null, Func<int>? greet = null)
    {
        var started = false;
        builder.AddOptions("Sample", settings => new SampleOptions(settings));
        builder.AddCommand("greet", "greets", (_, _) => Task.FromResult(greet?.Invoke() ?? WorkerExitCode.Ok), uses);
        builder.AddPart(_ => new TestPart("sample", tokens =>
        {
            started = true;
            return TestPart.UntilStopAsync(tokens);
        }));
        return () => started;
    }

    private sealed class SampleOptions(SettingsReader settings)
    {
        public TimeSpan Span { get; } = settings.Duration("Span", TimeSpan.FromSeconds(5), "how long");

        public int Count { get; } = settings.Integer("Count", 7, "how many", min: 1);

        public string Key { get; } = settings.RequiredSecret("Key", "key", "opens", "k:1", key => key.StartsWith("k:", StringComparison.Ordinal));
    }
}
