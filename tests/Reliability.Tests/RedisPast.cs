using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>
/// A moment of a Redis that can be gone back to, as happens when a failover promotes a replica that is behind, or a disk
/// loses what was not synced: everything acknowledged since is lost.
/// </summary>
internal sealed class RedisPast
{
    private readonly PrivateServers _servers;
    private readonly string _kept;

    private RedisPast(PrivateServers servers, string kept)
    {
        _servers = servers;
        _kept = kept;
    }

    private string Live => Path.Combine(_servers.Directory, "redis", "appendonlydir");

    /// <summary>
    /// Keeps the append-only file as it is now. Redis may go on writing: it appends before it answers and rewrites nothing of
    /// this size, so that any copy is a prefix, and a torn last command is dropped when it is loaded.
    /// </summary>
    public static RedisPast Keep(PrivateServers servers)
    {
        var past = new RedisPast(servers, Path.Combine(servers.Directory, $"past-{Guid.NewGuid():N}"));
        Copy(past.Live, past._kept);
        return past;
    }

    /// <summary>Kills Redis and starts it from what was kept.</summary>
    public async Task ReturnAsync()
    {
        await _servers.KillAsync("redis");
        Directory.Delete(Live, recursive: true);
        Copy(_kept, Live);
        await _servers.UpAsync("redis");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
