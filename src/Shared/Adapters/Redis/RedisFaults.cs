using StackExchange.Redis;

namespace Workers.Adapters.Redis;

/// <summary>Which of Redis' faults may pass by themselves.</summary>
internal static class RedisFaults
{
    // What a server says that is loading, full, failing over, or cut off from its replicas or its disk.
    private static readonly string[] Passing =
        ["LOADING", "OOM", "READONLY", "MASTERDOWN", "BUSY ", "NOREPLICAS", "MISCONF", "CLUSTERDOWN", "TRYAGAIN", "UNBLOCKED"];

    public static bool IsOutage(Exception failure) => failure switch
    {
        RedisServerException refusal => IsPassing(refusal.Message),
        RedisException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>The client's messages run to a page of diagnostics: the first sentence is the one for an operator.</summary>
    public static string Describe(Exception failure)
    {
        var message = failure is RedisServerException
            ? failure.Message
            : failure.Message.Split(["; ", ". ", "\n"], 2, StringSplitOptions.None)[0];
        return failure is TimeoutException ? "no answer in time" : message;
    }

    private static bool IsPassing(string message) =>
        // An error inside a script is wrapped: "ERR Error running script …: @user_script: 12: -OOM command not allowed…".
        Passing.Any(word => message.StartsWith(word, StringComparison.Ordinal) || message.Contains("-" + word, StringComparison.Ordinal)
            || message.Contains(": " + word, StringComparison.Ordinal));
}
