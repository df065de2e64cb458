using System.Net;
using Workers.Testing;

namespace Workers.Reliability.Tests;

/// <summary>What replicas say of themselves on <c>/healthz/ready</c>.</summary>
internal static class Replicas
{
    private const string StandingBy = "standing by";

    /// <summary>Waits until the worker says that it owns the stream.</summary>
    public static Task OwnsAsync(this WorkerProcess worker, CancellationToken cancellationToken) => Eventually.TrueAsync(
        () => worker.IsOwnerAsync(cancellationToken), cancellationToken, () => $"worker {worker.Id} owns the stream");

    /// <summary>Waits until the worker is ready and says that it stands by.</summary>
    public static Task StandsByAsync(this WorkerProcess worker, CancellationToken cancellationToken) => Eventually.TrueAsync(
        () => worker.IsStandbyAsync(cancellationToken), cancellationToken, () => $"worker {worker.Id} stands by");

    /// <summary>Waits until exactly one of the workers owns the stream and all others stand by; the owner.</summary>
    public static async Task<WorkerProcess> SettleAsync(this IReadOnlyCollection<WorkerProcess> workers, CancellationToken cancellationToken)
    {
        WorkerProcess? owner = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var owners = new List<WorkerProcess>();
                foreach (var worker in workers)
                {
                    if (await worker.IsOwnerAsync(cancellationToken)) owners.Add(worker);
                    else if (!await worker.IsStandbyAsync(cancellationToken)) return false;
                }

                owner = owners.FirstOrDefault();
                return owners.Count == 1;
            },
            cancellationToken, () => "one worker owns the stream and the others stand by");
        return owner!;
    }

    private static async Task<bool> IsOwnerAsync(this WorkerProcess worker, CancellationToken cancellationToken)
    {
        var (status, body) = await worker.GetAsync("/healthz/ready", cancellationToken);
        return status == HttpStatusCode.OK && body.Contains("owner", StringComparison.Ordinal) && !body.Contains(StandingBy, StringComparison.Ordinal);
    }

    private static async Task<bool> IsStandbyAsync(this WorkerProcess worker, CancellationToken cancellationToken)
    {
        var (status, body) = await worker.GetAsync("/healthz/ready", cancellationToken);
        return status == HttpStatusCode.OK && body.Contains(StandingBy, StringComparison.Ordinal);
    }
}
