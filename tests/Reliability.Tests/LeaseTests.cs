using Workers.Reliability.Tests.Checking;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>One lease per game: a conflict is reported while another actor holds it, and only then.</summary>
internal sealed class LeaseTests : ReliabilityFixture
{
    private const string Conflict = "conflict";

    [Test, CancelAfter(600_000)]
    public async Task Lease_WhenAnotherActorComesAndGoes_ConflictsWhileItIsHeldAndOnlyThen(CancellationToken cancellationToken)
    {
        ExpectedGame[] games =
        [
            .. await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Site.AddStoppedAsync())),
            await Site.AddRunningAsync(await Site.Containers.ObedientAsync(cancellationToken)),
            await Site.AddRunningAsync(await Site.Containers.ObedientAsync(cancellationToken)),
        ];
        foreach (var game in games) Site.Contended.Add(game.Record.GameId);
        var worker = Site.StartWorker();
        await worker.ReadyAsync(cancellationToken);
        using var enough = new CancellationTokenSource();
        var holders = Array.ConvertAll(games, game => new ForeignHolder(Site.Streams.Database, game.Record.GameId, new Random(Random.Next())));
        var holding = Task.WhenAll(holders.Select(holder => holder.RunAsync(enough.Token)));

        for (var sent = 0; sent < TestEnvironment.Loops(300, 5000); sent++)
        {
            await Site.SendAsync(games[Random.Next(games.Length)]);
            await Task.Delay(Random.Pause(TimeSpan.FromMilliseconds(10)), cancellationToken);
        }

        await Site.DrainedAsync(TimeSpan.FromSeconds(20), cancellationToken);
        await enough.CancelAsync();
        await holding;
        (await worker.StopAsync(cancellationToken)).Should().Be(0);

        await Site.ShouldHoldAsync();
        holders.SelectMany(holder => holder.Leases).Should().OnlyContain(lease => lease.StolenBy == null);
        Judge((await Site.ReadEvidenceAsync()).Operations, holders).Should().BeEmpty();
    }

    private static List<string> Judge(IReadOnlyList<EvidenceOperation> operations, IReadOnlyList<ForeignHolder> holders)
    {
        var leasesOf = holders.ToDictionary(holder => holder.GameId, holder => holder.Leases, StringComparer.Ordinal);
        var (conflicts, others) = (0, 0);
        var violations = new List<string>();
        foreach (var operation in operations)
        {
            var leases = leasesOf[operation.GameId];
            if (operation.Published?.ErrorCode == Conflict)
            {
                conflicts++;
                if (!leases.Any(lease => lease.MayTouch(operation.StartedAt, operation.FinishedAt)))
                    violations.Add($"a conflict while nobody else held the lease: {operation}");
            }
            else
            {
                others++;
                if (leases.Any(lease => lease.Covers(operation.StartedAt, operation.FinishedAt)))
                    violations.Add($"no conflict while another actor held the lease: {operation}");
            }
        }

        // Without both, nothing was tried.
        conflicts.Should().BePositive();
        others.Should().BePositive();
        return violations;
    }
}
