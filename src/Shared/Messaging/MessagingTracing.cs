using System.Diagnostics;
using System.Text;

namespace Workers.Messaging;

/// <summary>Continues a trace that arrives in a stream entry's <c>traceparent</c> field.</summary>
internal static class MessagingTracing
{
    public const string SourceName = "Workers.Messaging";

    private const string TraceParent = "traceparent";
    private const int TraceParentLength = 55;
    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The sender's context; none when it sent none that can be read, or nobody traces.</summary>
    public static ActivityContext ParentOf(StreamEntry entry) =>
        Source.HasListeners()
        && entry.Find(TraceParent) is { Length: TraceParentLength } value
        && ActivityContext.TryParse(Encoding.ASCII.GetString(value), null, isRemote: true, out var parent)
            ? parent
            : default;

    /// <summary>The span of one entry's handling.</summary>
    public static Activity? Start(string stream, ActivityContext parent, StreamEntryId id)
    {
        var activity = Source.StartActivity($"{stream} process", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.system", "redis");
        activity?.SetTag("messaging.destination.name", stream);
        activity?.SetTag("messaging.message.id", id.ToString());
        return activity;
    }
}
