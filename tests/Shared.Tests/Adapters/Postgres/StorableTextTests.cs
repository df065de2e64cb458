using System.Text;
using Workers.Adapters.Postgres;

namespace Workers.Shared.Tests.Adapters.Postgres;

public sealed class StorableTextTests
{
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    // Not [TestCase]: attributes are kept as UTF-8, which has no half surrogate pairs.
    private static readonly string[][] Texts =
    [
        ["", ""],
        ["game-1", "game-1"],
        ["日本 😀 \ufffd ␀", "日本 😀 \ufffd ␀"],
        ["a\0b\0", "a␀b␀"],
        ["a\ud800b", "a\ufffdb"],
        ["a\udc00\ud83d\ude00\0", "a\ufffd😀␀"],
    ];

    [TestCaseSource(nameof(Texts))]
    public void Clean_Text_KeepsWhatCanBeStored(string text, string expected)
    {
        var clean = StorableText.Clean(text);

        clean.Should().Be(expected);
        StorableText.IsStorable(text).Should().Be(text == expected);
    }

    [FsCheck.NUnit.Property]
    public void Clean_AnyText_IsStorableAndStaysClean(string? text)
    {
        var clean = StorableText.Clean(text ?? "");

        clean.Should().NotContain("\0");
        Strict.GetByteCount(clean).Should().BeGreaterThanOrEqualTo(0);
        StorableText.Clean(clean).Should().BeSameAs(clean);
    }
}
