using System.Reflection;

namespace Workers.Hosting;

/// <summary>Who the process is, to those who watch it.</summary>
/// <param name="Name">The worker's name; <c>service.name</c> in telemetry.</param>
/// <param name="Version">The version of the program.</param>
internal sealed record WorkerIdentity(string Name, string Version)
{
    public static WorkerIdentity Of(string name)
    {
        var program = Assembly.GetEntryAssembly() ?? typeof(WorkerIdentity).Assembly;
        var version = program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

        return new WorkerIdentity(name, version ?? "unknown");
    }
}
