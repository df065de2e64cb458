using Workers.Runtimes;

namespace Workers.Testing;

/// <summary>An engine together with the means to put containers on it, which are none of the port's business.</summary>
public interface IContainerHost : IAsyncDisposable
{
    /// <summary>The engine under test.</summary>
    IContainerEngine Engine { get; }

    /// <summary>Starts a container and returns its id once its process heeds signals (or has ended, if it does so by itself).</summary>
    Task<string> RunAsync(ContainerScript script, CancellationToken cancellationToken);

    /// <summary>Freezes a running container.</summary>
    Task PauseAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes a container, running or not.</summary>
    Task RemoveAsync(string id, CancellationToken cancellationToken);
}
