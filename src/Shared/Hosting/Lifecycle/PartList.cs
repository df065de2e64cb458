namespace Workers.Hosting.Lifecycle;

/// <summary>How to make the parts, in order of addition. They are made late: their settings must be right first.</summary>
internal sealed class PartList
{
    public List<Func<IServiceProvider, IWorkerPart>> Factories { get; } = [];
}
