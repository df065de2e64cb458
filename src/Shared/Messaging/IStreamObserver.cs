namespace Workers.Messaging;

/// <summary>Told how a stream consumer is doing, for its probes.</summary>
public interface IStreamObserver
{
    /// <summary>The replica's role changed, or its reason did.</summary>
    void RoleChanged(string label, StreamRole role, string detail);

    /// <summary>The loop turned. It does so at least once per block timeout, whatever it waits for.</summary>
    void Turned(string label);
}
