using StackExchange.Redis;
using Workers.Messaging;

namespace Workers.Adapters.Redis;

/// <summary>
/// One connection to Redis that comes up when it is first used, heals by itself, and gives every command a time
/// limit. The shared one must never carry a blocking command.
/// </summary>
/// <param name="configuration">A StackExchange.Redis connection string.</param>
/// <param name="time">Supplies the clock.</param>
public sealed class RedisLink(string configuration, TimeProvider time) : IAsyncDisposable
{
    /// <summary>What one command may take, unless it says that it blocks longer.</summary>
    public static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(5);

    private const string Name = "redis";
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile ConnectionMultiplexer? _multiplexer;

    /// <summary>A further connection to the same server, for blocking commands.</summary>
    public RedisLink Another() => new(configuration, time);

    /// <summary>Returns when Redis answered.</summary>
    public Task PingAsync(CancellationToken cancellationToken) => ExecuteAsync("PING", [], cancellationToken);

    /// <summary>Runs one command.</summary>
    /// <exception cref="DependencyUnavailableException">Redis cannot be reached, is slow, or cannot serve this now.</exception>
    /// <exception cref="RedisServerException">Redis refuses the command.</exception>
    public async Task<RedisResult> ExecuteAsync(
        string command, object[] arguments, CancellationToken cancellationToken, TimeSpan blocking = default)
    {
        try
        {
            var multiplexer = _multiplexer ?? await ConnectAsync(cancellationToken);
            return await multiplexer.GetDatabase().ExecuteAsync(command, arguments)
                .WaitAsync(CommandTimeout + blocking, time, cancellationToken);
        }
        catch (Exception failure) when (RedisFaults.IsOutage(failure))
        {
            throw new DependencyUnavailableException(Name, RedisFaults.Describe(failure), failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_multiplexer is { } multiplexer) await multiplexer.CloseAsync(allowCommandsToComplete: false);
        _connecting.Dispose();
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            if (_multiplexer is { } connected) return connected;

            var options = ConfigurationOptions.Parse(configuration);
            // Fail the first attempt too, rather than hand out a multiplexer that never was connected: the caller retries.
            options.AbortOnConnectFail = true;
            options.ConnectTimeout = Math.Min(options.ConnectTimeout, (int)CommandTimeout.TotalMilliseconds);
            options.ConnectRetry = 1;
            options.KeepAlive = options.KeepAlive > 0 ? options.KeepAlive : 10;
            options.ClientName ??= "workers";
            return _multiplexer = await ConnectInTimeAsync(options, cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<ConnectionMultiplexer> ConnectInTimeAsync(ConfigurationOptions options, CancellationToken cancellationToken)
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(options);
        try
        {
            return await connecting.WaitAsync(CommandTimeout, time, cancellationToken);
        }
        catch
        {
            // It may still come up, and nobody would ever close it.
            _ = CloseLateAsync(connecting);
            throw;
        }
    }

    private static async Task CloseLateAsync(Task<ConnectionMultiplexer> connecting)
    {
        try
        {
            await (await connecting).CloseAsync(allowCommandsToComplete: false);
        }
        catch (Exception failure) when (RedisFaults.IsOutage(failure))
        {
            // It never came up: nothing to close.
        }
    }
}
