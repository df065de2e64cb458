namespace Workers.Messaging;

/// <summary>A wish to own a stream.</summary>
/// <param name="Label">Offset label of the stream.</param>
/// <param name="Instance">This process.</param>
/// <param name="EngineId">
/// The engine this process drives; empty when it drives none. A standby on another engine must not take over: every
/// container would look gone.
/// </param>
/// <param name="Ttl">How long the ownership lasts unless it is renewed.</param>
public sealed record OwnershipClaim(string Label, string Instance, string EngineId, TimeSpan Ttl);
