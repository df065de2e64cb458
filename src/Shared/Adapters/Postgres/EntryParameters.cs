using Npgsql;
using Workers.Adapters.Postgres.Receipts;
using Workers.Runtimes;

namespace Workers.Adapters.Postgres;

/// <summary>The parameters that <c>move.sql</c> and <c>append.sql</c> have in common.</summary>
internal static class EntryParameters
{
    public static void AddEntry(this NpgsqlParameterCollection parameters, OperationEntry entry)
    {
        var published = entry.Receipt.Published;
        parameters.AddText("op_game_id", entry.GameId);
        parameters.AddText("op_kind", entry.Kind);
        parameters.AddText("op_source", entry.Source);
        parameters.AddText("source_ref", entry.SourceRef);
        parameters.AddText("image_ref", entry.ImageRef);
        parameters.AddText("container_id", entry.ContainerId);
        parameters.AddText("outcome", published.Outcome);
        parameters.AddText("error_code", published.ErrorCode);
        parameters.AddText("error_message", published.ErrorMessage);
        parameters.AddText("receipt", ReceiptJson.Write(entry.Receipt));
        parameters.AddTime("started_at", entry.StartedAt);
        parameters.AddTime("finished_at", entry.FinishedAt);

        var health = entry.Receipt.HealthEvent;
        parameters.AddText("health_game_id", health?.GameId);
        parameters.AddText("health_container_id", health?.ContainerId);
        parameters.AddText("health_event_type", health?.EventType);
        parameters.AddText("health_details", health?.Details);
        parameters.AddTime("health_observed_at", health?.OccurredAt);
    }
}
