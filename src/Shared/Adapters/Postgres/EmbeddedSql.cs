using System.Reflection;

namespace Workers.Adapters.Postgres;

/// <summary>Reads the <c>.sql</c> files of this folder, which are embedded and documented like functions.</summary>
internal static class EmbeddedSql
{
    private const string Root = "Workers.Adapters.Postgres.";
    private static readonly Assembly Assembly = typeof(EmbeddedSql).Assembly;

    /// <summary>Text of a statement in <c>Sql/</c>, by its file name without extension.</summary>
    public static string Statement(string name) => Read($"{Root}Sql.{name}.sql");

    /// <summary>Names (without extension) and texts of the files in <c>Migrations/</c>, in ordinal order.</summary>
    public static IEnumerable<(string Name, string Text)> Migrations()
    {
        const string folder = Root + "Migrations.";
        return Assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource => (resource[folder.Length..^".sql".Length], Read(resource)));
    }

    private static string Read(string resource)
    {
        using var stream = Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded in {Assembly.GetName().Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
