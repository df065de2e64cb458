using System.Net;
using System.Net.Sockets;
using System.Text;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>A proxy that lost nothing would let every test behind it pass.</summary>
internal sealed class ReliabilityProxyTests
{
    [Test, CancelAfter(10_000)]
    public async Task LoseAnswer_WhenTheRequestComes_IsServedAndTheClientSeesTheConnectionBreak(CancellationToken cancellationToken)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var served = new StringBuilder();
        var serving = ServeAsync(server, served, cancellationToken);
        await using var proxy = new ReliabilityProxy(((IPEndPoint)server.LocalEndpoint).Port);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Port, cancellationToken);
        var before = await AskAsync(client, "first;", cancellationToken);

        var seenMeanwhile = "";
        var lost = proxy.LoseAnswerAsync(
            () =>
            {
                seenMeanwhile = served.ToString();
                return Task.CompletedTask;
            },
            cancellationToken, "sec", "ond");
        var ask = () => AskAsync(client, "second;", cancellationToken);

        (await ask.Should().ThrowAsync<IOException>()).WithInnerException<SocketException>();
        await lost;
        await serving;
        before.Should().Be("first;");
        seenMeanwhile.Should().Be("first;second;");
    }

    [Test, CancelAfter(10_000)]
    public async Task LoseAnswer_WhenAnotherRequestComes_LetsItsAnswerThrough(CancellationToken cancellationToken)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = ServeAsync(server, new StringBuilder(), cancellationToken);
        await using var proxy = new ReliabilityProxy(((IPEndPoint)server.LocalEndpoint).Port);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Port, cancellationToken);
        var lost = proxy.LoseAnswerAsync(() => Task.CompletedTask, cancellationToken, "second");

        var answer = await AskAsync(client, "first;", cancellationToken);

        answer.Should().Be("first;");
        lost.IsCompleted.Should().BeFalse();
        client.Close();
        await serving;
    }

    [Test, CancelAfter(10_000)]
    public async Task Hold_WhenTheRequestComes_KeepsItUntilItIsReleased(CancellationToken cancellationToken)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var served = new StringBuilder();
        var serving = ServeAsync(server, served, cancellationToken);
        await using var proxy = new ReliabilityProxy(((IPEndPoint)server.LocalEndpoint).Port);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Port, cancellationToken);
        var held = proxy.HoldAsync(cancellationToken, "second");
        await AskAsync(client, "first;", cancellationToken);

        var asking = AskAsync(client, "second;", cancellationToken);
        await held;
        var servedWhileHeld = served.ToString();
        proxy.Release();

        (await asking).Should().Be("second;");
        servedWhileHeld.Should().Be("first;");
        client.Close();
        await serving;
    }

    private static async Task<string> AskAsync(TcpClient client, string request, CancellationToken cancellationToken)
    {
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
        var answer = new byte[request.Length];
        await client.GetStream().ReadExactlyAsync(answer, cancellationToken);
        return Encoding.ASCII.GetString(answer);
    }

    /// <summary>Keeps and sends back whatever the one client says.</summary>
    private static async Task ServeAsync(TcpListener server, StringBuilder served, CancellationToken cancellationToken)
    {
        using var client = await server.AcceptSocketAsync(cancellationToken);
        var buffer = new byte[1024];
        while (await client.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
        {
            served.Append(Encoding.ASCII.GetString(buffer, 0, count));
            await client.SendAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }
}
