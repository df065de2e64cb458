using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Workers.Adapters.Postgres;

/// <summary>
/// Keys of PostgreSQL's advisory locks. They are plain numbers shared by everyone in a database, so a key is 64 bits of
/// a hash of what it protects, the same in every process and version.
/// </summary>
internal static class AdvisoryLock
{
    /// <summary>Held by whoever changes the schema.</summary>
    public static long Migrations { get; } = KeyOf("workers/schema_migrations");

    /// <summary>Shared by the writers of a stream's owner, exclusive to the raise of its fence.</summary>
    public static long FenceOf(string label) => KeyOf($"workers/stream_fences/{label}");

    private static long KeyOf(string name) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
