namespace Workers.Hosting.Probes;

/// <summary>Which question a check answers.</summary>
public enum ProbeKind
{
    /// <summary>Do the loops turn? Red asks for a restart, so a server that is down must not show here.</summary>
    Live,

    /// <summary>Do dependencies answer, and is the work owned or stood by for?</summary>
    Ready,

    /// <summary>Has the worker got as far as running its parts?</summary>
    Startup,
}
