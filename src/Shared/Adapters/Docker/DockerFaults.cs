using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Workers.Messaging;

namespace Workers.Adapters.Docker;

/// <summary>Faults on the way to an engine, in the words of someone who has to mend them.</summary>
internal sealed class DockerFaults(DockerEndpoint endpoint)
{
    private const string Dependency = "docker";

    /// <summary>The engine cannot be had now; <paramref name="message"/> says why.</summary>
    public static DependencyUnavailableException Unavailable(string message, Exception? fault = null) => new(Dependency, message, fault);

    /// <summary>Whether the transport failed, rather than the engine or this program.</summary>
    public static bool IsTransport(Exception fault) => fault is HttpRequestException or IOException or SocketException;

    /// <summary>The transport failed.</summary>
    public DependencyUnavailableException Broken(Exception fault) => Unavailable(
        fault is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        }
            ? $"cannot connect to {endpoint.Name}: {CauseOf(fault)}"
            : $"the connection to {endpoint.Name} broke: {CauseOf(fault)}",
        fault);

    /// <summary>No answer came within <paramref name="limit"/>.</summary>
    public DependencyUnavailableException Late(TimeSpan limit, Exception fault) => Unavailable(
        $"no answer from {endpoint.Name} within {limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s", fault);

    /// <summary>No connection came about within <see cref="DockerTransport.ConnectTimeout"/>.</summary>
    public DependencyUnavailableException NotConnected(Exception fault) => Unavailable(
        $"cannot connect to {endpoint.Name} within {DockerTransport.ConnectTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s", fault);

    /// <summary>What answered is not what the Engine API documents.</summary>
    public DependencyUnavailableException Foreign(string what, Exception? fault = null) =>
        Unavailable($"{endpoint.Name} answered {what}: is it a Docker engine?", fault);

    /// <summary>The innermost fault is the one that says "Permission denied".</summary>
    private string CauseOf(Exception fault)
    {
        var cause = fault;
        while (cause is not (SocketException or AuthenticationException) && cause.InnerException is { } inner) cause = inner;

        // The runtime has no socket error for ENOENT, and reports this one, which a unix socket cannot have.
        return cause is SocketException { SocketErrorCode: SocketError.AddressNotAvailable } && endpoint.Socket is not null
            ? "No such file or directory"
            : cause.Message;
    }
}
