using System.Globalization;

namespace Workers.Bench.Measuring;

/// <summary>What the kernel says about a process (<c>/proc</c>).</summary>
internal static class ProcessFacts
{
    // USER_HZ: what the fields of /proc/PID/stat count in, 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time so far; resolution 10 ms.</summary>
    public static TimeSpan CpuTime(int process) => Ticks(Stat(process), children: false);

    /// <summary>As <see cref="CpuTime"/>, with its children, those that ended included.</summary>
    public static TimeSpan CpuTimeOfTree(int process)
    {
        var total = Ticks(Stat(process), children: true);
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var child)) continue;
            try
            {
                if (Parent(child) == process) total += CpuTime(child);
            }
            catch (IOException)
            {
                // It ended between the listing and the look; its parent has its time by now.
            }
        }

        return total;
    }

    public static int Parent(int process) => int.Parse(Stat(process)[1], CultureInfo.InvariantCulture);

    /// <summary>Resident set, bytes.</summary>
    public static long Resident(int process) => Kilobytes(process, "smaps_rollup", "Rss:");

    /// <summary>The part of the resident set that no file backs: heaps, stacks, compiled code. Bytes.</summary>
    public static long Anonymous(int process) => Kilobytes(process, "status", "RssAnon:");

    /// <summary>Proportional set: pages that are shared count by their share. Bytes.</summary>
    public static long Proportional(int process) => Kilobytes(process, "smaps_rollup", "Pss:");

    /// <summary>The largest resident set so far, as the kernel kept it. Bytes.</summary>
    public static long PeakResident(int process) => Kilobytes(process, "status", "VmHWM:");

    // The command name, in parentheses, may hold white space: fields are counted behind it. [0] is the state.
    private static string[] Stat(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static TimeSpan Ticks(string[] stat, bool children)
    {
        var fields = children ? stat[11..15] : stat[11..13];
        return TimeSpan.FromSeconds(fields.Sum(field => long.Parse(field, CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    private static long Kilobytes(int process, string file, string field)
    {
        var line = File.ReadLines($"/proc/{process}/{file}").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }
}
