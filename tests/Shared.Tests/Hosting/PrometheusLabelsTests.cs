using System.Text;
using FsCheck;
using Workers.Hosting.Telemetry;

namespace Workers.Shared.Tests.Hosting;

public sealed class PrometheusLabelsTests
{
    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool Escape_IsUndoneByTheParsersRules(NonNull<string> value) => Unescape(PrometheusLabels.Escape(value.Get)) == value.Get;

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool Escape_LeavesNothingThatEndsTheValueOrTheLine(NonNull<string> value)
    {
        var escaped = PrometheusLabels.Escape(value.Get);
        var unquoted = escaped.Replace(@"\\", "", StringComparison.Ordinal).Replace("\\\"", "", StringComparison.Ordinal);

        return !unquoted.Contains('"', StringComparison.Ordinal) && !escaped.Contains('\n', StringComparison.Ordinal);
    }

    [TestCase("a\"b", """a\"b""")]
    [TestCase("a\\b", """a\\b""")]
    [TestCase("a\nb", """a\nb""")]
    [TestCase("\\n", """\\n""")]
    [TestCase("plain, {braces} = é", "plain, {braces} = é")]
    public void Escape_Examples(string value, string expected) => PrometheusLabels.Escape(value).Should().Be(expected);

    [Test]
    public void Format_OrdersByNameAndJoinsTagsThatBecomeOneLabel()
    {
        KeyValuePair<string, object?>[] tags = [new("z", 1.5), new("a.b", "2"), new("a_b", true), new("n", null)];

        PrometheusLabels.Format(tags).Should().Be("""a_b="2;true",n="",z="1.5" """.TrimEnd());
    }

    // As Prometheus reads a label value: three escapes, everything else as it stands.
    private static string Unescape(string text)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            result.Append(text[++i] switch
            {
                'n' => '\n',
                '\\' => '\\',
                '"' => '"',
                var other => throw new FormatException($"unknown escape {other}"),
            });
        }

        return result.ToString();
    }
}
