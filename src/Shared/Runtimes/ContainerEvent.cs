using System.Globalization;

namespace Workers.Runtimes;

/// <summary>Something that happened to a container.</summary>
/// <param name="ContainerId">Full container id.</param>
/// <param name="Action">The engine's word: <see cref="Started"/>, <see cref="Died"/>, <see cref="OutOfMemory"/>, <see cref="Destroyed"/>, or
/// <see cref="HealthStatus"/> followed by the verdict, <c>health_status: unhealthy</c>.</param>
/// <param name="At">When, by the engine's clock.</param>
/// <param name="Attributes">Its labels, and with them the engine's own: <c>image</c>, <c>name</c>, for some actions more.</param>
public sealed record ContainerEvent(
    string ContainerId, string Action, DateTimeOffset At, IReadOnlyDictionary<string, string> Attributes)
{
    public const string Started = "start";
    public const string Died = "die";
    public const string OutOfMemory = "oom";
    public const string Destroyed = "destroy";
    public const string HealthStatus = "health_status";

    /// <summary>Exit code of the first process, when it <see cref="Died"/>; else null.</summary>
    public int? ExitCode =>
        Action == Died && Attributes.TryGetValue("exitCode", out var text)
        && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code)
            ? code
            : null;
}
