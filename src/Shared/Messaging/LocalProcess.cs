using System.Globalization;

namespace Workers.Messaging;

/// <summary>
/// The identity of this process as an owner, and the proof that another one on the same machine is dead, so that a
/// worker restarted after a crash need not wait for its predecessor's lease to lapse.
/// </summary>
/// <remarks>
/// An identity reads <c>host:pid:birth</c>, where birth is the kernel's boot id, the pid namespace and the process' start
/// time: together they name one process for ever. Nothing is claimed of a process of another boot or namespace.
/// </remarks>
internal static class LocalProcess
{
    private const string Hidden = "hidden";
    private static readonly string? Scope = ReadScope();

    /// <summary>This process.</summary>
    public static string Identity { get; } = Describe();

    /// <summary>True only if <paramref name="identity"/> was a process of this very machine and namespace, and is gone.</summary>
    public static bool IsDead(string identity)
    {
        var parts = identity.Split(':');
        if (Scope is null || parts.Length != 3 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return false;

        var birth = parts[2].Split('.');
        return birth.Length == 2 && birth[0] == Scope && StartTime(id) is var start && start != birth[1] && start != Hidden;
    }

    private static string Describe()
    {
        var host = Environment.MachineName.Replace(':', '_').Replace('/', '_');
        return Scope is { } scope && StartTime(Environment.ProcessId) is { } start
            ? $"{host}:{Environment.ProcessId}:{scope}.{start}"
            : $"{host}:{Environment.ProcessId}:{Guid.NewGuid():N}";
    }

    private static string? ReadScope()
    {
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim().Replace("-", "", StringComparison.Ordinal);
            var space = new FileInfo("/proc/self/ns/pid").LinkTarget;
            // Where others' processes are hidden (hidepid), a living one looks gone: the first process shows it.
            return space is null || !File.Exists("/proc/1/stat") ? null : boot[..12] + string.Concat(space.Where(char.IsAsciiDigit));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or a sandbox without /proc: then nobody is ever known to be dead.
            return null;
        }
    }

    /// <summary>Start time of a live process in clock ticks since boot; null when there is none, or only its zombie.</summary>
    private static string? StartTime(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
            // The second field is the command in brackets and may hold anything: count from the last bracket. State is
            // the first field behind it, the start time the twentieth.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return Hidden;
        }
        catch (IOException gone) when (gone.HResult == 3)
        {
            // ESRCH: it ended between opening and reading.
            return null;
        }
    }
}
