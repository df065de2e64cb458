using Workers.Messaging;

namespace Workers.Testing;

/// <summary>What a store keeps of one label. Guarded by <see cref="InMemoryStreamLog.Gate"/>.</summary>
internal sealed class InMemoryLabel
{
    /// <summary>The owner and when its lease lapses, by the clock's timestamp; null when nobody ever was.</summary>
    public (OwnerIdentity Identity, long LapsesAt)? Owner { get; set; }

    public OwnerIdentity? LastOwner { get; set; }

    /// <summary>Null: never set.</summary>
    public StreamEntryId? Offset { get; set; }

    public HashSet<StreamEntryId> Done { get; } = [];

    /// <summary>Null: never counted.</summary>
    public long? Committed { get; set; }

    /// <summary>Whether the store is behind what a worker knows to be committed.</summary>
    public bool IsBehind(StreamProgress known)
    {
        var offset = Offset ?? StreamEntryId.Zero;
        return known.Offset > offset || (known.Offset == offset && Done.Count < known.DoneCount);
    }

    public bool IsOwnedBy(Fence fence, long now) =>
        Owner is { } owner && now < owner.LapsesAt && owner.Identity.Instance == fence.Instance && owner.Identity.Epoch == fence.Epoch;
}
