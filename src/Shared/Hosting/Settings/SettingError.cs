namespace Workers.Hosting.Settings;

/// <summary>What is wrong with one setting; never carries the value of a secret.</summary>
/// <param name="Name">The setting's name as the user set it; empty when the fault belongs to no setting.</param>
/// <param name="Message">What is wrong, e.g. <c>is required</c>.</param>
/// <param name="Missing">Whether the fault is that a required setting is not set.</param>
internal sealed record SettingError(string Name, string Message, bool Missing = false)
{
    public override string ToString() => Name.Length == 0 ? Message : $"{Name}: {Message}";
}
