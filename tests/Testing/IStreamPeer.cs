using Workers.Messaging;

namespace Workers.Testing;

/// <summary>What others do to a stream store past the ports: senders, operators, and whoever breaks things.</summary>
public interface IStreamPeer
{
    /// <summary>Appends an entry; without an id the store gives it one.</summary>
    Task<StreamEntryId> AddAsync(string stream, StreamEntryId? id, params IReadOnlyList<(byte[] Name, byte[] Value)> fields);

    /// <summary>A stream, whole; empty when it does not exist.</summary>
    Task<IReadOnlyList<StreamEntry>> EntriesAsync(string stream);

    /// <summary>Trims a stream to exactly this many of its newest entries.</summary>
    Task TrimAsync(string stream, int keep);

    /// <summary>Deletes a stream.</summary>
    Task DeleteAsync(string stream);

    /// <summary>Puts something that is no stream under the name of one.</summary>
    Task OccupyAsync(string stream);

    /// <summary>The offset as it is stored; null when there is none.</summary>
    Task<string?> OffsetAsync(string label);

    /// <summary>Sets the offset as an operator would, in their spelling; nobody counts what lies below it.</summary>
    Task SetOffsetAsync(string label, string text);

    /// <summary>Takes an entry out of the done set, as a server does that lost its last moments.</summary>
    Task ForgetDoneAsync(string label, StreamEntryId id);

    /// <summary>Deletes what outlives the owners of a label: last epoch, last engine, count.</summary>
    Task ForgetStateAsync(string label);
}
