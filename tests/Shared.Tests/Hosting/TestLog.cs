using Microsoft.Extensions.Logging;

namespace Workers.Shared.Tests.Hosting;

internal static partial class TestLog
{
    [LoggerMessage(7, LogLevel.Warning, "Stopped {game_id}")]
    public static partial void Stopped(ILogger logger, string game_id, Exception? exception);
}
