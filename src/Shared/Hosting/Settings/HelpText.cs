namespace Workers.Hosting.Settings;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    public const string HelpSwitch = "help";
    public const string VersionSwitch = "version";

    public static void Write(
        TextWriter writer,
        string name,
        string description,
        IReadOnlyList<SettingDescriptor> settings,
        IReadOnlyList<WorkerCommand> commands)
    {
        writer.WriteLine($"{name}: {description}");
        writer.WriteLine();
        writer.WriteLine($"Usage: {name} [--Setting=value]... [command]");
        writer.WriteLine();
        writer.WriteLine("Commands (without one, the worker runs until SIGTERM or SIGINT):");
        WriteTable(writer,
        [
            .. commands.Select(command => ($"--{command.Name}", command.Help)),
            ($"--{HelpSwitch}, -h", "prints this"),
            ($"--{VersionSwitch}", "prints the version"),
        ]);
        writer.WriteLine();
        writer.WriteLine("Settings, from appsettings.json beside the program, the environment, and switches; the last one wins:");
        foreach (var setting in settings)
        {
            var alias = setting.Alias is null ? "" : $" (or {setting.Alias})";
            writer.WriteLine($"  {setting.Name}{alias}");
            writer.WriteLine($"      {setting.Help}; {setting.Type}, {Presence(setting)}");
        }

        writer.WriteLine();
        writer.WriteLine("Exit codes:");
        WriteTable(writer, [.. WorkerExitCode.All.Select(exit => ($"{exit.Code}", exit.Meaning))]);
    }

    private static string Presence(SettingDescriptor setting) => setting switch
    {
        { Required: true } => "required",
        { Default: null or "" } => "empty by default",
        _ => $"default {setting.Default}",
    };

    private static void WriteTable(TextWriter writer, IReadOnlyList<(string Key, string Text)> rows)
    {
        var width = rows.Max(row => row.Key.Length);
        foreach (var (key, text) in rows)
            writer.WriteLine($"  {key.PadRight(width)}  {text}");
    }
}
