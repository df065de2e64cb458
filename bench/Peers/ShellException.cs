namespace Workers.Bench.Peers;

/// <summary>A command exited non-zero; the message holds what it wrote.</summary>
internal sealed class ShellException(string message) : Exception(message);
