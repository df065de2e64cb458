using System.Net.Sockets;
using Npgsql;
using Workers.Adapters.Postgres;
using Workers.Messaging;

namespace Workers.Shared.Tests.Adapters.Postgres;

public sealed class PostgresFaultTests
{
    [TestCase("57P01", true)]
    [TestCase("57P02", true)]
    [TestCase("57P03", true)]
    [TestCase("53100", true)]
    [TestCase("53300", true)]
    [TestCase("08006", true)]
    [TestCase("08P01", true)]
    [TestCase("40001", true)]
    [TestCase("40P01", true)]
    [TestCase("25006", true)]
    [TestCase("57014", true)]
    [TestCase("55P03", true)]
    [TestCase("23505", false)]
    [TestCase("23514", false)]
    [TestCase("42P01", false)]
    [TestCase("42501", false)]
    [TestCase("28P01", false)]
    [TestCase("22P05", false)]
    [TestCase("57P04", false)]
    public void IsOutage_AnswerOfTheServer_DependsOnItsCode(string sqlState, bool expected)
    {
        var outage = PostgresFault.IsOutage(Answer(sqlState));

        outage.Should().Be(expected);
    }

    [TestCaseSource(nameof(Transport))]
    public void IsOutage_TransportFailed_IsTrue(Exception fault)
    {
        var outage = PostgresFault.IsOutage(fault);

        outage.Should().BeTrue();
    }

    [Test]
    public void IsOutage_MistakeOfOurs_IsFalse()
    {
        Exception[] mistakes = [new InvalidOperationException(), new InvalidCastException(), new NpgsqlException("no such thing"), new InvalidDataException()];

        var outages = mistakes.Select(PostgresFault.IsOutage);

        outages.Should().AllBeEquivalentTo(false);
    }

    [Test, CancelAfter(30_000)]
    public async Task Translate_Outage_NamesTheDependencyAndTheCause(CancellationToken token)
    {
        var fault = new NpgsqlException("Failed to connect to 127.0.0.1:1", new SocketException((int)SocketError.ConnectionRefused));

        var call = () => PostgresFault.TranslateAsync<int>(() => throw fault, token);

        var thrown = (await call.Should().ThrowAsync<DependencyUnavailableException>()).Which;
        thrown.Dependency.Should().Be("postgres");
        thrown.Message.Should().Be("Failed to connect to 127.0.0.1:1: Connection refused");
        thrown.InnerException.Should().BeSameAs(fault);
    }

    [Test, CancelAfter(30_000)]
    public async Task Translate_OutageAfterCancel_IsTheCancel(CancellationToken token)
    {
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(token);
        await cancelled.CancelAsync();

        var call = () => PostgresFault.TranslateAsync<int>(() => throw new IOException("broken pipe"), cancelled.Token);

        (await call.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancelled.Token);
    }

    [Test, CancelAfter(30_000)]
    public async Task Translate_AnythingElse_PassesAsItIs(CancellationToken token)
    {
        var refusal = Answer("42P01");

        var call = () => PostgresFault.TranslateAsync<int>(() => throw refusal, token);

        (await call.Should().ThrowAsync<PostgresException>()).Which.Should().BeSameAs(refusal);
    }

    private static PostgresException Answer(string sqlState) => new("message", "ERROR", "ERROR", sqlState);

    private static IEnumerable<Exception> Transport()
    {
        var refused = new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused));
        yield return refused;
        yield return new NpgsqlException("Exception while reading from stream", new EndOfStreamException());
        yield return new NpgsqlException("The operation has timed out", new TimeoutException());
        yield return new NpgsqlException("Unable to connect to a suitable host", new AggregateException(refused));
        yield return new NpgsqlException("wrapped", new NpgsqlException("inner", new IOException()));
        yield return new NpgsqlException("wrapped", Answer("57P01"));
        yield return new SocketException((int)SocketError.ConnectionReset);
        yield return new TimeoutException();
    }
}
