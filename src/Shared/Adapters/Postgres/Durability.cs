namespace Workers.Adapters.Postgres;

/// <summary>What a write waits for.</summary>
internal enum Durability
{
    /// <summary>Whatever the server's own <c>synchronous_commit</c> says; by default its disk.</summary>
    Durable,

    /// <summary>Nothing: a crash of the server may lose the write, never break it.</summary>
    BestEffort,
}
