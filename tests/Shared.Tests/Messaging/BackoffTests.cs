using Workers.Messaging;

namespace Workers.Shared.Tests.Messaging;

public sealed class BackoffTests
{
    [TestCase(0, 50)]
    [TestCase(1, 50)]
    [TestCase(2, 100)]
    [TestCase(3, 200)]
    [TestCase(6, 1600)]
    [TestCase(7, 2000)]
    [TestCase(1000, 2000)]
    [TestCase(int.MaxValue, 2000)]
    public void Delay_DoublesUpToItsLongest(int attempt, int milliseconds)
    {
        Backoff.Delay(attempt).Should().Be(TimeSpan.FromMilliseconds(milliseconds));
    }
}
