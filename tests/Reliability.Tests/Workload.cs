using Workers.Reliability.Tests.Checking;

namespace Workers.Reliability.Tests;

/// <summary>
/// A day of stop messages, fixed by the seed: games of all kinds come up one after the other, are stopped again and again,
/// and now and then somebody sends garbage.
/// </summary>
internal sealed class Workload
{
    private const double GarbageShare = 0.1;

    private readonly Site _site;
    private readonly Random _random;
    private readonly Queue<ExpectedGame?> _envelopes;

    private Workload(Site site, Random random, IEnumerable<ExpectedGame?> envelopes)
    {
        _site = site;
        _random = random;
        _envelopes = new Queue<ExpectedGame?>(envelopes);
    }

    /// <summary>Envelopes that were not sent yet.</summary>
    public int Left => _envelopes.Count;

    /// <summary>Sets up the games and plans the envelopes.</summary>
    /// <param name="site">Where.</param>
    /// <param name="random">Decides everything.</param>
    /// <param name="envelopes">How many will be sent.</param>
    /// <param name="games">Of how many games.</param>
    /// <param name="containers">How many of them have a container that runs.</param>
    /// <param name="cancellationToken">Of the test.</param>
    public static async Task<Workload> PrepareAsync(
        Site site, Random random, int envelopes, int games, int containers, CancellationToken cancellationToken)
    {
        var running = Enumerable.Range(0, containers)
            .Select(async _ => await site.AddRunningAsync(await site.Containers.ObedientAsync(cancellationToken)));
        var others = Enumerable.Range(0, games - containers).Select(number => (number % 4) switch
        {
            0 => site.AddStoppedAsync(),
            1 => site.AddRemovedAsync(),
            2 => site.AddVanishedAsync(),
            _ => Task.FromResult(site.AddUnknown()),
        });
        var all = await Task.WhenAll(running.Concat(others));
        random.Shuffle(all);

        return new Workload(site, new Random(random.Next()), Plan(all, envelopes, random).ToList());
    }

    /// <summary>Sends the next of them, with a pause of up to <paramref name="longestPause"/> after each.</summary>
    public async Task SendAsync(int count, TimeSpan longestPause, CancellationToken cancellationToken)
    {
        for (var sent = 0; sent < count && _envelopes.TryDequeue(out var game); sent++)
        {
            if (game is null) await _site.SendGarbageAsync(_random.Next(100));
            else await _site.SendAsync(game);

            await Task.Delay(_random.Pause(longestPause), cancellationToken);
        }
    }

    private static IEnumerable<ExpectedGame?> Plan(ExpectedGame[] games, int envelopes, Random random)
    {
        for (var number = 0; number < envelopes; number++)
        {
            // Games come up bit by bit, so that there is a first stop of one until the end.
            var up = 1 + (games.Length - 1) * number / envelopes;
            yield return random.NextDouble() < GarbageShare ? null
                : random.Next(2) == 0 ? games[up - 1]
                : games[random.Next(up)];
        }
    }
}
