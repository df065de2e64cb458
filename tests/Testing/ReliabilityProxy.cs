using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Workers.Testing;

/// <summary>
/// Stands between a worker and one of its servers. On command it loses an answer: the request is served, the client sees its
/// connection break instead of a reply, and cannot know whether it ran. Or it holds up all traffic, as a network does that
/// is cut and heals: nothing breaks, and what was sent meanwhile arrives late.
/// </summary>
public sealed class ReliabilityProxy : IAsyncDisposable
{
    // A request is recognised within what was sent last.
    private const int Remembered = 256 * 1024;

    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(150);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = [];
    private readonly Task _accepting;
    private volatile ReliabilityAmbush? _ambush;
    private volatile TaskCompletionSource? _held;

    /// <param name="port">Loopback port of the server.</param>
    public ReliabilityProxy(int port)
    {
        _target = new IPEndPoint(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Loopback port to connect to instead of the server's.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>In place of the server's own <c>127.0.0.1:port</c>.</summary>
    public string Address => $"127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>
    /// Loses the answer to the next request that contains all <paramref name="texts"/>, and breaks its connection. Ends when
    /// that has happened; fails when <paramref name="unanswered"/> does.
    /// </summary>
    /// <param name="unanswered">Runs between the two: the server has served the request, the client does not know yet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="texts">UTF-8 as it stands on the wire.</param>
    public Task LoseAnswerAsync(Func<Task> unanswered, CancellationToken cancellationToken, params string[] texts)
    {
        var ambush = new ReliabilityAmbush(holds: false, unanswered, texts);
        _ambush = ambush;
        return ambush.Sprung.WaitAsync(cancellationToken);
    }

    /// <summary>Holds up all traffic, both ways, on every connection, from the next request on that contains all <paramref name="texts"/>.</summary>
    /// <param name="cancellationToken">Ends the wait for it.</param>
    /// <param name="texts">UTF-8 as it stands on the wire.</param>
    public Task HoldAsync(CancellationToken cancellationToken, params string[] texts)
    {
        var ambush = new ReliabilityAmbush(holds: true, () => Task.CompletedTask, texts);
        _ambush = ambush;
        return ambush.Sprung.WaitAsync(cancellationToken);
    }

    /// <summary>Holds up all traffic from now on.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets everything through again, what was held up first.</summary>
    public void Release()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_closed.Token);
                _connections.TryAdd(RelayAsync(client), true);
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // Closed.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                await server.ConnectAsync(_target, _closed.Token);
                client.NoDelay = server.NoDelay = true;
                var answers = new Answers(this, server, client);
                await Task.WhenAll(answers.RunAsync(_closed.Token), ForwardAsync(client, server, answers));
            }
            catch (Exception broken) when (broken is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // A side is gone or the proxy is closed; both sockets go with it.
            }
        }
    }

    private async Task ForwardAsync(Socket client, Socket server, Answers answers)
    {
        var buffer = new byte[64 * 1024];
        var sent = new ArrayBufferWriter<byte>();
        var seen = _ambush;
        while (await client.ReceiveAsync(buffer, _closed.Token) is > 0 and var count)
        {
            var ambush = _ambush;
            if (ambush != seen || sent.WrittenCount > Remembered) sent.ResetWrittenCount();
            seen = ambush;
            sent.Write(buffer.AsSpan(0, count));

            if (ambush?.Takes(sent.WrittenSpan) == true)
            {
                if (!ambush.Holds)
                {
                    await LoseAnswerAsync(buffer, count, client, server, answers);
                    await ambush.SpringAsync();
                    client.Close(timeout: 0);
                    return;
                }

                Hold();
                await ambush.SpringAsync();
            }

            await PassAsync();
            await server.SendAsync(buffer.AsMemory(0, count), _closed.Token);
        }

        server.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Waits while traffic is held up.</summary>
    private async Task PassAsync()
    {
        while (_held is { } held) await held.Task.WaitAsync(_closed.Token);
    }

    private async Task LoseAnswerAsync(byte[] buffer, int count, Socket client, Socket server, Answers answers)
    {
        answers.Swallow();
        await server.SendAsync(buffer.AsMemory(0, count), _closed.Token);
        await ForwardRestAsync(client, server);

        // The server serves what it was sent before it sees the end, and then ends its side: by then all of it ran.
        server.Shutdown(SocketShutdown.Send);
        await answers.Ended.WaitAsync(_closed.Token);
    }

    /// <summary>A request may come in several pieces, with others before it: lets them through until the client only waits.</summary>
    private async Task ForwardRestAsync(Socket client, Socket server)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
            quiet.CancelAfter(Quiet);
            try
            {
                if (await client.ReceiveAsync(buffer, quiet.Token) is not (> 0 and var count)) return;

                await server.SendAsync(buffer.AsMemory(0, count), _closed.Token);
            }
            catch (OperationCanceledException) when (!_closed.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>The way back: hands answers on, until they are to be swallowed.</summary>
    private sealed class Answers(ReliabilityProxy proxy, Socket server, Socket client)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _swallow;

        /// <summary>Ends when the server has ended its side.</summary>
        public Task Ended => _ended.Task;

        public void Swallow() => _swallow = true;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            try
            {
                var buffer = new byte[64 * 1024];
                while (await server.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
                {
                    await proxy.PassAsync();
                    if (!_swallow) await client.SendAsync(buffer.AsMemory(0, count), cancellationToken);
                }

                if (!_swallow) client.Shutdown(SocketShutdown.Send);
            }
            finally
            {
                _ended.TrySetResult();
            }
        }
    }
}
