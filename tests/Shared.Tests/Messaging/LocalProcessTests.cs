using System.Diagnostics;
using System.Globalization;
using Workers.Messaging;
using Workers.Testing;

namespace Workers.Shared.Tests.Messaging;

public sealed class LocalProcessTests
{
    [Test]
    public void IsDead_OfThisProcess_IsFalse()
    {
        LocalProcess.IsDead(LocalProcess.Identity).Should().BeFalse();
    }

    [Test]
    public void Identity_IsOneWordOfThreeParts()
    {
        var parts = LocalProcess.Identity.Split(':');

        parts.Should().HaveCount(3);
        parts[1].Should().Be(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        LocalProcess.Identity.Should().NotContain("/", "it stands between slashes in a lease").And.NotContain(" ");
    }

    [Test, CancelAfter(20_000)]
    public async Task IsDead_OfAChild_IsTrueOnceItIsKilled(CancellationToken cancellationToken)
    {
        using var child = Process.Start("sleep", "60");
        var identity = IdentityOf(child.Id);

        var alive = LocalProcess.IsDead(identity);
        child.Kill();
        await child.WaitForExitAsync(cancellationToken);

        alive.Should().BeFalse();
        LocalProcess.IsDead(identity).Should().BeTrue();
    }

    [Test, CancelAfter(20_000)]
    public async Task IsDead_OfAZombie_IsTrue(CancellationToken cancellationToken)
    {
        // The shell becomes a sleep, which never collects the child that the shell had.
        var start = new ProcessStartInfo("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"]) { UseShellExecute = false, RedirectStandardOutput = true };
        using var parent = Process.Start(start)!;
        var line = await parent.StandardOutput.ReadLineAsync(cancellationToken);
        var identity = IdentityOf(int.Parse(line!, CultureInfo.InvariantCulture));

        await Eventually.TrueAsync(() => LocalProcess.IsDead(identity), cancellationToken, () => "the zombie counts as dead");

        File.Exists($"/proc/{line}/stat").Should().BeTrue("it is a zombie, not gone");
        parent.Kill();
        await parent.WaitForExitAsync(cancellationToken);
    }

    [Test]
    public void IsDead_WhenThePidIsAnotherProcessByNow_IsTrue()
    {
        var predecessor = LocalProcess.Identity + "0";

        LocalProcess.IsDead(predecessor).Should().BeTrue();
    }

    [Test]
    public void IsDead_OfAProcessOfAnotherBoot_IsNotKnown()
    {
        var parts = LocalProcess.Identity.Split(':');
        var birth = parts[2].Split('.');
        var foreign = $"{parts[0]}:999999999:{new string('0', birth[0].Length)}.1";

        LocalProcess.IsDead(foreign).Should().BeFalse();
    }

    [TestCase("")]
    [TestCase("host")]
    [TestCase("host:1")]
    [TestCase("host:one:boot.1")]
    [TestCase("host:-1:boot.1")]
    [TestCase("host:1:boot")]
    [TestCase("host:1:boot.1:more")]
    [TestCase("host:99999999999999999999:boot.1")]
    [TestCase("pod-7f9c/worker")]
    public void IsDead_OfAStranger_IsNotKnown(string identity)
    {
        LocalProcess.IsDead(identity).Should().BeFalse();
    }

    private static string IdentityOf(int id)
    {
        var parts = LocalProcess.Identity.Split(':');
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var start = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        return $"{parts[0]}:{id}:{parts[2].Split('.')[0]}.{start}";
    }
}
