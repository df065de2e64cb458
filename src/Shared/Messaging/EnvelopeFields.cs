using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Workers.Messaging;

/// <summary>The wire contract's rules for reading a field of an envelope.</summary>
public static class EnvelopeFields
{
    /// <summary>Longest value of a required field, in bytes.</summary>
    public const int MaxRequiredBytes = 1024;

    private const int MaxQuoted = 64;

    /// <summary>A required text, trimmed.</summary>
    /// <exception cref="BadEnvelopeException">Missing, blank, longer than <see cref="MaxRequiredBytes"/>, or not UTF-8.</exception>
    public static string Required(this StreamEntry entry, string name)
    {
        var value = entry.Find(name) ?? throw new BadEnvelopeException($"missing {name}");
        if (value.Length > MaxRequiredBytes)
            throw new BadEnvelopeException($"{name} is {value.Length} bytes long, more than {MaxRequiredBytes}");

        var text = Text(name, value).Trim();
        return text.Length > 0 ? text : throw new BadEnvelopeException($"blank {name}");
    }

    /// <summary>An optional decimal 64-bit integer, trimmed; absent or blank is 0.</summary>
    /// <exception cref="BadEnvelopeException">Anything else.</exception>
    public static long OptionalInt64(this StreamEntry entry, string name)
    {
        if (entry.Find(name) is not { } value) return 0;

        var text = Text(name, value).Trim();
        if (text.Length == 0) return 0;

        // .NET's parser forgives trailing NULs; the contract does not.
        return !text.Contains('\0', StringComparison.Ordinal)
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw new BadEnvelopeException($"invalid {name}: {Quote(text)} is not a decimal 64-bit integer");
    }

    /// <summary>A value for an error message: short, and printable whatever was sent.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text.Length > MaxQuoted ? text.AsSpan(0, MaxQuoted) : text)
            quoted.Append(char.IsControl(character) || char.IsSurrogate(character) || character == '"' ? '?' : character);

        return quoted.Append(text.Length > MaxQuoted ? "…\"" : "\"").ToString();
    }

    private static string Text(string name, byte[] value) =>
        Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : throw new BadEnvelopeException($"{name} is not valid UTF-8");
}
