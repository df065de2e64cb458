using Workers.Runtimes;
using Workers.Testing;

namespace Workers.Shared.Tests.Adapters.Postgres;

public sealed class InMemoryRuntimeStoreTests : RuntimeStoreContract
{
    private readonly InMemoryRuntimeStore _store = new();

    protected override IRuntimeStore Store => _store;

    protected override Task PutAsync(RuntimeRecord record)
    {
        _store.Put(record);
        return Task.CompletedTask;
    }

    protected override Task DeleteAsync(string gameId)
    {
        _store.Delete(gameId);
        return Task.CompletedTask;
    }

    protected override Task<IReadOnlyList<OperationEntry>> EntriesAsync(string gameId) =>
        Task.FromResult<IReadOnlyList<OperationEntry>>([.. _store.Entries.Where(entry => entry.GameId == gameId)]);

    protected override Task<HealthEvent?> SnapshotAsync(string gameId) => Task.FromResult(_store.Snapshot(gameId));
}
