namespace Workers.Hosting.Settings;

/// <summary>
/// One setting as its user sees it. <c>--help</c>, validation and the reference in the docs all read this, and it is
/// made where the setting is read, so that none of them can drift.
/// </summary>
public sealed record SettingDescriptor
{
    /// <summary>As set in the environment, e.g. <c>StopJobs__StopTimeout</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What a value is, in words, e.g. <c>time span</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What it does, in one sentence without a full stop.</summary>
    public required string Help { get; init; }

    /// <summary>The default as the user would write it; null when there is none, empty when the default is empty.</summary>
    public string? Default { get; init; }

    /// <summary>Whether the worker does not start without it.</summary>
    public bool Required { get; init; }

    /// <summary>Whether the value is never shown.</summary>
    public bool Secret { get; init; }

    /// <summary>Another name it is known by, used when <see cref="Name"/> is not set; e.g. <c>DOCKER_HOST</c>.</summary>
    public string? Alias { get; init; }

    /// <summary>The name in .NET configuration, where <c>__</c> is <c>:</c>.</summary>
    internal string Key => KeyOf(Name);

    internal static string KeyOf(string name) => name.Replace("__", ":", StringComparison.Ordinal);

    internal static string NameOf(string key) => key.Replace(":", "__", StringComparison.Ordinal);
}
