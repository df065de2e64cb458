using System.Collections.Frozen;

namespace Workers.Runtimes;

/// <summary>How an operation entered the fleet: values of <c>operation_log.op_source</c>.</summary>
public static class OperationSource
{
    /// <summary>An envelope on <c>runtime:stop_jobs</c>; its <c>source_ref</c> is the stream entry id.</summary>
    public const string LobbyStream = "lobby_stream";

    /// <summary>An operator.</summary>
    public const string Admin = "admin";

    /// <summary>The fleet itself, e.g. adoption.</summary>
    public const string Reconciler = "reconciler";

    private static readonly FrozenSet<string> Known = FrozenSet.Create(StringComparer.Ordinal, LobbyStream, Admin, Reconciler);

    /// <summary>Whether <paramref name="source"/> is one of those above.</summary>
    public static bool IsKnown(string source) => Known.Contains(source);
}
