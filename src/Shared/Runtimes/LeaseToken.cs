using Workers.Messaging;

namespace Workers.Runtimes;

/// <summary>
/// What a game's lease holds: who took it. With a fence the text is <c>label/epoch/instance/nonce</c>, so that a newer
/// epoch of the same label can tell a dead predecessor's lease from a stranger's; without one it is the nonce alone.
/// </summary>
/// <param name="Fence">The stream owner that acts; null for a caller that owns no stream.</param>
/// <param name="Nonce">Unique per acquisition.</param>
public readonly record struct LeaseToken(Fence? Fence, string Nonce)
{
    /// <summary>A token of its own for every acquisition.</summary>
    public static LeaseToken New(Fence? fence) => new(fence, Guid.NewGuid().ToString("N"));

    public override string ToString() =>
        Fence is { } fence ? $"{fence.Label}/{fence.Epoch}/{fence.Instance}/{Nonce}" : Nonce;
}
