using Workers.Testing;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>The double keeps the port's contract.</summary>
[TestFixture]
public sealed class InMemoryContainerEngineTests() : ContainerEngineContract(new InMemoryContainerHost());
