namespace Workers.Integration.Tests.StopJobs;

/// <summary>The TCP sockets on which a process listens, as the kernel sees them.</summary>
internal static class ListeningSockets
{
    private const string Listen = "0A";

    /// <summary>Their local addresses, in the kernel's notation.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(int processId, CancellationToken cancellationToken)
    {
        var inodes = new DirectoryInfo($"/proc/{processId}/fd").EnumerateFileSystemInfos()
            .Select(descriptor => descriptor.LinkTarget)
            .OfType<string>()
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target["socket:[".Length..^1])
            .ToHashSet();

        var listening = new List<string>();
        foreach (var table in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
        {
            foreach (var line in (await File.ReadAllLinesAsync(table, cancellationToken)).Skip(1))
            {
                // sl, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode
                var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (columns[3] == Listen && inodes.Contains(columns[9])) listening.Add(columns[1]);
            }
        }

        return listening;
    }
}
