namespace Workers.Messaging;

/// <summary>
/// This process no longer owns the stream it works for. Whatever was under way must neither write nor
/// publish; the new owner runs it again.
/// </summary>
public sealed class FencedException(string message) : Exception(message);
