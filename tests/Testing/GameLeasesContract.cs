using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.Testing;

/// <summary>What every <see cref="IGameLeases"/> promises: one holder, and a dead predecessor is no conflict.</summary>
public abstract class GameLeasesContract
{
    private const string Game = "game-1";
    private const string Me = "host-a:1:boot.1";
    private const string Rival = "host-b:2:boot.2";
    private const long Epoch = 1000;

    private static readonly TimeSpan LongTtl = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortTtl = TimeSpan.FromMilliseconds(50);

    private static readonly LeaseToken Mine = LeaseToken.New(new Fence("stopjobs", Me, Epoch));
    private static readonly LeaseToken Unfenced = LeaseToken.New(null);

    private (IGameLeases Leases, ILeasePeer Peer)? _store;

    private IGameLeases Leases => _store!.Value.Leases;

    private ILeasePeer Peer => _store!.Value.Peer;

    [SetUp]
    public async Task SetUpStoreAsync() => _store = await CreateAsync();

    /// <summary>An empty store.</summary>
    protected abstract Task<(IGameLeases Leases, ILeasePeer Peer)> CreateAsync();

    /// <summary>Lets this much time pass for the store.</summary>
    protected abstract Task PassAsync(TimeSpan span, CancellationToken cancellationToken);

    // --- acquiring -----------------------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Acquire_OfAFreeLease_HoldsTheToken([Values] bool fenced, CancellationToken cancellationToken)
    {
        var token = fenced ? Mine : Unfenced;

        var acquired = await Leases.TryAcquireAsync(Game, token, LongTtl, cancellationToken);

        acquired.Should().BeTrue();
        (await Peer.HolderAsync(Game)).Should().Be(token.ToString());
    }

    [Test, CancelAfter(30_000)]
    public async Task Acquire_WithTheSameToken_IsOursAlready([Values] bool fenced, CancellationToken cancellationToken)
    {
        var token = fenced ? Mine : Unfenced;
        await Leases.TryAcquireAsync(Game, token, LongTtl, cancellationToken);

        var again = await Leases.TryAcquireAsync(Game, token, LongTtl, cancellationToken);

        again.Should().BeTrue("the answer of the first may have been lost");
    }

    [TestCase("stopjobs/999/host-b:2:boot.2/n", TestName = "Acquire_AfterAnOlderEpochOfTheLabel_TakesItOver")]
    [TestCase("stopjobs/99/host-b:2:boot.2/n", TestName = "Acquire_AfterAnEpochWithFewerDigits_TakesItOver")]
    [TestCase("stopjobs/1/host-a:1:boot.1/n", TestName = "Acquire_AfterAnOlderEpochOfThisInstance_TakesItOver")]
    [TestCase("stopjobs/1000/host-a:1:boot.1/n", TestName = "Acquire_AfterThisVeryOwner_TakesItOver")]
    [CancelAfter(30_000)]
    public async Task Acquire_AfterADeadPredecessor_TakesItOver(string held, CancellationToken cancellationToken)
    {
        await Peer.HoldAsync(Game, held, LongTtl);

        var acquired = await Leases.TryAcquireAsync(Game, Mine, LongTtl, cancellationToken);

        acquired.Should().BeTrue();
        (await Peer.HolderAsync(Game)).Should().Be(Mine.ToString());
    }

    [TestCase("stopjobs/1001/host-b:2:boot.2/n", TestName = "Acquire_WhenANewerEpochHoldsIt_IsRefused")]
    [TestCase("stopjobs/1001/host-a:1:boot.1/n", TestName = "Acquire_WhenANewerEpochOfThisInstanceHoldsIt_IsRefused")]
    [TestCase("stopjobs/10000/host-b:2:boot.2/n", TestName = "Acquire_WhenAnEpochWithMoreDigitsHoldsIt_IsRefused")]
    [TestCase("stopjobs/1000/host-b:2:boot.2/n", TestName = "Acquire_WhenTheSameEpochOfAnotherInstanceHoldsIt_IsRefused")]
    [TestCase("producerstop/1/host-a:1:boot.1/n", TestName = "Acquire_WhenAnotherLabelHoldsIt_IsRefused")]
    [TestCase("rtmanager-fallback-token", TestName = "Acquire_WhenAStrangerHoldsIt_IsRefused")]
    [TestCase("stopjobs/1", TestName = "Acquire_WhenAStrangerResemblesUs_IsRefused")]
    [TestCase("stopjobs/one/host-a:1:boot.1/n", TestName = "Acquire_WhenTheEpochIsNoNumber_IsRefused")]
    [TestCase("stopjobs/1/host-a:1:boot.1/n/more", TestName = "Acquire_WhenThereIsMoreThanATokenHas_IsRefused")]
    [TestCase("", TestName = "Acquire_WhenTheHolderIsEmpty_IsRefused")]
    [CancelAfter(30_000)]
    public async Task Acquire_OfSomeoneElsesLease_IsRefused(string held, CancellationToken cancellationToken)
    {
        await Peer.HoldAsync(Game, held, LongTtl);

        var fenced = await Leases.TryAcquireAsync(Game, Mine, LongTtl, cancellationToken);
        var unfenced = await Leases.TryAcquireAsync(Game, Unfenced, LongTtl, cancellationToken);

        (fenced, unfenced).Should().Be((false, false));
        (await Peer.HolderAsync(Game)).Should().Be(held);
    }

    [Test, CancelAfter(30_000)]
    public async Task Acquire_WithoutAFence_TakesNobodysLeaseOver(CancellationToken cancellationToken)
    {
        await Leases.TryAcquireAsync(Game, Mine, LongTtl, cancellationToken);

        var acquired = await Leases.TryAcquireAsync(Game, Unfenced, LongTtl, cancellationToken);

        acquired.Should().BeFalse();
        (await Peer.HolderAsync(Game)).Should().Be(Mine.ToString());
    }

    [Test, CancelAfter(30_000)]
    public async Task Acquire_OfAnotherGame_IsIndependent(CancellationToken cancellationToken)
    {
        await Peer.HoldAsync(Game, "someone", LongTtl);

        var acquired = await Leases.TryAcquireAsync("game-2", Mine, LongTtl, cancellationToken);

        acquired.Should().BeTrue();
    }

    [Test, CancelAfter(30_000)]
    public async Task Acquire_AfterTheLeaseLapsed_IsGranted(CancellationToken cancellationToken)
    {
        await Leases.TryAcquireAsync(Game, LeaseToken.New(new Fence("stopjobs", Rival, Epoch + 1)), ShortTtl, cancellationToken);
        await PassAsync(ShortTtl * 2, cancellationToken);

        var acquired = await Leases.TryAcquireAsync(Game, Mine, LongTtl, cancellationToken);

        acquired.Should().BeTrue();
    }

    // --- renewing and releasing ----------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Renew_ByTheToken_Extends(CancellationToken cancellationToken)
    {
        var ttl = TimeSpan.FromSeconds(1);
        await Leases.TryAcquireAsync(Game, Mine, ttl, cancellationToken);

        var renewed = await Leases.RenewAsync(Game, Mine, LongTtl, cancellationToken);

        renewed.Should().BeTrue();
        await PassAsync(ttl * 1.2, cancellationToken);
        (await Peer.HolderAsync(Game)).Should().Be(Mine.ToString());
    }

    [Test, CancelAfter(30_000)]
    public async Task Renew_ByAnotherToken_IsRefused(CancellationToken cancellationToken)
    {
        await Leases.TryAcquireAsync(Game, Mine, LongTtl, cancellationToken);

        var renewed = await Leases.RenewAsync(Game, LeaseToken.New(Mine.Fence), LongTtl, cancellationToken);

        renewed.Should().BeFalse();
    }

    [Test, CancelAfter(30_000)]
    public async Task Renew_AfterTheLeaseLapsed_IsRefused(CancellationToken cancellationToken)
    {
        await Leases.TryAcquireAsync(Game, Mine, ShortTtl, cancellationToken);
        await PassAsync(ShortTtl * 2, cancellationToken);

        var renewed = await Leases.RenewAsync(Game, Mine, LongTtl, cancellationToken);

        renewed.Should().BeFalse();
        (await Peer.HolderAsync(Game)).Should().BeNull();
    }

    [Test, CancelAfter(30_000)]
    public async Task Release_ByTheToken_FreesTheLease(CancellationToken cancellationToken)
    {
        await Leases.TryAcquireAsync(Game, Mine, LongTtl, cancellationToken);

        await Leases.ReleaseAsync(Game, Mine, cancellationToken);
        await Leases.ReleaseAsync(Game, Mine, cancellationToken);

        (await Peer.HolderAsync(Game)).Should().BeNull();
    }

    [Test, CancelAfter(30_000)]
    public async Task Release_ByAnotherToken_ChangesNothing(CancellationToken cancellationToken)
    {
        await Leases.TryAcquireAsync(Game, Mine, LongTtl, cancellationToken);

        await Leases.ReleaseAsync(Game, LeaseToken.New(Mine.Fence), cancellationToken);

        (await Peer.HolderAsync(Game)).Should().Be(Mine.ToString());
    }
}
