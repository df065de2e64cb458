namespace Workers.Bench.Stop;

/// <summary>Everything that <c>./bench.sh stop</c> measures, in this order.</summary>
internal static class StopSuite
{
    public static IReadOnlyList<IMeasurement> Create(TestBed bed, Scale scale) =>
    [
        new EngineLatency(bed, scale),
        new ParallelStop(bed, scale),
        new Replay(bed, scale),
        new StartUp(bed, scale),
        new Memory(bed, scale),
    ];
}
