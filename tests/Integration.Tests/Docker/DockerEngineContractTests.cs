using Workers.Testing;

namespace Workers.Integration.Tests.Docker;

/// <summary>A real engine, through the adapter, keeps the port's contract.</summary>
[TestFixture]
public sealed class DockerEngineContractTests() : ContainerEngineContract(new DockerContainerHost());
