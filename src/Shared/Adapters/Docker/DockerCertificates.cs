using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Workers.Adapters.Docker;

/// <summary>The folder of certificates that Docker's own client uses: the engine is trusted by its CA, and knows us by ours.</summary>
internal static class DockerCertificates
{
    private const string Authority = "ca.pem";
    private const string Certificate = "cert.pem";
    private const string Key = "key.pem";

    /// <summary>How to speak TLS with the certificates of <paramref name="folder"/>.</summary>
    /// <exception cref="InvalidDockerOptionsException">They are missing or cannot be used; the message says which and why.</exception>
    public static SslClientAuthenticationOptions Load(string folder)
    {
        string[] missing = [.. new[] { Authority, Certificate, Key }.Where(name => !File.Exists(Path.Combine(folder, name)))];
        if (missing.Length > 0) throw new InvalidDockerOptionsException($"{folder} lacks {string.Join(", ", missing)}");

        try
        {
            return new SslClientAuthenticationOptions
            {
                ClientCertificateContext = LoadOwn(Path.Combine(folder, Certificate), Path.Combine(folder, Key)),
                CertificateChainPolicy = LoadTrust(Path.Combine(folder, Authority)),
            };
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDockerOptionsException($"the certificates of {folder} cannot be used: {unusable.Message}", unusable);
        }
    }

    private static SslStreamCertificateContext LoadOwn(string certificate, string key)
    {
        // A key read from PEM is ephemeral, which not every TLS stack takes: through PKCS#12 it becomes one that all do.
        using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
        var own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        var intermediates = new X509Certificate2Collection();
        intermediates.ImportFromPemFile(certificate);
        return SslStreamCertificateContext.Create(own, intermediates, offline: true);
    }

    private static X509ChainPolicy LoadTrust(string authorities)
    {
        // The operator's own CA and no other; it publishes no revocation list that could be asked.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(authorities);
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new CryptographicException($"{Authority} holds no certificate");
    }
}
