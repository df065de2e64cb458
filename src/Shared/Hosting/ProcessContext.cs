using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Workers.Hosting;

/// <summary>What a worker takes from the process around it; tests bring their own.</summary>
internal sealed record ProcessContext
{
    /// <summary>Where <c>--help</c>, <c>--version</c> and commands print.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where wrong settings are reported.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The folder of <c>appsettings.json</c>.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>The environment, as configuration.</summary>
    public required IConfigurationSource Environment { get; init; }

    /// <summary>The real process.</summary>
    public static ProcessContext Current => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        BaseDirectory = AppContext.BaseDirectory,
        Environment = new EnvironmentVariablesConfigurationSource(),
    };
}
