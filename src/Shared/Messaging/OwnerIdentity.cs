namespace Workers.Messaging;

/// <summary>Who owns, or owned, a stream.</summary>
public sealed record OwnerIdentity(string Instance, long Epoch, string EngineId);
