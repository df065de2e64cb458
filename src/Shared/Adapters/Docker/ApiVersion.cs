using Workers.Runtimes;

namespace Workers.Adapters.Docker;

/// <summary>The version of the API that is spoken with an engine: the newest that both know.</summary>
/// <param name="Engine">What the engine says that it speaks, literally.</param>
/// <param name="Spoken">What goes into the paths.</param>
internal sealed record ApiVersion(string Engine, Version Spoken)
{
    /// <summary>Docker 1.12, the first with everything that is called here; 20.10 (API 1.41) is the oldest that is tested.</summary>
    public static readonly Version Oldest = new(1, 24);

    /// <summary>The newest whose changes were read: nothing that is called here is different in it.</summary>
    public static readonly Version Newest = new(1, 47);

    private const string Header = "Api-Version";

    /// <summary>What to speak with an engine that says that it speaks <paramref name="engine"/>; null when that is no version.</summary>
    /// <exception cref="ContainerEngineException">It is too old.</exception>
    public static ApiVersion? Agree(string? engine)
    {
        if (!Version.TryParse(engine, out var version)) return null;
        if (version < Oldest) throw new ContainerEngineException($"the engine speaks API {version}, but {Oldest} or newer is needed");
        return new ApiVersion(engine, version < Newest ? version : Newest);
    }

    /// <summary>What <paramref name="response"/> says that its engine speaks; null when it says nothing, as a proxy's own answers do.</summary>
    public static string? SaidBy(HttpResponseMessage response) =>
        response.Headers.TryGetValues(Header, out var values) ? values.First() : null;

    /// <summary>
    /// Whether <paramref name="response"/> comes from an engine of another version than the one that this was agreed with:
    /// it was replaced, perhaps without anyone noticing that it was away.
    /// </summary>
    public bool IsOutdatedBy(HttpResponseMessage response) => SaidBy(response) is { } engine && engine != Engine;
}
