using System.Text;

namespace Workers.Messaging;

/// <summary>One entry as read: names and values are bytes, since nobody promises that they are text.</summary>
public sealed class StreamEntry(StreamEntryId id, IReadOnlyList<(byte[] Name, byte[] Value)> fields)
{
    public StreamEntryId Id { get; } = id;

    public IReadOnlyList<(byte[] Name, byte[] Value)> Fields { get; } = fields;

    /// <summary>Bytes of all names and values.</summary>
    public long Size
    {
        get
        {
            var size = 0L;
            foreach (var (name, value) in Fields) size += name.Length + value.Length;
            return size;
        }
    }

    /// <summary>The value of a field, or null; of a repeated field the last, as in a map.</summary>
    public byte[]? Find(string name)
    {
        Span<byte> wanted = stackalloc byte[Encoding.UTF8.GetMaxByteCount(name.Length)];
        wanted = wanted[..Encoding.UTF8.GetBytes(name, wanted)];
        for (var i = Fields.Count - 1; i >= 0; i--)
            if (wanted.SequenceEqual(Fields[i].Name))
                return Fields[i].Value;

        return null;
    }
}
