using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Workers.Adapters.Docker;
using Workers.Messaging;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>TLS over tcp: the engine is trusted by the operator's CA alone, and knows us by our certificate.</summary>
[TestFixture]
public sealed class DockerTlsTests
{
    private const int Milliseconds = 30_000;

    [Test, CancelAfter(Milliseconds)]
    public async Task Call_WithTheOperatorsCertificates_IsTrustedBothWays(CancellationToken cancellationToken)
    {
        using var certificates = new TestCertificates();
        await using var fake = await StartAsync(certificates, certificates.ClientThumbprint);
        using var engine = Connect(fake, certificates.Folder);

        var id = await engine.GetEngineIdAsync(cancellationToken);

        id.Should().Be("ENGINE");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Call_ToAnEngineOfAnotherAuthority_IsAnOutageThatSaysSo(CancellationToken cancellationToken)
    {
        using var certificates = new TestCertificates();
        using var others = new TestCertificates();
        await using var fake = await StartAsync(others, certificates.ClientThumbprint);
        using var engine = Connect(fake, certificates.Folder);

        var act = () => engine.GetEngineIdAsync(cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"cannot connect to tcp://127.0.0.1:{fake.Port}: *certificate*");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Call_OfAClientThatTheEngineDoesNotKnow_IsAnOutage(CancellationToken cancellationToken)
    {
        using var certificates = new TestCertificates();
        await using var fake = await StartAsync(certificates, clientThumbprint: "another");
        using var engine = Connect(fake, certificates.Folder);

        var act = () => engine.GetEngineIdAsync(cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"*tcp://127.0.0.1:{fake.Port}*");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Handshake_ThatIsNeverAnswered_IsAnOutageThatSaysSo(CancellationToken cancellationToken)
    {
        using var certificates = new TestCertificates();
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var port = ((IPEndPoint)mute.LocalEndpoint).Port;
        using var engine = new DockerEngine(Options(port, certificates.Folder), TimeProvider.System);

        var act = () => engine.GetEngineIdAsync(cancellationToken);

        await act.Should().ThrowAsync<DependencyUnavailableException>().WithMessage($"cannot connect to tcp://127.0.0.1:{port} within 5 s");
    }

    [TestCase("ca.pem")]
    [TestCase("cert.pem")]
    [TestCase("key.pem")]
    public void Problem_OfAMissingFile_NamesIt(string file)
    {
        using var certificates = new TestCertificates();
        File.Delete(Path.Combine(certificates.Folder, file));

        var problem = DockerEngine.Problem(Options(2376, certificates.Folder));

        problem.Should().Be($"{certificates.Folder} lacks {file}");
    }

    [TestCase("ca.pem")]
    [TestCase("cert.pem")]
    [TestCase("key.pem")]
    public void Problem_OfAFileThatIsNoPem_SaysSo(string file)
    {
        using var certificates = new TestCertificates();
        File.WriteAllText(Path.Combine(certificates.Folder, file), "nothing of use");

        var problem = DockerEngine.Problem(Options(2376, certificates.Folder));

        problem.Should().StartWith($"the certificates of {certificates.Folder} cannot be used: ");
    }

    [Test]
    public void Problem_OfAKeyThatBelongsToAnotherCertificate_SaysSo()
    {
        using var certificates = new TestCertificates();
        using var others = new TestCertificates();
        File.Copy(Path.Combine(others.Folder, "key.pem"), Path.Combine(certificates.Folder, "key.pem"), overwrite: true);

        var problem = DockerEngine.Problem(Options(2376, certificates.Folder));

        problem.Should().StartWith($"the certificates of {certificates.Folder} cannot be used: ");
    }

    private static DockerEngine Connect(FakeEngine fake, string folder) => new(Options(fake.Port, folder), TimeProvider.System);

    private static DockerOptions Options(int port, string folder) => new() { Endpoint = $"tcp://127.0.0.1:{port}", CertPath = folder };

    private static async Task<FakeEngine> StartAsync(TestCertificates certificates, string clientThumbprint)
    {
        var server = certificates.CreateServer();
        var fake = await FakeEngine.StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = server;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, _, _) => client.Thumbprint == clientThumbprint;
        })));
        fake.Answer = FakeEngine.Json(200, """{"ID":"ENGINE"}""");
        return fake;
    }
}
