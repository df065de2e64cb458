using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Workers.Hosting.Lifecycle;
using Workers.Hosting.Logging;
using Workers.Hosting.Probes;
using Workers.Hosting.Settings;
using Workers.Hosting.Telemetry;

namespace Workers.Hosting;

/// <summary>
/// The one way to make a worker: settings, logs, telemetry, probes and an ordered shutdown around the parts that do
/// the work.
/// </summary>
/// <example>
/// <code>
/// using var builder = WorkerBuilder.Create(args, "stop-jobs", "stops containers on request of messages");
/// var options = builder.AddOptions("StopJobs", settings => new StopJobsOptions(settings));
/// builder.AddPart&lt;StopJobsPart&gt;();
/// return await builder.RunAsync();
/// </code>
/// </example>
public sealed class WorkerBuilder : IDisposable
{
    private readonly HostApplicationBuilder _host;
    private readonly ProcessContext _process;
    private readonly WorkerIdentity _identity;
    private readonly string _description;
    private readonly CommandLine _commandLine;
    private readonly SettingsCatalog _catalog;
    private readonly PartList _parts = new();
    private readonly List<WorkerCommand> _commands = [];
    private readonly SignalLifetime _signals = new();

    private WorkerBuilder(string[] args, string name, string description, ProcessContext process)
    {
        _process = process;
        _identity = WorkerIdentity.Of(name);
        _description = description;
        _commandLine = CommandLine.Parse(args);
        _host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            ApplicationName = name,
            ContentRootPath = process.BaseDirectory,
        });
        _catalog = new SettingsCatalog(_host.Configuration);

        LoadConfiguration();
        AddHost();
    }

    /// <summary>What parts and commands are made from. Nothing is resolved before all settings are known to be right.</summary>
    public IServiceCollection Services => _host.Services;

    /// <summary>Where settings come from; parts take options instead.</summary>
    public IConfiguration Configuration => _host.Configuration;

    /// <summary>Every setting read so far, in the order of reading: what a reference is generated from.</summary>
    public IReadOnlyList<SettingDescriptor> Settings => _catalog.Descriptors;

    /// <summary>
    /// Begins a worker; from here on SIGTERM and SIGINT are a clean goodbye. Settings come from
    /// <c>appsettings.json</c> beside the program, the environment, and <paramref name="args"/>; the last one wins.
    /// </summary>
    /// <param name="args">The process's arguments.</param>
    /// <param name="name">The worker's name, <c>service.name</c> in telemetry.</param>
    /// <param name="description">What it does, for <c>--help</c>; one sentence without a full stop.</param>
    public static WorkerBuilder Create(string[] args, string name, string description) =>
        Create(args, name, description, ProcessContext.Current);

    internal static WorkerBuilder Create(string[] args, string name, string description, ProcessContext process) =>
        new(args, name, description, process);

    /// <summary>
    /// Reads options from a section and registers them as a singleton of their own type. Faults are kept for
    /// <see cref="RunAsync"/>; until then, wrong settings have their defaults.
    /// </summary>
    /// <param name="section">The section, e.g. <c>StopJobs</c>; empty for flat names.</param>
    /// <param name="read">Reads every setting, usually the options' constructor.</param>
    public TOptions AddOptions<TOptions>(string section, Func<SettingsReader, TOptions> read)
        where TOptions : class
    {
        var options = read(new SettingsReader(section, _catalog));
        Services.AddSingleton(options);
        return options;
    }

    /// <summary>Adds a part that the container makes.</summary>
    public WorkerBuilder AddPart<TPart>()
        where TPart : class, IWorkerPart =>
        AddPart(services => ActivatorUtilities.CreateInstance<TPart>(services));

    /// <summary>Adds a part. It is made, and started, in the order of addition; the host disposes it.</summary>
    public WorkerBuilder AddPart(Func<IServiceProvider, IWorkerPart> create)
    {
        _parts.Factories.Add(create);
        return this;
    }

    /// <summary>Adds something the worker can do instead of running, asked for by <c>--<paramref name="name"/></c>.</summary>
    /// <param name="name">The switch without its dashes.</param>
    /// <param name="help">What it does, in one sentence without a full stop.</param>
    /// <param name="run">Does it, and returns the exit code; the token is cancelled by SIGTERM and SIGINT.</param>
    /// <param name="uses">
    /// The required settings it needs, e.g. <c>ConnectionStrings__Postgres</c>; others may then be missing. Null needs all.
    /// </param>
    public WorkerBuilder AddCommand(
        string name,
        string help,
        Func<IServiceProvider, CancellationToken, Task<int>> run,
        IReadOnlyCollection<string>? uses = null)
    {
        _commands.Add(new WorkerCommand(name, help, run, uses));
        return this;
    }

    /// <summary>
    /// Checks all settings, then runs the command that was asked for, or the parts until they are told to stop.
    /// </summary>
    /// <param name="stop">Stops the worker as SIGTERM does; for those who run it inside another process.</param>
    /// <returns>The exit code: a <see cref="WorkerExitCode"/>, or what a command returned.</returns>
    public async Task<int> RunAsync(CancellationToken stop = default)
    {
        // These two answer however wrong the settings are.
        if (_commandLine.Has(HelpText.HelpSwitch))
        {
            HelpText.Write(_process.Out, _identity.Name, _description, Settings, _commands);
            return WorkerExitCode.Ok;
        }

        if (_commandLine.Has(HelpText.VersionSwitch))
        {
            await _process.Out.WriteLineAsync($"{_identity.Name} {_identity.Version}");
            return WorkerExitCode.Ok;
        }

        var command = _commands.Find(candidate => _commandLine.Has(candidate.Name));
        if (ReportErrors(command)) return WorkerExitCode.Usage;

        using var host = _host.Build();
        await using var stopRegistration = stop.Register(_signals.Request);
        return command is null ? await RunPartsAsync(host) : await RunCommandAsync(host, command);
    }

    /// <summary>Gives the signals back.</summary>
    public void Dispose() => _signals.Dispose();

    private void LoadConfiguration()
    {
        _host.Configuration.AddInMemoryCollection(LoggingOptions.DefaultLevels);
        var file = Path.Combine(_process.BaseDirectory, "appsettings.json");
        if (File.Exists(file))
        {
            try
            {
                using var stream = File.OpenRead(file);
                _host.Configuration.AddJsonStream(stream);
            }
            catch (Exception e) when (e is JsonException or FormatException or IOException or UnauthorizedAccessException)
            {
                _catalog.Fail(new SettingError("appsettings.json", $"cannot be read: {e.Message}"));
            }
        }

        ((IConfigurationBuilder)_host.Configuration).Add(_process.Environment);
        _commandLine.AddTo(_host.Configuration);
    }

    private void AddHost()
    {
        var logging = AddOptions(LoggingOptions.Section, settings => new LoggingOptions(settings));
        AddOptions(ProbeOptions.Section, settings => new ProbeOptions(settings));
        AddOptions(ShutdownOptions.Section, settings => new ShutdownOptions(settings));
        AddOptions("", settings => new TelemetryOptions(settings));
        LoggingSetup.Configure(_host.Logging, _host.Configuration, logging);

        // The lifecycle bounds every step of the shutdown itself.
        Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        Services.Replace(ServiceDescriptor.Singleton<IHostLifetime>(_signals));
        Services.AddSingleton(_identity);
        Services.AddSingleton(_parts);
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<HealthRegistry>();
        Services.AddSingleton<WorkerTelemetry>();
        Services.AddSingleton<ProbeApplication>();
        Services.AddSingleton<ProbeServer>();
        Services.AddSingleton<PartRunner>();
        Services.AddSingleton<WorkerLifecycle>();
        Services.AddHostedService(services => services.GetRequiredService<WorkerLifecycle>());
    }

    // Every fault that matters to what was asked for, in one message.
    private bool ReportErrors(WorkerCommand? command)
    {
        _commandLine.Check(_catalog, [.. _commands.Select(known => known.Name), HelpText.HelpSwitch, HelpText.VersionSwitch]);
        var errors = _catalog.Errors
            .Where(error => !error.Missing || command?.Uses is not { } uses || uses.Contains(error.Name))
            .ToList();
        if (errors.Count == 0) return false;

        _process.Error.WriteLine($"{_identity.Name} cannot start; {(errors.Count == 1 ? "this is" : $"{errors.Count} things are")} wrong:");
        foreach (var error in errors)
            _process.Error.WriteLine($"  {error}");

        _process.Error.WriteLine("See --help.");
        return true;
    }

    private async Task<int> RunPartsAsync(IHost host)
    {
        var services = host.Services;
        var logger = services.GetRequiredService<ILogger<WorkerBuilder>>();
        var application = services.GetRequiredService<IHostApplicationLifetime>();
        var failed = false;
        _signals.Bind(application);
        foreach (var setting in _catalog.FindUnread())
            logger.SettingUnread(setting);

        try
        {
            await host.StartAsync();
            application.ApplicationStopping.ThrowIfCancellationRequested();
            var addresses = services.GetRequiredService<ProbeServer>().Addresses;
            logger.Started(_identity.Name, _identity.Version, addresses.Count == 0 ? "no address" : string.Join(", ", addresses));
        }
        catch (OperationCanceledException) when (application.ApplicationStopping.IsCancellationRequested)
        {
            // Asked to stop while starting: what did start is stopped below.
        }
#pragma warning disable CA1031 // The top of the process: whatever kept it from starting becomes a log entry and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            logger.StartFailed(e);
            failed = true;
            application.StopApplication();
        }

        await host.WaitForShutdownAsync();
        var exitCode = failed ? WorkerExitCode.Failed : services.GetRequiredService<WorkerLifecycle>().ExitCode;
        logger.Stopped(exitCode);
        return exitCode;
    }

    private async Task<int> RunCommandAsync(IHost host, WorkerCommand command)
    {
        try
        {
            return await command.RunAsync(host.Services, _signals.Requested);
        }
#pragma warning disable CA1031 // The top of a command: whatever it threw becomes a log entry and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            host.Services.GetRequiredService<ILogger<WorkerBuilder>>().CommandFailed(command.Name, e);
            return WorkerExitCode.Failed;
        }
    }
}
