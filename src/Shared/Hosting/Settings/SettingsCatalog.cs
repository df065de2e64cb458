using Microsoft.Extensions.Configuration;

namespace Workers.Hosting.Settings;

/// <summary>All settings that were read, and everything that is wrong with them.</summary>
internal sealed class SettingsCatalog(IConfiguration configuration)
{
    private readonly List<SettingDescriptor> _descriptors = [];
    private readonly List<SettingError> _errors = [];

    public IConfiguration Configuration { get; } = configuration;

    public IReadOnlyList<SettingDescriptor> Descriptors => _descriptors;

    public IReadOnlyList<SettingError> Errors => _errors;

    public void Add(SettingDescriptor descriptor)
    {
        if (_descriptors.Exists(known => Same(known.Name, descriptor.Name)))
            throw new InvalidOperationException($"The setting {descriptor.Name} is described twice.");

        _descriptors.Add(descriptor);
    }

    /// <summary>Notes a fault. The first one of a setting is kept: what follows from it would only repeat it.</summary>
    public void Fail(SettingError error)
    {
        if (error.Name.Length == 0 || !_errors.Exists(known => Same(known.Name, error.Name)))
            _errors.Add(error);
    }

    /// <summary>Notes the fault behind those that were noted for the same setting.</summary>
    public void FailInstead(SettingError error)
    {
        _errors.RemoveAll(known => Same(known.Name, error.Name));
        _errors.Add(error);
    }

    /// <summary>The descriptor that <paramref name="name"/> is the name or the alias of; null when nothing reads it.</summary>
    public SettingDescriptor? Find(string name) => _descriptors.Find(known =>
        Same(known.Name, name)
        || (known.Alias is { } alias && Same(alias, name))
        || (WildcardPrefix(known) is { } prefix && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)));

    /// <summary>
    /// Names that are set in a section that this worker reads, but that nothing reads: most likely a slip of the pen.
    /// </summary>
    public IReadOnlyList<string> FindUnread() =>
    [
        .. _descriptors
            .Select(descriptor => descriptor.Key.Split(':'))
            .Where(path => path.Length > 1)
            .Select(path => path[0])
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .SelectMany(section => Configuration.GetSection(section).AsEnumerable())
            .Where(pair => pair.Value is not null)
            .Select(pair => SettingDescriptor.NameOf(pair.Key))
            .Where(name => Find(name) is null)
            .Order(StringComparer.Ordinal),
    ];

    private static bool Same(string left, string right) =>
        string.Equals(SettingDescriptor.KeyOf(left), SettingDescriptor.KeyOf(right), StringComparison.OrdinalIgnoreCase);

    // Logging__LogLevel__<category> stands for any category.
    private static string? WildcardPrefix(SettingDescriptor descriptor) =>
        descriptor.Name.IndexOf('<', StringComparison.Ordinal) is var at and >= 0 ? descriptor.Name[..at] : null;
}
