using Workers.Messaging;

namespace Workers.Testing;

/// <summary>A stream store under test: its two ports, and the way past them.</summary>
public sealed record StreamStore(IStreamLog Log, IStreamOwnership Ownership, IStreamPeer Peer);
