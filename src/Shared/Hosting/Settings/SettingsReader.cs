using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Workers.Hosting.Settings;

/// <summary>
/// Reads one section of the configuration, setting by setting; each call says the setting's name, type, default and
/// help once, in the one place that also reads it.
/// </summary>
/// <remarks>
/// A value that is missing or wrong never throws: the fault is noted, the default is returned, and reading goes on,
/// so that all faults of all sections can be reported together. Options are therefore plain constructors:
/// <code>
/// internal sealed record StopJobsOptions(SettingsReader Settings)
/// {
///     public TimeSpan StopTimeout { get; init; } = Settings.Duration("StopTimeout", DefaultStopTimeout, "how long …");
/// }
/// </code>
/// </remarks>
public sealed class SettingsReader
{
    /// <summary>The longest time span accepted by default, 24 days: what timers of the runtime can wait for.</summary>
    public static readonly TimeSpan LongestDuration = TimeSpan.FromDays(24);

    private const int LongestEcho = 80;

    private readonly SettingsCatalog _catalog;
    private readonly string _section;

    internal SettingsReader(string section, SettingsCatalog catalog)
    {
        _section = section;
        _catalog = catalog;
    }

    private delegate bool Parser<T>(string text, [NotNullWhen(true)] out T? value);

    /// <summary>A reader over nothing, from which every setting has its default: for tests and for options made by hand.</summary>
    public static SettingsReader Defaults(string section = "") =>
        new(section, new SettingsCatalog(new ConfigurationBuilder().Build()));

    /// <summary>Any text; an empty value is a value.</summary>
    public string Text(string name, string defaultValue, string help, string? alias = null) =>
        Read(Describe(name, "text", help, defaultValue, alias), defaultValue, "", AcceptText);

    /// <summary>Text without which the worker does not start.</summary>
    public string RequiredText(string name, string help, string? alias = null) =>
        ReadRequired(Describe(name, "text", help, alias: alias) with { Required = true }, "", _ => true);

    /// <summary>A value that is never shown and without which the worker does not start, e.g. a connection string.</summary>
    /// <param name="name">Its name below the section.</param>
    /// <param name="type">What it is, in words, e.g. <c>PostgreSQL connection string</c>.</param>
    /// <param name="help">What it does.</param>
    /// <param name="example">A made-up value, shown when the value given is not one.</param>
    /// <param name="isValid">Whether a value can be used; must not throw.</param>
    public string RequiredSecret(string name, string type, string help, string example, Predicate<string> isValid) =>
        ReadRequired(Describe(name, type, help) with { Required = true, Secret = true }, example, isValid);

    /// <summary>A value that is never shown; empty when it is not set.</summary>
    public string Secret(string name, string type, string help) =>
        Read(Describe(name, type, help, "") with { Secret = true }, "", "", AcceptText);

    /// <summary>A whole number between <paramref name="min"/> and <paramref name="max"/>, both included.</summary>
    public int Integer(string name, int defaultValue, string help, int min = 0, int max = int.MaxValue) =>
        (int)Long(name, defaultValue, help, min, max);

    /// <summary>A whole number between <paramref name="min"/> and <paramref name="max"/>, both included.</summary>
    public long Long(string name, long defaultValue, string help, long min = 0, long max = long.MaxValue)
    {
        var setting = Describe(name, "whole number", help, defaultValue.ToString(CultureInfo.InvariantCulture));

        return ReadBetween(setting, defaultValue, min, max, "64", ParseLong);
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Flag(string name, bool defaultValue, string help) =>
        Read(Describe(name, FlagType, help, defaultValue ? "true" : "false"), defaultValue, "", ParseFlag);

    /// <summary>
    /// A time span, written <c>[d.]hh:mm:ss[.fff]</c>. A bare number is refused: .NET would read 30 as thirty days.
    /// </summary>
    /// <param name="name">Its name below the section.</param>
    /// <param name="defaultValue">Taken when it is not set.</param>
    /// <param name="help">What it does.</param>
    /// <param name="min">The shortest allowed; zero when not given.</param>
    /// <param name="max">The longest allowed; <see cref="LongestDuration"/> when not given.</param>
    public TimeSpan Duration(string name, TimeSpan defaultValue, string help, TimeSpan? min = null, TimeSpan? max = null)
    {
        var setting = Describe(name, "time span", help, defaultValue.ToString("c", CultureInfo.InvariantCulture));

        return ReadBetween(setting, defaultValue, min ?? TimeSpan.Zero, max ?? LongestDuration, "00:00:30", ParseDuration);
    }

    /// <summary>One of the names of <typeparamref name="T"/>, in any case.</summary>
    public T Choice<T>(string name, T defaultValue, string help)
        where T : struct, Enum
    {
        var setting = Describe(name, string.Join('|', Lower(Enum.GetNames<T>())), help, defaultValue.ToString().ToLowerInvariant());

        return Read(setting, defaultValue, "", ParseChoice);
    }

    /// <summary>An absolute URL whose scheme is one of <paramref name="schemes"/>.</summary>
    public Uri Url(string name, string defaultValue, string help, IReadOnlyCollection<string> schemes, string? alias = null)
    {
        var setting = Describe(name, "URL", help, defaultValue, alias);

        return Read(setting, new Uri(defaultValue), $"e.g. {defaultValue}", ParseUrl);

        bool ParseUrl(string text, [NotNullWhen(true)] out Uri? value) =>
            Uri.TryCreate(text, UriKind.Absolute, out value) && schemes.Contains(value.Scheme);
    }

    /// <summary>Notes that <paramref name="name"/> is wrong for a reason of its own, e.g. next to another setting.</summary>
    /// <param name="name">A name below the section.</param>
    /// <param name="message">Continues the name, e.g. <c>must be longer than …</c>; never the value of a secret.</param>
    public void Fail(string name, string message) => _catalog.Fail(new SettingError(NameOf(name), message));

    internal const string FlagType = "true|false";

    /// <summary>Describes names that something else reads, e.g. log levels of any category.</summary>
    internal void DescribeOnly(string name, string type, string help) => _catalog.Add(Describe(name, type, help));

    internal IEnumerable<KeyValuePair<string, string?>> Children(string name) =>
        _catalog.Configuration.GetSection(SettingDescriptor.KeyOf(NameOf(name))).AsEnumerable(makePathsRelative: true);

    /// <summary>Shows a value in a message: short, in one line, and not when it seems to carry a password.</summary>
    internal static string Echo(string value)
    {
        var unfit = value.Length > LongestEcho || value.Contains('@', StringComparison.Ordinal) || value.Any(char.IsControl);

        return unfit ? "the value" : $"'{value}'";
    }

    private static IEnumerable<string> Lower(IEnumerable<string> names) => names.Select(name => name.ToLowerInvariant());

    private static bool AcceptText(string text, [NotNullWhen(true)] out string? value)
    {
        value = text;
        return true;
    }

    private static bool ParseLong(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out value);

    private static bool ParseFlag(string text, out bool value) => bool.TryParse(text, out value);

    private static bool ParseDuration(string text, out TimeSpan value)
    {
        value = default;
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    // Enum.TryParse alone would take numbers and lists too.
    private static bool ParseChoice<T>(string text, out T value)
        where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out value)
        && Enum.GetNames<T>().Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);

    private SettingDescriptor Describe(string name, string type, string help, string? defaultValue = null, string? alias = null) =>
        new() { Name = NameOf(name), Type = type, Help = help, Default = defaultValue, Alias = alias };

    private string NameOf(string name) => _section.Length == 0 ? name : $"{_section}__{name}";

    private T ReadBetween<T>(SettingDescriptor setting, T defaultValue, T min, T max, string example, Parser<T> parse)
        where T : struct, IComparable<T>, IFormattable
    {
        var value = Read(setting, defaultValue, $"e.g. {example}", parse);
        if (value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0) return value;

        var bound = value.CompareTo(min) < 0 ? $"less than {Show(min)}" : $"more than {Show(max)}";
        _catalog.Fail(new SettingError(SetName(setting), $"'{Show(value)}' is {bound}"));
        return defaultValue;

        static string Show(T value) => value.ToString(null, CultureInfo.InvariantCulture);
    }

    private string ReadRequired(SettingDescriptor setting, string example, Predicate<string> isValid)
    {
        var value = Read(setting, "", "", AcceptText);
        if (string.IsNullOrWhiteSpace(value))
            _catalog.Fail(new SettingError(setting.Name, "is required", Missing: true));
        else if (!isValid(value))
            _catalog.Fail(new SettingError(setting.Name, $"is not a {setting.Type} (e.g. {example})"));

        return value;
    }

    private T Read<T>(SettingDescriptor setting, T defaultValue, string hint, Parser<T> parse)
    {
        _catalog.Add(setting);
        if (ValueOf(setting) is not { } text) return defaultValue;
        if (parse(text, out var value)) return value;

        var suffix = hint.Length == 0 ? "" : $" ({hint})";
        _catalog.Fail(new SettingError(SetName(setting), $"{Echo(text)} is not {Article(setting.Type)}{suffix}"));
        return defaultValue;
    }

    private string? ValueOf(SettingDescriptor setting) =>
        _catalog.Configuration[setting.Key] ?? (setting.Alias is { } alias ? _catalog.Configuration[alias] : null);

    // The name the user actually set, so that they find it.
    private string SetName(SettingDescriptor setting) =>
        setting.Alias is { } alias && _catalog.Configuration[setting.Key] is null ? alias : setting.Name;

    private static string Article(string type) => type.Contains('|', StringComparison.Ordinal) ? $"one of {type}" : $"a {type}";
}
