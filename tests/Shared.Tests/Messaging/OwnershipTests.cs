using Workers.Messaging;
using Workers.Testing;

namespace Workers.Shared.Tests.Messaging;

public sealed class OwnershipTests
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);
    private static readonly Fence Fence = new("stopjobs", "host:1:boot.1", 7);

    [Test]
    public void EnsureHeld_UntilTheDeadline_LetsPass()
    {
        var time = new ManualTimeProvider();
        var owned = new Ownership(Fence, "engine", Ttl, time.GetTimestamp(), time);

        time.Advance(Ttl - TimeSpan.FromTicks(1));

        owned.Invoking(ownership => ownership.EnsureHeld()).Should().NotThrow();
        owned.Remaining.Should().Be(TimeSpan.FromTicks(1));
    }

    [Test]
    public void EnsureHeld_FromTheDeadlineOn_IsFenced()
    {
        var time = new ManualTimeProvider();
        var owned = new Ownership(Fence, "engine", Ttl, time.GetTimestamp(), time);

        time.Advance(Ttl);

        owned.Invoking(ownership => ownership.EnsureHeld()).Should().Throw<FencedException>().WithMessage("*stopjobs*7*");
    }

    [Test]
    public void Deadline_CountsFromBeforeTheClaimWasSent()
    {
        var time = new ManualTimeProvider();
        var sentAt = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(5));

        var owned = new Ownership(Fence, "engine", Ttl, sentAt, time);

        owned.Remaining.Should().Be(TimeSpan.FromSeconds(10));
    }

    [Test]
    public void Deadline_AfterARenewal_CountsFromBeforeItWasSent()
    {
        var time = new ManualTimeProvider();
        var owned = new Ownership(Fence, "engine", Ttl, time.GetTimestamp(), time);
        time.Advance(TimeSpan.FromSeconds(14));
        var sentAt = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(3));

        owned.Renewed(sentAt);

        owned.Remaining.Should().Be(TimeSpan.FromSeconds(12));
        owned.Invoking(ownership => ownership.EnsureHeld()).Should().NotThrow();
    }
}
