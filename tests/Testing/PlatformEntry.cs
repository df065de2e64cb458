namespace Workers.Testing;

/// <summary>An entry of a stream that the fleet writes, in the order of its fields.</summary>
public sealed record PlatformEntry(string Id, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>The value of a field; throws when the entry does not have it exactly once.</summary>
    public string this[string name] => Fields.Single(field => field.Key == name).Value;

    /// <summary>When Redis added it, by Redis' clock, in Unix milliseconds.</summary>
    public static long Milliseconds(string id) => Parts(id).Milliseconds;

    /// <summary>Whether <paramref name="id"/> is at or below <paramref name="offset"/>, which may not be there yet.</summary>
    public static bool IsPassed(string id, string? offset) => offset is not null && Parts(id).CompareTo(Parts(offset)) <= 0;

    /// <summary>Fails unless the entry has these fields, each once, and no other.</summary>
    public void ShouldHaveExactly(params string[] names) =>
        Fields.Select(field => field.Key).Should().BeEquivalentTo(names, "the wire contract froze the fields of entry {0}", Id);

    private static (long Milliseconds, ulong Sequence) Parts(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return (long.Parse(id.AsSpan(0, dash)), ulong.Parse(id.AsSpan(dash + 1)));
    }
}
