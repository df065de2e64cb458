using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Workers.Adapters.Docker;
using Workers.Runtimes;

namespace Workers.Shared.Tests.Adapters.Docker;

/// <summary>What the adapter asks for, and how it understands an engine's answers.</summary>
[TestFixture]
public sealed class DockerEngineAnswerTests
{
    private const int Milliseconds = 30_000;
    private const string NoSuchContainer = """{"message":"No such container: game"}""";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    [TestCase(204, "", StopReply.Accepted)]
    [TestCase(304, "", StopReply.AlreadyStopped)]
    [TestCase(404, NoSuchContainer, StopReply.NoSuchContainer)]
    [CancelAfter(Milliseconds)]
    public async Task Stop_ByStatus_IsUnderstood(int status, string body, StopReply expected, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(body.Length > 0 ? FakeEngine.Json(status, body) : FakeEngine.Status(status));
        using var engine = Connect(fake);

        var reply = await engine.StopAsync("game", Grace, cancellationToken);

        reply.Should().Be(expected);
    }

    [TestCase(0, "0")]
    [TestCase(1, "1")]
    [TestCase(999, "1")]
    [TestCase(1000, "1")]
    [TestCase(1001, "2")]
    [TestCase(30_000, "30")]
    [CancelAfter(Milliseconds)]
    public async Task Stop_OfAnyGrace_AsksForWholeSecondsRoundedUp(int milliseconds, string seconds, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Status(204));
        using var engine = Connect(fake);

        await engine.StopAsync("game", TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

        fake.Requests.Should().Equal("GET /_ping", $"POST /v1.41/containers/game/stop?t={seconds}");
    }

    [TestCase("a b", "a%20b")]
    [TestCase("a?t=0#b", "a%3Ft%3D0%23b")]
    [TestCase("%2e%2e", "%252e%252e")]
    [TestCase("...", "...")]
    [TestCase(@"..\..\info", "..%5C..%5Cinfo")]
    [TestCase("雪", "%E9%9B%AA")]
    [CancelAfter(Milliseconds)]
    public async Task Id_WithSpecialCharacters_StaysOneSegmentOfThePath(string id, string escaped, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(404, NoSuchContainer));
        using var engine = Connect(fake);

        await engine.InspectAsync(id, cancellationToken);

        fake.Requests.Should().EndWith($"GET /v1.41/containers/{escaped}/json");
    }

    [TestCase("..")]
    [TestCase("../../info")]
    [TestCase("a/b")]
    [TestCase("a\nb")]
    [CancelAfter(Milliseconds)]
    public async Task Id_ThatCannotBeOne_NeverReachesTheEngine(string id, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Status(204));
        using var engine = Connect(fake);

        var act = () => engine.StopAsync(id, Grace, cancellationToken);

        await act.Should().ThrowAsync<ContainerEngineException>();
        fake.Requests.Should().BeEmpty();
    }

    [Test]
    public void Id_WhateverItIs_NeverLeavesItsPlaceInThePath()
    {
        var staysInPlace = Prop.ForAll<string>(id =>
            PathOf(id) is not { } path || (path.Split('/') is ["", "v1.41", "containers", not ("" or "." or ".."), "json"] && !path.Contains('?')));

        staysInPlace.QuickCheckThrowOnFailure();
    }

    [TestCase(204, "")]
    [TestCase(404, """{"message":"Cannot kill container: game: No such container: game"}""")]
    [TestCase(409, """{"message":"Cannot kill container: game: Container game is not running"}""")]
    [CancelAfter(Milliseconds)]
    public async Task Kill_OfWhatIsAliveGoneOrDead_IsFine(int status, string body, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(body.Length > 0 ? FakeEngine.Json(status, body) : FakeEngine.Status(status));
        using var engine = Connect(fake);

        await engine.KillAsync("game", cancellationToken);

        fake.Requests.Should().EndWith("POST /v1.41/containers/game/kill?signal=SIGKILL");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Kill_OnAnotherConflict_IsRefused(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(409, """{"message":"a rename is in progress"}"""));
        using var engine = Connect(fake);

        var act = () => engine.KillAsync("game", cancellationToken);

        await act.Should().ThrowAsync<ContainerEngineException>().WithMessage("a rename is in progress");
    }

    [TestCase("""{"Status":"running","Running":true}""", true)]
    [TestCase("""{"Status":"paused","Running":false,"Paused":true}""", true)]
    [TestCase("""{"Status":"restarting","Running":false,"Restarting":true}""", true)]
    [TestCase("""{"Status":"created","Running":false}""", false)]
    [TestCase("""{"Status":"dead","Running":false,"Dead":true}""", false)]
    [CancelAfter(Milliseconds)]
    public async Task Inspect_InAnyState_SaysWhetherAProcessLives(string state, bool running, CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(200, $$"""{"Id":"abc","State":{{state}},"Image":"x"}"""));
        using var engine = Connect(fake);

        var seen = await engine.InspectAsync("game", cancellationToken);

        seen!.Running.Should().Be(running);
        seen.Id.Should().Be("abc");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task EngineId_WhenEmpty_IsRefused(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(200, """{"ID":""}"""));
        using var engine = Connect(fake);

        var act = () => engine.GetEngineIdAsync(cancellationToken);

        await act.Should().ThrowAsync<ContainerEngineException>().WithMessage("the engine has no id");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task List_ByLabel_AsksWithEscapedFilters(CancellationToken cancellationToken)
    {
        await using var fake = await FakeEngine.StartAsync(FakeEngine.Json(200, """
            [{"Id":"abc","Image":"busybox","Created":1700000000,"State":"running","Labels":{"runtime.game_id":"a&\"b"}}]
            """));
        using var engine = Connect(fake);

        var listed = await engine.ListAsync("""runtime.game_id=a&"b""", cancellationToken);

        listed.Should().BeEquivalentTo(
        [
            new RunningContainer("abc", "busybox", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
                new Dictionary<string, string> { ["runtime.game_id"] = """a&"b""" }),
        ]);
        var target = fake.Requests.Last();
        target.Should().NotContain("&").And.NotContain("\"");
        Uri.UnescapeDataString(target).Should().Be("""GET /v1.41/containers/json?filters={"label":["runtime.game_id=a\u0026\u0022b"]}""");
    }

    [Test, CancelAfter(Milliseconds)]
    public async Task Stop_OfMoreContainersThanTheWorkerEverStops_HasAConnectionForEach(CancellationToken cancellationToken)
    {
        const int count = 128;
        using var allAsked = new CountdownEvent(count);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fake = await FakeEngine.StartAsync(async context =>
        {
            if (allAsked.Signal()) release.SetResult();
            await release.Task;
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        using var engine = Connect(fake);

        var replies = await Task.WhenAll(Enumerable.Range(0, count).Select(number => engine.StopAsync($"game-{number}", Grace, cancellationToken)));

        replies.Should().HaveCount(count).And.OnlyContain(reply => reply == StopReply.Accepted);
        fake.Requests.Count(request => request == "GET /_ping").Should().Be(1, "the version is everyone's");
    }

    private static DockerEngine Connect(FakeEngine fake) => new(new DockerOptions { Endpoint = fake.Endpoint }, TimeProvider.System);

    /// <summary>The path as <see cref="HttpClient"/> would send it; null when the id is refused.</summary>
    private static string? PathOf(string id)
    {
        try
        {
            return new Uri(new Uri("http://docker/"), $"/v1.41{DockerEngine.PathOf(id)}/json").PathAndQuery;
        }
        catch (Exception refused) when (refused is ArgumentException or ContainerEngineException)
        {
            return null;
        }
    }
}
