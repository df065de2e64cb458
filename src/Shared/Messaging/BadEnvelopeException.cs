namespace Workers.Messaging;

/// <summary>
/// An entry cannot be decoded, now or ever: it is dead-lettered with this message (invariant 9), which names the
/// field and quotes at most a short, printable part of it.
/// </summary>
public sealed class BadEnvelopeException(string message, Exception? inner = null) : Exception(message, inner);
