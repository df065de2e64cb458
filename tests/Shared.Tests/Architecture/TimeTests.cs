using System.Text.RegularExpressions;

namespace Workers.Shared.Tests.Architecture;

/// <summary>Time goes through <see cref="TimeProvider"/>, and nothing blocks a thread.</summary>
internal sealed partial class TimeTests
{
    [Test]
    public void Sources_ReadTheClockThroughTimeProviderOnly() =>
        SourceTree.Lines().Where(line => AmbientClock().IsMatch(line.Text)).Should().BeEmpty();

    [Test]
    public void Sources_BlockNoThread() =>
        SourceTree.Lines().Where(line => BlockingWait().IsMatch(line.Text)).Should().BeEmpty();

    [Test]
    public void Delays_NameTheirTimeProvider() =>
        SourceTree.Lines()
            .Where(line => line.Text.Contains("Task.Delay(", StringComparison.Ordinal) && !Provider().IsMatch(line.Text))
            .Should().BeEmpty();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b|\bStopwatch\.|\bEnvironment\.TickCount", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AmbientClock();

    // A probe's check has a Result that is no task's.
    [GeneratedRegex(@"Thread\.Sleep|(?<!check)\.Result\b(?! *[=;{])|\.Wait\(\)|GetAwaiter\(\)\.GetResult\(\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BlockingWait();

    [GeneratedRegex(@"\b_?time\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Provider();
}
