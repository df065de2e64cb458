using Microsoft.Extensions.Configuration.Memory;
using Workers.Hosting;

namespace Workers.Shared.Tests.Hosting;

/// <summary>A worker's surroundings made of strings: what it prints, the environment, the folder of its settings file.</summary>
internal sealed class TestProcess : IDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();
    private readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal)
    {
        ["Probes:Url"] = "http://127.0.0.1:0",
        ["Logging:LogLevel:Default"] = "None",
    };

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public string Folder { get; } = Directory.CreateTempSubdirectory("workers-host-").FullName;

    public TestProcess Set(string name, string value)
    {
        _environment[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        return this;
    }

    public WorkerBuilder Create(params string[] args) => WorkerBuilder.Create(args, "test-worker", "does nothing much", new ProcessContext
    {
        Out = _out,
        Error = _error,
        BaseDirectory = Folder,
        Environment = new MemoryConfigurationSource { InitialData = _environment },
    });

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
