namespace Workers.Hosting.Logging;

/// <summary>How a log event is written to standard output.</summary>
internal enum LogFormat
{
    /// <summary><see cref="Text"/> on a terminal, else <see cref="Json"/>.</summary>
    Auto,

    /// <summary>One JSON object a line.</summary>
    Json,

    /// <summary>One line a person can read.</summary>
    Text,
}
