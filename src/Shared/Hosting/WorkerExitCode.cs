namespace Workers.Hosting;

/// <summary>Exit codes of every worker.</summary>
public static class WorkerExitCode
{
    /// <summary>A clean goodbye, or a command that succeeded.</summary>
    public const int Ok = 0;

    /// <summary>A part failed or did not end in time, or a command failed. The log says why.</summary>
    public const int Failed = 1;

    /// <summary>Settings or switches are wrong; standard error names all of them, and nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>An address of <c>Probes__Url</c> cannot be listened on, e.g. because its port is in use.</summary>
    public const int CannotListen = 3;

    /// <summary>Code and meaning, as <c>--help</c> prints them.</summary>
    internal static readonly IReadOnlyList<(int Code, string Meaning)> All =
    [
        (Ok, "stopped as asked; everything in hand was finished or handed back"),
        (Failed, "a part of the worker failed, or did not end in time; the log says why"),
        (Usage, "settings or switches are wrong; nothing was started"),
        (CannotListen, "an address of Probes__Url cannot be listened on"),
    ];
}
