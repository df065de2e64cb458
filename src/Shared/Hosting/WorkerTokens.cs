namespace Workers.Hosting;

/// <summary>The two tokens of a shutdown, in the order in which they are cancelled.</summary>
/// <param name="Stop">Accept nothing new; finish what is in hand.</param>
/// <param name="Work">The grace period (<c>Shutdown__GracePeriod</c>) is over: hand back what is in hand, now.</param>
public readonly record struct WorkerTokens(CancellationToken Stop, CancellationToken Work);
