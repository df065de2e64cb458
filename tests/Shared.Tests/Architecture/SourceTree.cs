using Workers.Testing;

namespace Workers.Shared.Tests.Architecture;

/// <summary>The sources as text, for rules that no analyzer knows.</summary>
internal static class SourceTree
{
    /// <summary>Lines of code below a folder of <c>src</c>: path, number, text; comments left out.</summary>
    public static IEnumerable<(string Path, int Number, string Text)> Lines(params string[] folder)
    {
        var root = Path.Combine([TestEnvironment.Root, "src", .. folder]);
        var separator = Path.DirectorySeparatorChar;
        return
            from path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            where !path.Contains($"{separator}obj{separator}", StringComparison.Ordinal)
            from line in File.ReadLines(path).Select((text, index) => (Text: text.Trim(), Number: index + 1))
            where !line.Text.StartsWith("//", StringComparison.Ordinal)
            select (Path.GetRelativePath(TestEnvironment.Root, path), line.Number, line.Text);
    }
}
