using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Workers.Testing;

namespace Workers.Integration.Tests.StopJobs;

/// <summary>The one HTTP surface of the worker.</summary>
[Parallelizable(ParallelScope.All), FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ProbeTests : OwnFleetFixture
{
    [Test, CancelAfter(120_000)]
    public async Task Probes_OfAReadyWorker_AreGreen(CancellationToken cancellationToken)
    {
        await Fleet.StartReadyAsync(cancellationToken);

        foreach (var path in new[] { "/healthz/live", "/healthz/ready", "/healthz/startup" })
            (await Fleet.Worker.GetAsync(path, cancellationToken)).Status.Should().Be(HttpStatusCode.OK, "of {0}", path);
        (await Fleet.Worker.GetAsync("/healthz/other", cancellationToken)).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Test, CancelAfter(120_000)]
    public async Task Probes_WithoutAUrl_AreOffAndTheWorkerWorks(CancellationToken cancellationToken)
    {
        Fleet.With("Probes__Url", "").Start();
        var unknown = PlatformRecord.NewGameId();

        var entry = await Fleet.Streams.StopAsync(unknown);

        (await Fleet.ResultAsync(entry, unknown, cancellationToken)).ErrorCode.Should().Be("not_found");
        (await ListeningSockets.OfAsync(Fleet.Worker.Id, cancellationToken)).Should().BeEmpty();
        (await Fleet.Worker.StopAsync(cancellationToken)).Should().Be(0);
    }

    [Test, CancelAfter(120_000)]
    public async Task Start_WhenTheProbesPortIsInUse_ExitsNamingIt(CancellationToken cancellationToken)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        Fleet.With("Probes__Url", $"http://127.0.0.1:{port}").Start();

        (await Fleet.Worker.WaitForExitAsync(cancellationToken)).Should().NotBe(0);
        Fleet.Log.Should().Contain(port).And.Contain("in use").And.NotContain("   at ");
    }
}
