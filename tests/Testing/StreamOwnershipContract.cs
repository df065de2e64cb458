using Workers.Messaging;

namespace Workers.Testing;

/// <summary>What every <see cref="IStreamOwnership"/> promises: one owner at a time, and an epoch that never repeats (invariant 4).</summary>
public abstract class StreamOwnershipContract : StreamStoreFixture
{
    // --- claiming ------------------------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Claim_OfAFreeStream_IsGranted(CancellationToken cancellationToken)
    {
        var answer = await Ownership.ClaimAsync(ClaimOf(Me, LongTtl), dead: null, cancellationToken);

        answer.Should().Be(new ClaimAnswer(ClaimKind.Granted, new OwnerIdentity(Me, answer.Owner.Epoch, Engine), LongTtl));
        answer.Owner.Epoch.Should().BePositive();
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_OfAHeldStream_NamesItsOwner([Values(Me, Rival)] string claimant, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);

        var answer = await Ownership.ClaimAsync(ClaimOf(claimant, LongTtl), dead: null, cancellationToken);

        answer.Kind.Should().Be(ClaimKind.Held);
        answer.Owner.Should().Be(new OwnerIdentity(Me, fence.Epoch, Engine));
        answer.Remaining.Should().BePositive().And.BeLessThanOrEqualTo(LongTtl);
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_AfterTheLeaseLapsed_IsGrantedAtAHigherEpoch(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken, ShortTtl);
        await PassAsync(ShortTtl * 2, cancellationToken);

        var answer = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl), dead: null, cancellationToken);

        answer.Kind.Should().Be(ClaimKind.Granted);
        answer.Owner.Instance.Should().Be(Rival);
        answer.Owner.Epoch.Should().BeGreaterThan(fence.Epoch);
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_WhenTheOwnerIsKnownToBeDead_IsGrantedAtOnce(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var dead = new OwnerIdentity(Me, fence.Epoch, Engine);

        var answer = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl), dead, cancellationToken);

        answer.Kind.Should().Be(ClaimKind.Granted);
        answer.Owner.Epoch.Should().BeGreaterThan(fence.Epoch);
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_WhenTheDeadOneIsNotTheOwner_IsHeld(
        [Values("another instance", "another epoch")] string difference, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var dead = difference == "another instance"
            ? new OwnerIdentity("host-c:3:boot.3", fence.Epoch, Engine)
            : new OwnerIdentity(Me, fence.Epoch - 1, Engine);

        var answer = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl), dead, cancellationToken);

        answer.Kind.Should().Be(ClaimKind.Held);
        answer.Owner.Instance.Should().Be(Me);
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_WithAnotherEngine_IsRefused(
        [Values("released", "lapsed", "dead")] string ending, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken, ending == "lapsed" ? ShortTtl : LongTtl);
        if (ending == "released") await Ownership.ReleaseAsync(fence, cancellationToken);
        if (ending == "lapsed") await PassAsync(ShortTtl * 2, cancellationToken);
        var dead = ending == "dead" ? new OwnerIdentity(Me, fence.Epoch, Engine) : null;

        var refused = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl, "engine-2"), dead, cancellationToken);
        var granted = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl, Engine), dead, cancellationToken);

        refused.Kind.Should().Be(ClaimKind.OtherEngine);
        refused.Owner.Should().Be(new OwnerIdentity(Me, fence.Epoch, Engine));
        granted.Kind.Should().Be(ClaimKind.Granted, "a refusal changes nothing");
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_WithAnotherEngineWhileHeld_IsRefusedAsWell(CancellationToken cancellationToken)
    {
        await OwnAsync(cancellationToken);

        var answer = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl, "engine-2"), dead: null, cancellationToken);

        answer.Kind.Should().Be(ClaimKind.OtherEngine, "it would not take over when the owner goes either");
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_OfOneThatDrivesNoEngine_IsGranted(CancellationToken cancellationToken)
    {
        await Ownership.ReleaseAsync(await OwnAsync(cancellationToken), cancellationToken);

        var answer = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl, ""), dead: null, cancellationToken);

        answer.Kind.Should().Be(ClaimKind.Granted);
        answer.Owner.EngineId.Should().BeEmpty();
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_WithAnotherEngineAfterTheStateWasDeleted_IsGranted(CancellationToken cancellationToken)
    {
        await Ownership.ReleaseAsync(await OwnAsync(cancellationToken), cancellationToken);
        await Peer.ForgetStateAsync(Label);

        var answer = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl, "engine-2"), dead: null, cancellationToken);

        answer.Kind.Should().Be(ClaimKind.Granted, "that is the operator's way to replace an engine");
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_EveryTime_RaisesTheEpoch(CancellationToken cancellationToken)
    {
        var epochs = new List<long>();

        for (var round = 0; round < 50; round++)
        {
            var fence = await OwnAsync(cancellationToken);
            epochs.Add(fence.Epoch);
            await Ownership.ReleaseAsync(fence, cancellationToken);
        }

        epochs.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Test, CancelAfter(30_000)]
    public async Task Claim_AfterTheStateWasDeleted_StillRaisesTheEpoch(CancellationToken cancellationToken)
    {
        var before = await OwnAsync(cancellationToken);
        await Ownership.ReleaseAsync(before, cancellationToken);
        await Peer.ForgetStateAsync(Label);
        // Epochs then rest on the clock alone, which counts milliseconds.
        await PassAsync(TimeSpan.FromMilliseconds(2), cancellationToken);

        var after = await OwnAsync(cancellationToken);

        after.Epoch.Should().BeGreaterThan(before.Epoch);
    }

    // --- renewing ------------------------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Renew_ByTheOwner_Extends(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken, TimeSpan.FromSeconds(10));

        var answer = await Ownership.RenewAsync(fence, LongTtl, Nothing, cancellationToken);

        answer.Should().Be(CommitAnswer.Ok);
        var rival = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl), dead: null, cancellationToken);
        rival.Remaining.Should().BeGreaterThan(TimeSpan.FromMinutes(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task Renew_BySomeoneElse_IsFenced(
        [Values("same epoch, other instance", "same instance, other epoch")] string who, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken, TimeSpan.FromSeconds(10));
        var stranger = who == "same epoch, other instance" ? fence with { Instance = Rival } : fence with { Epoch = fence.Epoch + 1 };

        var answer = await Ownership.RenewAsync(stranger, LongTtl, Nothing, cancellationToken);

        answer.Should().Be(CommitAnswer.Fenced);
        var held = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl), dead: null, cancellationToken);
        held.Remaining.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(10), "nothing was extended");
    }

    [Test, CancelAfter(30_000)]
    public async Task Renew_AfterTheOwnershipEnded_IsFenced(
        [Values("released", "lapsed", "taken over")] string ending, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken, ShortTtl);
        if (ending == "released") await Ownership.ReleaseAsync(fence, cancellationToken);
        else await PassAsync(ShortTtl * 2, cancellationToken);
        if (ending == "taken over") await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl), dead: null, cancellationToken);

        var answer = await Ownership.RenewAsync(fence, LongTtl, Nothing, cancellationToken);

        answer.Should().Be(CommitAnswer.Fenced);
    }

    [Test, CancelAfter(30_000)]
    public async Task Renew_WhenTheStoreIsBehind_IsRewoundAndExtends(
        [Values("offset", "done set")] string what, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken, TimeSpan.FromSeconds(10));
        var (_, known) = await Log.CommitAsync(CommitOf(fence, Id(5), Nothing, Finished(Id(5)), Finished(Id(7))), cancellationToken);
        if (what == "offset") await Peer.SetOffsetAsync(Label, "4");
        else await Peer.ForgetDoneAsync(Label, Id(7));

        var answer = await Ownership.RenewAsync(fence, LongTtl, known, cancellationToken);

        answer.Should().Be(CommitAnswer.Rewound);
        var rival = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl), dead: null, cancellationToken);
        rival.Remaining.Should().BeGreaterThan(TimeSpan.FromMinutes(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task Renew_WhenTheStoreIsAhead_IsOk(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        await Log.CommitAsync(CommitOf(fence, Id(5), Nothing, Finished(Id(5))), cancellationToken);

        var answer = await Ownership.RenewAsync(fence, LongTtl, Nothing, cancellationToken);

        answer.Should().Be(CommitAnswer.Ok, "a commit may be on its way while a renewal is");
    }

    // --- releasing -----------------------------------------------------------------------

    [Test, CancelAfter(30_000)]
    public async Task Release_ByTheOwner_LetsAStandbyTakeOverAtOnce(CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);

        await Ownership.ReleaseAsync(fence, cancellationToken);
        await Ownership.ReleaseAsync(fence, cancellationToken);

        var answer = await Ownership.ClaimAsync(ClaimOf(Rival, LongTtl), dead: null, cancellationToken);
        answer.Kind.Should().Be(ClaimKind.Granted);
    }

    [Test, CancelAfter(30_000)]
    public async Task Release_BySomeoneElse_ChangesNothing(
        [Values("same epoch, other instance", "same instance, other epoch")] string who, CancellationToken cancellationToken)
    {
        var fence = await OwnAsync(cancellationToken);
        var stranger = who == "same epoch, other instance" ? fence with { Instance = Rival } : fence with { Epoch = fence.Epoch + 1 };

        await Ownership.ReleaseAsync(stranger, cancellationToken);

        (await Ownership.RenewAsync(fence, LongTtl, Nothing, cancellationToken)).Should().Be(CommitAnswer.Ok);
    }
}
