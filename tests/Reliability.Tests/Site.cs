using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;
using Workers.Reliability.Tests.Checking;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>
/// One test's installation: a Redis of its own, a database, games, and the workers it starts. Keeps account of what was
/// sent, so that the checker can be asked at the end.
/// </summary>
internal sealed class Site : IAsyncDisposable
{
    private static readonly TimeSpan ShortLeaseTtl = TimeSpan.FromSeconds(5);

    private readonly string[] _private;
    private readonly string _docker;
    private readonly ConcurrentDictionary<string, ExpectedGame> _games = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _sent = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<WorkerProcess> _workers = new();

    private Site(PrivateServers servers, string[] names, string docker, PlatformStreams streams, PlatformRecords records)
    {
        Servers = servers;
        _private = names;
        _docker = docker;
        Streams = streams;
        Records = records;
        Containers = new PlatformContainers(docker);
    }

    /// <summary>A setting, so that <see cref="LeasesLapseAsync"/> is soon over.</summary>
    public static (string Name, string Value) ShortLease { get; } = ("StopJobs__LeaseTtl", ShortLeaseTtl.ToString("c", CultureInfo.InvariantCulture));

    /// <summary>The servers that belong to this test alone: Redis, and what it asked for.</summary>
    public PrivateServers Servers { get; }

    /// <summary>Loopback port of Redis, for a proxy to stand before.</summary>
    public int RedisPort => int.Parse(Servers.Redis.Split(':')[1], CultureInfo.InvariantCulture);

    public PlatformStreams Streams { get; }

    public PlatformRecords Records { get; }

    public PlatformContainers Containers { get; }

    /// <summary>Set once Redis was put back to an older state.</summary>
    public bool Rewound { get; set; }

    /// <summary>Games whose lease the test takes at times.</summary>
    public HashSet<string> Contended { get; } = new(StringComparer.Ordinal);

    /// <summary>The workers that were started, dead ones included.</summary>
    public IReadOnlyCollection<WorkerProcess> Workers => _workers;

    /// <param name="also">Servers besides Redis that belong to this test alone: <c>postgres</c>, <c>docker</c>.</param>
    /// <param name="cancellationToken">Of the test.</param>
    public static async Task<Site> OpenAsync(string[] also, CancellationToken cancellationToken)
    {
        string[] names = ["redis", .. also];
        var servers = await PrivateServers.StartAsync(names);
        var site = new Site(
            servers, names,
            also.Contains("docker") ? servers.Docker : TestEnvironment.Docker,
            await PlatformStreams.ConnectAsync(servers.Redis),
            await PlatformRecords.CreateAsync(also.Contains("postgres") ? servers.Postgres : TestEnvironment.Postgres));
        await site.MigrateAsync(cancellationToken);
        return site;
    }

    /// <summary>Starts a worker; <paramref name="settings"/> win over the site's own.</summary>
    public WorkerProcess StartWorker(params (string Name, string Value)[] settings)
    {
        var worker = WorkerProcess.Start(Settings(settings));
        _workers.Enqueue(worker);
        return worker;
    }

    /// <summary>A game whose container runs.</summary>
    public Task<ExpectedGame> AddRunningAsync(string containerId) => AddAsync(PlatformRecord.Running(containerId), GameState.Running);

    /// <summary>A game whose record says running, and whose container is gone.</summary>
    public Task<ExpectedGame> AddVanishedAsync() => AddAsync(PlatformRecord.Running(NoContainer()), GameState.Vanished);

    public Task<ExpectedGame> AddStoppedAsync() => AddAsync(PlatformRecord.Stopped(NoContainer()), GameState.Stopped);

    public Task<ExpectedGame> AddRemovedAsync() => AddAsync(PlatformRecord.Removed(), GameState.Removed);

    /// <summary>A game that the platform has no record of.</summary>
    public ExpectedGame AddUnknown() => Keep(new ExpectedGame(PlatformRecord.Removed(), GameState.Unknown));

    /// <summary>Sends a stop; its entry id.</summary>
    public Task<string> SendAsync(ExpectedGame game) =>
        KeepAsync(game.Record.GameId, ("game_id", game.Record.GameId), ("reason", "finished"), ("requested_at_ms", "1700000000000"));

    /// <summary>Sends what cannot be decoded; <paramref name="kind"/> says which sort, any number will do.</summary>
    public Task<string> SendGarbageAsync(int kind) => KeepAsync("", (kind % 5) switch
    {
        0 => [("reason", "finished")],
        1 => [("game_id", " \t"), ("reason", "finished")],
        2 => [("game_id", "a-game"), ("reason", "boredom")],
        3 => [("game_id", "a-game"), ("reason", "finished"), ("requested_at_ms", "yesterday")],
        _ => [("game_id", "a-game"), ("reason", new byte[] { 0xff, 0xfe, 0x00 })],
    });

    /// <summary>Waits for a game's first result, and returns it.</summary>
    public async Task<PlatformResult> ResultAsync(ExpectedGame game, CancellationToken cancellationToken)
    {
        IReadOnlyList<PlatformResult> results = [];
        await Eventually.TrueAsync(
            () => OnceRedisAnswersAsync(async () => (results = await Streams.ResultsAsync(game.Record.GameId)).Count > 0),
            cancellationToken, () => $"game {game.Record.GameId} has a result");
        return results[0];
    }

    /// <summary>Waits until the offset is at the end of the stream: every entry has its outcome.</summary>
    public async Task DrainedAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        using var deadline = Deadline.In(within, cancellationToken);
        var (offset, last) = ("", "");
        await Eventually.TrueAsync(
            () => OnceRedisAnswersAsync(async () =>
            {
                offset = await Streams.OffsetAsync();
                last = await LastAsync();
                return offset == last;
            }),
            deadline.Token, () => $"the offset ({offset}) reaches the end of the stream ({last}) within {within}");
    }

    /// <summary>
    /// Waits until no game is held. A lease whose release met an outage lapses by itself: only a test that takes Redis away may wait for that.
    /// </summary>
    public async Task LeasesLapseAsync(CancellationToken cancellationToken)
    {
        using var deadline = Deadline.In(ShortLeaseTtl * 3, cancellationToken);
        await Eventually.TrueAsync(
            async () => ((string[])await Streams.Database.ExecuteAsync("KEYS", PlatformStreams.LeaseOf("*"))).Length == 0,
            deadline.Token, () => "no lease is held");
    }

    /// <summary>What the fleet left behind.</summary>
    public Task<Evidence> ReadEvidenceAsync() => EvidenceReader.ReadAsync(Streams, Records.ConnectionString, _docker);

    /// <summary>Fails with every violation that the checker finds.</summary>
    public async Task ShouldHoldAsync()
    {
        var expected = new Expectation { Games = _games, Sent = _sent, Rewound = Rewound, Contended = Contended };

        var violations = InvariantChecker.Check(await ReadEvidenceAsync(), expected);

        violations.Should().BeEmpty("the invariants hold");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers) await worker.DisposeAsync();
        // A test that failed half-way may have left them down.
        await Servers.UpAsync(_private);
        await Containers.DisposeAsync();
        await Records.DisposeAsync();
        await Streams.DisposeAsync();
        await Servers.DisposeAsync();
    }

    /// <summary>False while Redis is away: its restart is part of some tests.</summary>
    private static async Task<bool> OnceRedisAnswersAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (Exception outage) when (outage is RedisException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary>An id that no engine has.</summary>
    private static string NoContainer() => Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var migration = WorkerProcess.Start(Settings(), "StopJobs.Worker", "--migrate");
        if (await migration.WaitForExitAsync(cancellationToken) is not 0 and var code)
            throw new InvalidOperationException($"--migrate exited {code}:\n{migration.Log}");
    }

    private Dictionary<string, string> Settings(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__Redis"] = Servers.Redis,
            ["ConnectionStrings__Postgres"] = Records.ConnectionString,
            ["Docker__Endpoint"] = _docker,
            ["StopJobs__StopTimeout"] = "00:00:20",
            ["StopJobs__BlockTimeout"] = "00:00:01",
            ["Shutdown__GracePeriod"] = "00:00:10",
            ["Logging__Format"] = "text",
        };
        foreach (var (name, value) in settings) all[name] = value;
        return all;
    }

    private async Task<ExpectedGame> AddAsync(PlatformRecord record, GameState state)
    {
        await Records.AddAsync(record);
        return Keep(new ExpectedGame(record, state));
    }

    private ExpectedGame Keep(ExpectedGame game) => _games[game.Record.GameId] = game;

    private async Task<string> KeepAsync(string gameId, params (RedisValue Name, RedisValue Value)[] fields)
    {
        while (true)
        {
            try
            {
                var id = await Streams.AppendAsync(fields);
                _sent[id] = gameId;
                return id;
            }
            catch (Exception outage) when (outage is RedisException or TimeoutException)
            {
                // Any sender tries again. What was added all the same is on the stream, and judged from there.
                await Task.Delay(20);
            }
        }
    }

    private async Task<string?> LastAsync()
    {
        var entries = (RedisResult[])await Streams.Database.ExecuteAsync("XREVRANGE", PlatformStreams.Jobs, "+", "-", "COUNT", 1);
        return entries.Length == 0 ? null : (string)((RedisResult[])entries[0])[0];
    }
}
