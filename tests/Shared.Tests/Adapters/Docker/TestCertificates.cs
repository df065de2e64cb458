using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>A CA, an engine's certificate and a client's, the latter in a folder as Docker's own client wants it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private static readonly TimeSpan Validity = TimeSpan.FromHours(1);
    private readonly X509Certificate2 _authority = CreateAuthority();

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var client = Sign(new CertificateRequest("CN=worker", key, HashAlgorithmName.SHA256));
        ClientThumbprint = client.Thumbprint;
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "ca.pem"), _authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Folder, "cert.pem"), client.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Holds <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>.</summary>
    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"certificates-{Guid.NewGuid():N}");

    public string ClientThumbprint { get; }

    /// <summary>What an engine on 127.0.0.1 shows.</summary>
    public X509Certificate2 CreateServer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=engine", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = Sign(request);
        return signed.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static X509Certificate2 CreateAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now - Validity, now + Validity);
    }

    private X509Certificate2 Sign(CertificateRequest request) =>
        request.Create(
            _authority, new DateTimeOffset(_authority.NotBefore), new DateTimeOffset(_authority.NotAfter), RandomNumberGenerator.GetBytes(8));
}
