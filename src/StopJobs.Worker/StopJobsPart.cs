using Microsoft.Extensions.Logging;
using Workers.Hosting;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.StopJobs;

/// <summary><c>runtime:stop_jobs</c> in, one outcome per envelope out.</summary>
internal sealed class StopJobsPart : IWorkerPart, IDisposable
{
    private readonly Startup _startup;
    private readonly StreamConsumer<StopEnvelope, StopReceipt> _consumer;

    public StopJobsPart(
        StopJobsOptions options, RuntimeStopService stops, Startup startup, IStreamLog log, IStreamOwnership ownership, IStreamObserver observer,
        TimeProvider time, ILogger<StopJobsPart> logger)
    {
        _startup = startup;
        _consumer = new StreamConsumer<StopEnvelope, StopReceipt>(
            Binding(stops, options.ResultsMaxLength), options.Stream, log, ownership, observer, time, logger);
    }

    public string Name => "stop jobs";

    public async Task RunAsync(WorkerTokens tokens)
    {
        await _startup.SchemaAsync(tokens.Stop);
        await _consumer.RunAsync(_startup.EngineIdAsync, tokens.Stop, tokens.Work);
    }

    public void Dispose() => _consumer.Dispose();

    private static StreamBinding<StopEnvelope, StopReceipt> Binding(RuntimeStopService stops, long resultsMaxLength) => new()
    {
        Label = StopEnvelope.Label,
        Stream = StopEnvelope.Stream,
        Decode = StopEnvelope.Decode,
        Key = envelope => envelope.GameId,
        Handle = (envelope, delivery, cancellationToken) => stops.HandleAsync(
            new StopRequest
            {
                GameId = envelope.GameId,
                Reason = envelope.Reason,
                Source = OperationSource.LobbyStream,
                SourceRef = delivery.EntryId.ToString(),
            },
            delivery.Ownership, cancellationToken),
        Encode = (_, receipt) => StopResults.Encode(receipt, resultsMaxLength),
    };
}
