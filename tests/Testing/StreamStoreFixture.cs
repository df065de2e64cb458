using System.Text;
using Workers.Messaging;

namespace Workers.Testing;

/// <summary>What the contracts of a stream store share: a fresh store for every test, and words to speak to it.</summary>
public abstract class StreamStoreFixture
{
    protected const string Label = "contract";
    protected const string Jobs = "contract:jobs";
    protected const string Results = "contract:results";
    protected const string OtherResults = "contract:other_results";
    protected const string Engine = "engine-1";
    protected const string Me = "host-a:1:boot.1";
    protected const string Rival = "host-b:2:boot.2";

    /// <summary>Longer than any test.</summary>
    protected static readonly TimeSpan LongTtl = TimeSpan.FromMinutes(5);

    /// <summary>To be waited out.</summary>
    protected static readonly TimeSpan ShortTtl = TimeSpan.FromMilliseconds(50);

    /// <summary>Nothing is committed.</summary>
    protected static readonly StreamProgress Nothing = new(StreamEntryId.Zero, 0, 0);

    private StreamStore? _store;

    protected IStreamLog Log => Store.Log;

    protected IStreamOwnership Ownership => Store.Ownership;

    protected IStreamPeer Peer => Store.Peer;

    private StreamStore Store => _store ?? throw new InvalidOperationException("The fixture is not set up.");

    [SetUp]
    public async Task SetUpStoreAsync() => _store = await CreateAsync();

    /// <summary>An empty store.</summary>
    protected abstract Task<StreamStore> CreateAsync();

    /// <summary>Lets this much time pass for the store.</summary>
    protected abstract Task PassAsync(TimeSpan span, CancellationToken cancellationToken);

    protected static StreamEntryId Id(ulong milliseconds, ulong sequence = 0) => new(milliseconds, sequence);

    protected static OwnershipClaim ClaimOf(string instance, TimeSpan ttl, string engine = Engine) => new(Label, instance, engine, ttl);

    /// <summary>Owns the label as <see cref="Me"/>.</summary>
    protected async Task<Fence> OwnAsync(CancellationToken cancellationToken, TimeSpan? ttl = null)
    {
        var answer = await Ownership.ClaimAsync(ClaimOf(Me, ttl ?? LongTtl), dead: null, cancellationToken);
        answer.Kind.Should().Be(ClaimKind.Granted);
        return new Fence(Label, answer.Owner.Instance, answer.Owner.Epoch);
    }

    protected static StreamAppend Result(string text, string stream = Results, long maxLength = 0) =>
        new(stream, [KeyValuePair.Create("text", text)], maxLength);

    /// <summary>An entry that is finished with one result, which names it.</summary>
    protected static FinishedEntry Finished(StreamEntryId id) => new(id, [Result(id.ToString())]);

    protected static Commit CommitOf(Fence fence, StreamEntryId lowWater, StreamProgress known, params FinishedEntry[] entries) => new()
    {
        Fence = fence,
        Entries = entries,
        LowWater = lowWater,
        Passed = [],
        Known = known,
    };

    /// <summary>What the results of a stream say, in order.</summary>
    protected async Task<IReadOnlyList<string>> TextsAsync(string stream) =>
        [.. (await Peer.EntriesAsync(stream)).Select(entry => Encoding.UTF8.GetString(entry.Find("text")!))];
}
