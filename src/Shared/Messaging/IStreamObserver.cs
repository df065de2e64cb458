namespace Workers.Messaging;

/// <summary>Told how a stream consumer is doing, for its probes.</summary>
public interface IStreamObserver
{
    /// <summary>The replica's role changed, or its reason did.</summary>
    void RoleChanged(string label, StreamRole role, string detail);

    /// <summary>A loop turned; the next turn comes within <paramref name="within"/> unless the loop is stuck.</summary>
    void Turned(string label, string loop, TimeSpan within);
}
