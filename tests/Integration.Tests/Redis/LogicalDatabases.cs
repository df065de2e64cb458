namespace Workers.Integration.Tests.Redis;

/// <summary>Which fixture empties which logical database of the shared Redis: none may meet another.</summary>
internal static class LogicalDatabases
{
    public const int StreamLog = 11;
    public const int StreamOwnership = 12;
    public const int GameLeases = 13;
}
