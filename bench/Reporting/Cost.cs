namespace Workers.Bench.Reporting;

/// <summary>Where the time of one envelope went: processor time by process, and what was asked of the servers.</summary>
/// <param name="Subject">Whose envelopes.</param>
/// <param name="ElapsedMicroseconds">Wall time divided by envelopes: the pace, not a latency.</param>
/// <param name="SubjectCpuMicroseconds">Processor time of the worker (or of the baseline).</param>
/// <param name="RedisCpuMicroseconds">Processor time of Redis.</param>
/// <param name="PostgresCpuMicroseconds">Processor time of PostgreSQL, all its processes.</param>
/// <param name="RedisCommands">Commands Redis ran, those inside scripts included.</param>
/// <param name="PostgresCommits">Transactions PostgreSQL committed.</param>
/// <param name="WalBytes">Write-ahead log PostgreSQL wrote.</param>
internal sealed record Cost(
    string Subject,
    double ElapsedMicroseconds,
    double SubjectCpuMicroseconds,
    double RedisCpuMicroseconds,
    double PostgresCpuMicroseconds,
    double RedisCommands,
    double PostgresCommits,
    double WalBytes);
