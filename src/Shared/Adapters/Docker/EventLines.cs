using System.Runtime.CompilerServices;

namespace Workers.Adapters.Docker;

/// <summary>Splits the stream of events at its line ends, as they arrive, within a bound.</summary>
internal sealed class EventLines(Stream stream)
{
    private const int MaxLength = 1 << 20;

    /// <summary>The lines; never ends, but throws what <paramref name="broken"/> makes when the stream does.</summary>
    public async IAsyncEnumerable<byte[]> ReadAsync(
        Func<Exception?, Exception> broken, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[8192];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= MaxLength) throw broken(null);
                Array.Resize(ref buffer, length * 2);
            }

            var read = await ReadOnceAsync(buffer.AsMemory(length), broken, cancellationToken);
            if (read == 0) throw broken(null);
            length += read;

            var start = 0;
            for (int end; (end = Array.IndexOf(buffer, (byte)'\n', start, length - start)) >= 0; start = end + 1)
                if (end > start)
                    yield return buffer[start..end];

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
        }
    }

    private async Task<int> ReadOnceAsync(Memory<byte> into, Func<Exception?, Exception> broken, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(into, cancellationToken);
        }
        catch (IOException fault)
        {
            throw broken(fault);
        }
    }
}
