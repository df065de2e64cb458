using Workers.Hosting.Probes;
using Workers.Messaging;
using Workers.Runtimes;

namespace Workers.StopJobs;

/// <summary>Shows a stream consumer's role and sign of life on the probes.</summary>
internal sealed class StreamProbes : IStreamObserver, IDisposable
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(60);

    private readonly HealthRegistry _health;
    private readonly Heartbeat _heartbeat;

    public StreamProbes(HealthRegistry health, StopJobsOptions options)
    {
        _health = health;
        _heartbeat = health.StartHeartbeat(Check(StopEnvelope.Label), options.Stream.BlockTimeout + Slack);
        RoleChanged(StopEnvelope.Label, StreamRole.Unknown, "starting");
    }

    public void RoleChanged(string label, StreamRole role, string detail) =>
        _health.Report(Check(label), ProbeKind.Ready, role is StreamRole.Owner or StreamRole.Standby, detail);

    public void Turned(string label) => _heartbeat.Beat();

    public void Dispose() => _heartbeat.Dispose();

    private static string Check(string label) => "stream " + label;
}
