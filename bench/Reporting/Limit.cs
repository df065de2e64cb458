namespace Workers.Bench.Reporting;

/// <summary>What a row is held to.</summary>
internal sealed record Limit(LimitKind Kind, double Value)
{
    public static Limit Below(double value) => new(LimitKind.Below, value);

    public static Limit RatioAtMost(double value) => new(LimitKind.RatioAtMost, value);

    public static Limit RatioAtLeast(double value) => new(LimitKind.RatioAtLeast, value);

    public bool HeldBy(double ours, double? ratio) => Kind switch
    {
        LimitKind.Below => ours < Value,
        LimitKind.RatioAtMost => ratio <= Value,
        LimitKind.RatioAtLeast => ratio >= Value,
        _ => throw new InvalidOperationException($"Unknown limit {Kind}."),
    };
}
