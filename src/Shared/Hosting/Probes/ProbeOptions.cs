using Microsoft.AspNetCore.Http;
using Workers.Hosting.Settings;

namespace Workers.Hosting.Probes;

/// <summary>Section <c>Probes</c>.</summary>
internal sealed class ProbeOptions
{
    public const string Section = "Probes";
    public const string DefaultUrl = "http://0.0.0.0:8080";

    public ProbeOptions(SettingsReader settings)
    {
        var text = settings.Text("Url", DefaultUrl, "where probes and metrics are served, several separated by ';'; empty serves none");
        Urls = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var url in Urls.Where(url => !IsAddress(url)))
            settings.Fail("Url", $"{SettingsReader.Echo(url)} is not an address to listen on (e.g. {DefaultUrl})");
    }

    /// <summary>Where to listen, <c>http://0.0.0.0:8080</c> by default; empty turns probes off, port 0 takes a free one.</summary>
    public IReadOnlyList<string> Urls { get; init; }

    private static bool IsAddress(string url)
    {
        try
        {
            // Kestrel's own parser: it knows *, + and IPv6, which Uri does not.
            var address = BindingAddress.Parse(url);
            return address is { Scheme: "http", PathBase.Length: 0, IsUnixPipe: false, IsNamedPipe: false, Port: >= 0 and <= 65535 };
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
