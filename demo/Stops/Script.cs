namespace Workers.Demo.Stops;

/// <summary>The envelopes of one run, in the order of sending.</summary>
internal static class Script
{
    private const int KilledBySignal9 = 137;

    /// <param name="run">Tells the games of this run from those of earlier ones.</param>
    /// <param name="time">Clock for <c>requested_at_ms</c>.</param>
    public static IReadOnlyList<Envelope> Write(string run, TimeProvider time)
    {
        var stopped = new Expectation { Outcome = "success", Container = "exited 0", Record = "stopped" };
        var chess = New("chess", Situation.Obeys);
        var unknown = New("unknown", Situation.Unknown);

        // The one that takes longest goes first: nobody waits for it.
        return
        [
            Stop(1, "ignores SIGTERM", New("stubborn", Situation.Ignores), "timeout",
                stopped with { Container = $"exited {KilledBySignal9}" }),
            Stop(2, "exits on SIGTERM", chess, "finished", stopped),
            Stop(3, "exits on SIGTERM", New("go", Situation.Obeys), "cancelled", stopped),
            Stop(4, "exits on SIGTERM", New("bridge", Situation.Obeys), "admin_request", stopped),
            Stop(5, "already stopped", New("over", Situation.Exited), "finished", stopped),
            Stop(6, "removed behind the worker's back", New("vanished", Situation.Removed), "orphan_cleanup",
                new Expectation { Outcome = "success", Container = "gone", Record = "removed", Disappeared = true }),
            Stop(7, "unknown game", unknown, "orphan_cleanup", new Expectation
            {
                Outcome = "failure",
                ErrorCode = "not_found",
                ErrorMessage = $"runtime record for game \"{unknown.Id}\" does not exist",
            }),
            Stop(8, "repeated envelope", chess, "finished", stopped with { ErrorCode = "replay_no_op" }),

            // No game, no reason, and bytes that are not UTF-8.
            new Envelope(9, "garbage", null, [new("garbage", [0xDE, 0xAD, 0xBE, 0xEF])],
                new Expectation { Outcome = Expectation.DeadLetter }),
        ];

        Game New(string name, Situation situation) => new($"{name}-{run}", situation);

        Envelope Stop(int number, string title, Game game, string reason, Expectation expected) =>
            Envelope.Stop(number, title, game, reason, expected, time);
    }
}
