using System.Text;
using Workers.Messaging;

namespace Workers.Shared.Tests.Messaging;

/// <summary>Stream entries for tests of what reads them.</summary>
internal static class Entries
{
    /// <summary>An entry of text fields.</summary>
    public static StreamEntry Of(params (string Name, string Value)[] fields) =>
        new(new StreamEntryId(1, 0), [.. fields.Select(field => (Encoding.UTF8.GetBytes(field.Name), Encoding.UTF8.GetBytes(field.Value)))]);

    /// <summary>An entry of one field that may hold anything.</summary>
    public static StreamEntry Of(string name, byte[] value) => new(new StreamEntryId(1, 0), [(Encoding.UTF8.GetBytes(name), value)]);
}
