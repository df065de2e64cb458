namespace Workers.Hosting.Probes;

/// <summary>An address of <c>Probes__Url</c> cannot be listened on.</summary>
internal sealed class ProbeAddressException(string message, Exception inner) : Exception(message, inner);
