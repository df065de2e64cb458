using System.Buffers;
using System.IO.Pipelines;
using Workers.Messaging;

namespace Workers.Adapters.Docker;

/// <summary>An answer without end, line by line, each as soon as it is there.</summary>
internal sealed class EngineLines(HttpResponseMessage response, Stream body, DockerFaults faults) : IAsyncDisposable
{
    /// <summary>Bytes of one line, at most: an event carries its container's labels, and those are the users'.</summary>
    public const int MaxLength = 1 << 20;

    private const byte LineEnd = (byte)'\n';
    private readonly PipeReader _reader = PipeReader.Create(body);

    /// <summary>The next line that is not empty, without its end.</summary>
    /// <exception cref="DependencyUnavailableException">The connection broke or was closed, or a line is beyond all bounds.</exception>
    public async Task<byte[]> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (buffer.PositionOf(LineEnd) is { } end)
            {
                var line = buffer.Slice(0, end).ToArray();
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                if (line.Length > 0) return line;
            }
            else
            {
                if (buffer.Length > MaxLength) throw faults.Foreign($"a line of more than {MaxLength} bytes");
                if (read.IsCompleted) throw faults.Broken(new EndOfStreamException("the engine closed it"));
                _reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        response.Dispose();
    }

    private async Task<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _reader.ReadAsync(cancellationToken);
        }
        catch (Exception fault) when (DockerFaults.IsTransport(fault))
        {
            throw faults.Broken(fault);
        }
    }
}
