using System.Collections.Frozen;

namespace Workers.Runtimes;

/// <summary>Why a runtime is stopped: the closed list of the wire contract.</summary>
public static class StopReason
{
    public const string OrphanCleanup = "orphan_cleanup";
    public const string Cancelled = "cancelled";
    public const string Finished = "finished";
    public const string AdminRequest = "admin_request";
    public const string Timeout = "timeout";

    private static readonly FrozenSet<string> Known =
        FrozenSet.Create(StringComparer.Ordinal, OrphanCleanup, Cancelled, Finished, AdminRequest, Timeout);

    /// <summary>Whether <paramref name="reason"/> is one of the five, to the letter.</summary>
    public static bool IsKnown(string reason) => Known.Contains(reason);
}
