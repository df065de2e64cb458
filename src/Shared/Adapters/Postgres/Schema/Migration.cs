using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Workers.Adapters.Postgres.Schema;

/// <summary>One numbered step of the schema. Once released its text never changes: a change is a new migration.</summary>
/// <param name="Version">Its number, the digits that its file name starts with.</param>
/// <param name="Name">The rest of its file name.</param>
/// <param name="Sql">What it runs, in one transaction.</param>
internal sealed record Migration(int Version, string Name, string Sql)
{
    /// <summary>SHA-256 of the text in hexadecimal, the same whatever line ends a checkout made of it.</summary>
    public string Checksum =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The migrations of this build, in their order.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } =
        [.. EmbeddedSql.Migrations().Select(file => Parse(file.Name, file.Text))];

    public override string ToString() => $"{Version:0000}_{Name}";

    private static Migration Parse(string file, string text)
    {
        var digits = file.AsSpan(0, file.IndexOf('_', StringComparison.Ordinal));
        return new Migration(int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture), file[(digits.Length + 1)..], text);
    }
}
