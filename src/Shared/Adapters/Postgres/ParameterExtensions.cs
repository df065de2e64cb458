using Npgsql;
using NpgsqlTypes;

namespace Workers.Adapters.Postgres;

/// <summary>Typed parameters: a prepared statement's types must not depend on a value being null.</summary>
internal static class ParameterExtensions
{
    /// <summary>Text, made storable; null is SQL's null.</summary>
    public static void AddText(this NpgsqlParameterCollection parameters, string name, string? value) =>
        parameters.Add(new NpgsqlParameter<string?>(name, NpgsqlDbType.Text) { TypedValue = value is null ? null : StorableText.Clean(value) });

    /// <summary>A <c>timestamptz</c>, whose resolution is one microsecond.</summary>
    public static void AddTime(this NpgsqlParameterCollection parameters, string name, DateTimeOffset? value) =>
        parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.TimestampTz) { Value = value is { } time ? time.UtcDateTime : DBNull.Value });

    public static void AddNumber(this NpgsqlParameterCollection parameters, string name, long? value) =>
        parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Bigint) { Value = value is { } number ? number : DBNull.Value });
}
