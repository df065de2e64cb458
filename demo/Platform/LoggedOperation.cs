namespace Workers.Demo.Platform;

/// <summary>What a row of <c>operation_log</c> says of its envelope.</summary>
internal sealed record LoggedOperation(string Outcome, string ErrorCode);
