namespace Workers.Messaging;

/// <summary>What a replica is to a stream at the moment.</summary>
public enum StreamRole
{
    /// <summary>Not decided yet, or the store cannot be asked.</summary>
    Unknown,

    /// <summary>It owns the stream and works on it.</summary>
    Owner,

    /// <summary>Another replica owns the stream; this one takes over when that one goes.</summary>
    Standby,

    /// <summary>It must not own the stream, since it drives another engine.</summary>
    Refused,
}
