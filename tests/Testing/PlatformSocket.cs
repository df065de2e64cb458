using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Workers.Testing;

/// <summary>
/// A unix socket that leads to the shared engine and can be taken away and put back: an engine that goes down for one
/// fixture alone. It starts closed.
/// </summary>
public sealed class PlatformSocket : IAsyncDisposable
{
    private const string Scheme = "unix://";
    private static int _count;

    // Names of unix sockets are short, and a test folder may be deep.
    private readonly string _path = Path.Combine("/tmp", $"workers-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}.sock");
    private readonly UnixDomainSocketEndPoint _target;
    private readonly ConcurrentDictionary<Socket, Task> _connections = [];
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Leads to <paramref name="target"/> once it is opened.</summary>
    /// <param name="target">Endpoint of the engine, <c>unix://…</c>.</param>
    public PlatformSocket(string target) => _target = new UnixDomainSocketEndPoint(target[Scheme.Length..]);

    /// <summary>What to give the fleet for its engine.</summary>
    public string Endpoint => Scheme + _path;

    /// <summary>Puts the socket in place.</summary>
    public void Open()
    {
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen(backlog: 64);
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Takes the socket away and breaks what goes through it.</summary>
    public async Task CloseAsync()
    {
        _listener?.Dispose();
        File.Delete(_path);
        foreach (var connection in _connections.Keys) connection.Dispose();
        await Task.WhenAll([_accepting, .. _connections.Values]);
        _connections.Clear();
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private static async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            while (await from.ReceiveAsync(buffer) is > 0 and var count) await to.SendAsync(buffer.AsMemory(0, count));
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            // One side is gone, by itself or by CloseAsync: so is the other.
            from.Dispose();
            to.Dispose();
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }

            var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await engine.ConnectAsync(_target);
            _connections[client] = RelayAsync(client, engine);
        }
    }

    private static async Task RelayAsync(Socket client, Socket engine)
    {
        using (client)
        using (engine)
            await Task.WhenAll(CopyAsync(client, engine), CopyAsync(engine, client));
    }
}
