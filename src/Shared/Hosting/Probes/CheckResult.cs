namespace Workers.Hosting.Probes;

/// <summary>What a check says right now.</summary>
/// <param name="Healthy">Whether the check passes.</param>
/// <param name="Detail">For the operator, e.g. <c>owner, epoch 3</c> or <c>connection refused</c>; never a secret.</param>
internal sealed record CheckResult(bool Healthy, string Detail);
