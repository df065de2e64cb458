using Workers.Adapters.Docker;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>Endpoints as operators write them.</summary>
[TestFixture]
public sealed class DockerEndpointTests
{
    [TestCase("unix:///var/run/docker.sock", "", "http://docker/", "/var/run/docker.sock")]
    [TestCase("UNIX:///a b/%20/docker.sock", "", "http://docker/", "/a b/%20/docker.sock")]
    [TestCase("unix:///var/run/docker.sock", "/certificates", "http://docker/", "/var/run/docker.sock")]
    [TestCase("tcp://engine", "", "http://engine:2375/", null)]
    [TestCase("tcp://engine:1234/", "", "http://engine:1234/", null)]
    [TestCase("tcp://[::1]:1234", "", "http://[::1]:1234/", null)]
    [TestCase("tcp://engine", "/certificates", "https://engine:2376/", null)]
    [TestCase("tcp://engine:443", "/certificates", "https://engine/", null)]
    [TestCase("http://engine", "", "http://engine/", null)]
    [TestCase("http://engine:2375", "", "http://engine:2375/", null)]
    [TestCase("https://engine", "", "https://engine/", null)]
    [TestCase("https://engine:2376", "/certificates", "https://engine:2376/", null)]
    public void Parse_OfAnEndpoint_KnowsWhereItLeads(string endpoint, string certificates, string address, string? socket)
    {
        var parsed = DockerEndpoint.Parse(new DockerOptions { Endpoint = endpoint, CertPath = certificates });

        parsed.Address.Should().Be(new Uri(address));
        parsed.Socket?.ToString().Should().Be(socket);
        (parsed.Socket is null).Should().Be(socket is null);
    }

    [TestCase("unix:///var/run/docker.sock", "unix:///var/run/docker.sock")]
    [TestCase("tcp://engine", "tcp://engine:2375")]
    [TestCase("https://engine", "https://engine:443")]
    public void Name_OfAnEndpoint_IsWhatAnOperatorWouldWrite(string endpoint, string name)
    {
        var parsed = DockerEndpoint.Parse(new DockerOptions { Endpoint = endpoint });

        parsed.Name.Should().Be(name);
    }

    [TestCase("", "", "*must be*")]
    [TestCase("/var/run/docker.sock", "", "*must be*")]
    [TestCase("engine:2375", "", "*must be*")]
    [TestCase("tcp://", "", "*must be*")]
    [TestCase("tcp://engine:port", "", "*must be*")]
    [TestCase("unix://docker.sock", "", "*must be absolute*")]
    [TestCase("ssh://engine", "", "ssh:// is not a way to an engine*")]
    [TestCase("npipe:////./pipe/docker_engine", "", "*must be*")]
    [TestCase("tcp://engine:2375/base", "", "*must end after its host and port")]
    [TestCase("tcp://engine:2375?a=b", "", "*must end after its host and port")]
    [TestCase("http://engine:2375", "/certificates", "http:// is plain text*")]
    [TestCase("tcp://engine", "/no/such/folder", "/no/such/folder lacks ca.pem, cert.pem, key.pem")]
    public void Problem_OfOptionsThatAreOfNoUse_SaysWhatIsWrong(string endpoint, string certificates, string message)
    {
        var options = new DockerOptions { Endpoint = endpoint, CertPath = certificates };

        var problem = DockerEngine.Problem(options);

        problem.Should().Match(message);
        FluentActions.Invoking(() => new DockerEngine(options, TimeProvider.System)).Should().Throw<InvalidDockerOptionsException>().WithMessage(problem);
    }

    [Test]
    public void Problem_OfASocketWithATooLongPath_SaysSo()
    {
        var problem = DockerEngine.Problem(new DockerOptions { Endpoint = "unix:///" + new string('x', 200) });

        problem.Should().StartWith("the path of the unix socket is longer than the system allows");
    }

    [TestCase("tcp://user:secret@engine:2375")]
    [TestCase("tcp://user:secret @engine:2375")]
    [TestCase("ssh://user:secret@engine")]
    public void Problem_OfAnEndpointWithAPassword_DoesNotRepeatIt(string endpoint)
    {
        var problem = DockerEngine.Problem(new DockerOptions { Endpoint = endpoint });

        problem.Should().NotBeNull().And.NotContain("secret");
    }

    [Test]
    public void Problem_OfTheDefaults_IsNone()
    {
        var problem = DockerEngine.Problem(new DockerOptions());

        problem.Should().BeNull();
    }
}
