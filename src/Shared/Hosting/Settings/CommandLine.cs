using Microsoft.Extensions.Configuration;

namespace Workers.Hosting.Settings;

/// <summary>
/// The switches a worker was started with: <c>--Name=value</c>, <c>--Name value</c>, or a bare <c>--name</c> for a
/// command or a flag. Names are those of the environment; <c>:</c> may stand for <c>__</c>.
/// </summary>
internal sealed class CommandLine
{
    private readonly List<(string Name, string? Value)> _switches = [];
    private readonly List<SettingError> _errors = [];

    private CommandLine()
    {
    }

    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        var line = new CommandLine();
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i] is "-h" or "-?" ? "--help" : args[i];
            if (!IsSwitch(arg))
            {
                // Not echoed: it may be the tail of a secret that was not quoted.
                line._errors.Add(new SettingError("", $"argument {i + 1} belongs to no switch"));
                continue;
            }

            var equals = arg.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
                line._switches.Add((arg[2..equals], arg[(equals + 1)..]));
            else if (i + 1 < args.Count && !args[i + 1].StartsWith('-'))
                line._switches.Add((arg[2..], args[++i]));
            else
                line._switches.Add((arg[2..], null));
        }

        return line;
    }

    /// <summary>Whether the bare switch <c>--<paramref name="name"/></c> was given.</summary>
    public bool Has(string name) =>
        _switches.Exists(given => given.Value is null && string.Equals(given.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The settings among the switches. A bare one is a flag that is set.</summary>
    public void AddTo(IConfigurationBuilder configuration) =>
        configuration.AddInMemoryCollection(_switches.Select(given =>
            KeyValuePair.Create(SettingDescriptor.KeyOf(given.Name), (string?)(given.Value ?? "true"))));

    /// <summary>Notes every switch that is neither a command nor a setting, or that lacks its value.</summary>
    public void Check(SettingsCatalog catalog, IReadOnlyCollection<string> commands)
    {
        foreach (var error in _errors)
            catalog.Fail(error);

        foreach (var (name, value) in _switches)
        {
            if (commands.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                if (value is not null) catalog.Fail(new SettingError($"--{name}", "takes no value"));
                continue;
            }

            var setting = catalog.Find(SettingDescriptor.NameOf(name));
            if (setting is null)
                catalog.Fail(new SettingError($"--{name}", "is not a setting or command of this worker"));
            else if (value is null && setting.Type != SettingsReader.FlagType)
                catalog.FailInstead(new SettingError(setting.Name, "needs a value"));
        }
    }

    private static bool IsSwitch(string arg) => arg.Length > 2 && arg.StartsWith("--", StringComparison.Ordinal);
}
