namespace Workers.Messaging;

/// <summary>What became of an <see cref="OwnershipClaim"/>.</summary>
/// <param name="Kind">Granted or why not.</param>
/// <param name="Owner">The new owner, us, when granted; else the one in the way.</param>
/// <param name="Remaining">When held: until the lease lapses unless its holder renews it.</param>
public sealed record ClaimAnswer(ClaimKind Kind, OwnerIdentity Owner, TimeSpan Remaining);

/// <summary>Kinds of <see cref="ClaimAnswer"/>.</summary>
public enum ClaimKind
{
    /// <summary>The stream is ours.</summary>
    Granted,

    /// <summary>Someone owns it: stand by.</summary>
    Held,

    /// <summary>The last owner drove another engine: refuse, until an operator says otherwise.</summary>
    OtherEngine,
}
