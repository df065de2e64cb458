using System.Globalization;
using Workers.Adapters.Redis;
using Workers.Messaging;
using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Integration.Tests.Redis;

/// <summary>What only a real server does: forget scripts, run out of memory, die, and come back.</summary>
public sealed class RedisOutageTests
{
    private const string Label = "outage";
    private const string Jobs = "outage:jobs";
    private const string Results = "outage:results";

    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(5);
    private static readonly StreamProgress Nothing = new(StreamEntryId.Zero, 0, 0);

    private PrivateServers? _servers;
    private RedisDatabase? _redis;

    private PrivateServers Servers => _servers!;

    private RedisDatabase Redis => _redis!;

    [SetUp]
    public async Task SetUpAsync()
    {
        _servers = await PrivateServers.StartAsync("redis");
        _redis = await RedisDatabase.OpenAsync(_servers.Redis, 0);
    }

    [TearDown]
    public async Task TearDownAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
        if (_servers is not null) await _servers.DisposeAsync();
    }

    [Test, CancelAfter(60_000)]
    public async Task Scripts_AfterTheServerForgotThem_RunAllTheSame(CancellationToken cancellationToken)
    {
        var (log, fence) = await OwnAsync(cancellationToken);
        await log.CommitAsync(CommitOf(fence, 1, Nothing), cancellationToken);
        await Redis.ExecuteAsync("SCRIPT", "FLUSH");

        var (answer, progress) = await log.CommitAsync(CommitOf(fence, 2, new StreamProgress(Id(1), 0, 1)), cancellationToken);

        answer.Should().Be(CommitAnswer.Ok);
        progress.Should().Be(new StreamProgress(Id(2), 0, 2));
        (await Redis.EntriesAsync(Results)).Should().HaveCount(2);
    }

    [Test, CancelAfter(60_000)]
    public async Task Commit_WhenTheServerIsFull_IsAnOutageAndWritesNothing(CancellationToken cancellationToken)
    {
        var (log, fence) = await OwnAsync(cancellationToken);
        await Redis.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        var committing = () => log.CommitAsync(CommitOf(fence, 1, Nothing), cancellationToken);

        (await committing.Should().ThrowAsync<DependencyUnavailableException>()).WithMessage("OOM *").Which.Dependency.Should().Be("redis");
        (await Redis.OffsetAsync(Label)).Should().BeNull();
        (await Redis.EntriesAsync(Results)).Should().BeEmpty();
        (await log.LoadAsync(Label, cancellationToken)).Progress.Should().Be(Nothing);
        await Redis.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        (await log.CommitAsync(CommitOf(fence, 1, Nothing), cancellationToken)).Answer.Should().Be(CommitAnswer.Ok);
    }

    [Test, CancelAfter(60_000)]
    public async Task Ownership_WhenTheServerIsFull_IsRenewedAndTakenOverWhole(CancellationToken cancellationToken)
    {
        var (_, fence) = await OwnAsync(cancellationToken);
        var ownership = new RedisStreamOwnership(Redis.Link);
        await Redis.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        var renewed = await ownership.RenewAsync(fence, Ttl, Nothing, cancellationToken);
        await ownership.ReleaseAsync(fence, cancellationToken);
        var claimed = await ownership.ClaimAsync(new OwnershipClaim(Label, "standby", "engine", Ttl), dead: null, cancellationToken);

        renewed.Should().Be(CommitAnswer.Ok);
        claimed.Kind.Should().Be(ClaimKind.Granted);
        ((string?)await Redis.Database.HashGetAsync(StreamKeys.State(Label), "instance")).Should().Be("standby");
        (await Redis.Database.KeyTimeToLiveAsync(StreamKeys.Owner(Label))).Should().BePositive("a lease without an end would outlive its owner");
    }

    [Test, CancelAfter(60_000)]
    public async Task Lease_WhenTheServerIsFull_IsAnOutage(CancellationToken cancellationToken)
    {
        var leases = new RedisGameLeases(Redis.Link);
        await Redis.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        var acquiring = () => leases.TryAcquireAsync("game-1", LeaseToken.New(null), Ttl, cancellationToken);

        await acquiring.Should().ThrowAsync<DependencyUnavailableException>();
        (await Redis.HolderAsync("game-1")).Should().BeNull();
    }

    [Test, CancelAfter(60_000)]
    public async Task Commit_OnAReadOnlyReplica_IsAnOutage(CancellationToken cancellationToken)
    {
        var (log, fence) = await OwnAsync(cancellationToken);
        await Redis.ExecuteAsync("REPLICAOF", "127.0.0.1", "1");

        var committing = () => log.CommitAsync(CommitOf(fence, 1, Nothing), cancellationToken);

        await committing.Should().ThrowAsync<DependencyUnavailableException>();
        await Redis.ExecuteAsync("REPLICAOF", "NO", "ONE");
        (await Redis.EntriesAsync(Results)).Should().BeEmpty();
    }

    [Test, CancelAfter(60_000)]
    public async Task Link_WhenTheServerDiesAndComesBack_HealsByItself(CancellationToken cancellationToken)
    {
        var (log, fence) = await OwnAsync(cancellationToken);
        await log.CommitAsync(CommitOf(fence, 1, Nothing), cancellationToken);
        await using var reader = await log.OpenReaderAsync(Jobs, cancellationToken);
        await reader.ReadAsync(StreamEntryId.Zero, 1, TimeSpan.FromMilliseconds(1), cancellationToken);
        var blocked = reader.ReadAsync(StreamEntryId.Zero, 1, TimeSpan.FromSeconds(20), cancellationToken);

        await Servers.KillAsync("redis");
        await blocked.Awaiting(task => task).Should().ThrowAsync<DependencyUnavailableException>("the reader is told");
        await log.Awaiting(away => away.LoadAsync(Label, cancellationToken)).Should().ThrowAsync<DependencyUnavailableException>();
        await Servers.UpAsync("redis");

        var (answer, progress) = await EventuallyAsync(
            () => log.CommitAsync(CommitOf(fence, 2, new StreamProgress(Id(1), 0, 1)), cancellationToken), cancellationToken);
        answer.Should().Be(CommitAnswer.Ok);
        progress.Should().Be(new StreamProgress(Id(2), 0, 2));
        await using var another = await log.OpenReaderAsync(Results, cancellationToken);
        (await another.ReadAsync(StreamEntryId.Zero, 10, TimeSpan.FromMilliseconds(1), cancellationToken)).Should().HaveCount(2);
    }

    [Test, CancelAfter(60_000)]
    public async Task Link_WhenTheServerComesUpAfterItsFirstUse_ConnectsThen(CancellationToken cancellationToken)
    {
        await Servers.DownAsync("redis");
        await using var link = new RedisLink(Servers.Redis, TimeProvider.System);
        var log = new RedisStreamLog(link);
        var refused = await log.Awaiting(away => away.LoadAsync(Label, cancellationToken)).Should().ThrowAsync<DependencyUnavailableException>();

        await Servers.UpAsync("redis");

        refused.Which.Dependency.Should().Be("redis");
        var (progress, _) = await EventuallyAsync(() => log.LoadAsync(Label, cancellationToken), cancellationToken);
        progress.Should().Be(Nothing);
    }

    [Test, CancelAfter(60_000)]
    public async Task Link_WhenTheServerStandsStill_GivesUpInTime(CancellationToken cancellationToken)
    {
        var (log, _) = await OwnAsync(cancellationToken);
        var loading = () => log.LoadAsync(Label, cancellationToken);

        await SignalAsync("STOP");
        await loading.Should().ThrowAsync<DependencyUnavailableException>().WithMessage("no answer in time");
        await SignalAsync("CONT");

        (await EventuallyAsync(() => log.LoadAsync(Label, cancellationToken), cancellationToken)).Progress.Should().Be(Nothing);
    }

    [Test, CancelAfter(60_000)]
    public async Task Link_CancelledWhileItConnects_LeavesNoConnectionBehind(CancellationToken cancellationToken)
    {
        var (received, open) = (await CountAsync("stats", "total_connections_received"), await CountAsync("clients", "connected_clients"));
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var link = new RedisLink(Servers.Redis, TimeProvider.System);
        await SignalAsync("STOP");
        var ping = link.PingAsync(cancelling.Token);
        await cancelling.CancelAsync();
        await ping.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();

        await SignalAsync("CONT");

        await Eventually.TrueAsync(
            async () => await CountAsync("stats", "total_connections_received") > received
                && await CountAsync("clients", "connected_clients") == open,
            cancellationToken, () => "the server saw a connection, and its end");
    }

    private static StreamEntryId Id(ulong milliseconds) => new(milliseconds, 0);

    private static Commit CommitOf(Fence fence, ulong id, StreamProgress known) => new()
    {
        Fence = fence,
        Entries = [new FinishedEntry(Id(id), [new StreamAppend(Results, [KeyValuePair.Create("id", $"{id}")])])],
        LowWater = Id(id),
        Passed = [],
        Known = known,
    };

    /// <summary>What a call answers once the server does.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        T? answer = default;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    answer = await call();
                    return true;
                }
                catch (DependencyUnavailableException)
                {
                    return false;
                }
            },
            cancellationToken, () => "the server answers again");
        return answer!;
    }

    private async Task<(RedisStreamLog Log, Fence Fence)> OwnAsync(CancellationToken cancellationToken)
    {
        var answer = await new RedisStreamOwnership(Redis.Link).ClaimAsync(
            new OwnershipClaim(Label, "owner", "engine", Ttl), dead: null, cancellationToken);
        return (new RedisStreamLog(Redis.Link), new Fence(Label, answer.Owner.Instance, answer.Owner.Epoch));
    }

    /// <summary>One number out of <c>INFO</c>.</summary>
    private async Task<long> CountAsync(string section, string name)
    {
        var lines = ((string)await Redis.ExecuteAsync("INFO", section)).Split("\r\n");
        return long.Parse(lines.Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Stops or continues the server's process.</summary>
    private async Task SignalAsync(string signal)
    {
        var pid = (await File.ReadAllTextAsync(Path.Combine(Servers.Directory, "redis.pid"))).Trim();
        await Shell.RunAsync("/bin/kill", $"-{signal}", pid);
    }
}
