using Workers.Testing;

namespace Workers.Reliability.Tests.Checking;

internal static class EntryFields
{
    /// <summary>A field's first value; empty when there is none, since judging evidence must not throw at it.</summary>
    public static string Find(this PlatformEntry entry, string name) =>
        entry.Fields.FirstOrDefault(field => field.Key == name).Value ?? "";
}
