namespace Workers.Messaging;

/// <summary>
/// A server did not answer, or answered that it cannot now: trying again may succeed. Adapters translate their
/// transport's faults into this one, so that the domain can tell an outage from a refusal.
/// </summary>
/// <param name="dependency">Which server, e.g. <c>postgres</c>, <c>docker</c>, <c>redis</c>.</param>
/// <param name="message">What happened, for the operator; never a secret.</param>
/// <param name="inner">The transport's own exception.</param>
public sealed class DependencyUnavailableException(string dependency, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Which server it is, e.g. <c>postgres</c>.</summary>
    public string Dependency { get; } = dependency;
}
