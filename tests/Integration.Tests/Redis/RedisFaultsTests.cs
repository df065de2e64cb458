using System.Reflection;
using StackExchange.Redis;
using Workers.Adapters.Redis;

namespace Workers.Integration.Tests.Redis;

public sealed class RedisFaultsTests
{
    [TestCase("LOADING Redis is loading the dataset in memory")]
    [TestCase("OOM command not allowed when used memory > 'maxmemory'.")]
    [TestCase("OOM command not allowed when used memory > 'maxmemory'. script: 1a2b, on @user_script:88.")]
    [TestCase("ERR Error running script (call to f_1a2b): @user_script:88: -OOM command not allowed when used memory > 'maxmemory'.")]
    [TestCase("READONLY You can't write against a read only replica.")]
    [TestCase("ERR Error running script (call to f_1a2b): @user_script:88: @user_script: 88: -READONLY You can't write against a read only slave.")]
    [TestCase("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")]
    [TestCase("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.")]
    [TestCase("NOREPLICAS Not enough good replicas to write.")]
    [TestCase("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.")]
    [TestCase("CLUSTERDOWN The cluster is down")]
    [TestCase("TRYAGAIN Multiple keys request during rehashing of slot")]
    [TestCase("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)")]
    public void IsOutage_OfAServerThatCannotNow_IsTrue(string message)
    {
        RedisFaults.IsOutage(Refusal(message)).Should().BeTrue();
    }

    [TestCase("WRONGTYPE Operation against a key holding the wrong kind of value")]
    [TestCase("WRONGTYPE runtime:job_results is not a stream")]
    [TestCase("ERR unknown command 'XREAD'")]
    [TestCase("ERR The ID specified in XADD must be greater than 0-0")]
    [TestCase("NOSCRIPT No matching script. Please use EVAL.")]
    [TestCase("NOPERM this user has no permissions to run the 'xadd' command")]
    [TestCase("NOAUTH Authentication required.")]
    [TestCase("BUSYGROUP Consumer Group name already exists")]
    [TestCase("ERR value is not an integer or out of range")]
    public void IsOutage_OfARefusal_IsFalse(string message)
    {
        RedisFaults.IsOutage(Refusal(message)).Should().BeFalse();
    }

    [Test]
    public void IsOutage_OfSilence_IsTrue()
    {
        RedisFaults.IsOutage(new TimeoutException("no answer")).Should().BeTrue();
        RedisFaults.IsOutage(new ObjectDisposedException("multiplexer")).Should().BeTrue();
    }

    [Test]
    public void IsOutage_OfAnythingElse_IsFalse()
    {
        RedisFaults.IsOutage(new InvalidOperationException("a bug")).Should().BeFalse();
        RedisFaults.IsOutage(new OperationCanceledException()).Should().BeFalse();
    }

    [Test]
    public void Describe_OfARefusal_IsTheServersOwnWords()
    {
        const string message = "OOM command not allowed when used memory > 'maxmemory'. script: 1a2b, on @user_script:88.";

        RedisFaults.Describe(Refusal(message)).Should().Be(message);
    }

    [Test]
    public void Describe_OfSilence_IsShort()
    {
        RedisFaults.Describe(new TimeoutException("Timeout performing XADD, inst: 1, queue: 7; a page of diagnostics")).Should().Be("no answer in time");
    }

    // The client keeps the constructor to itself.
    private static RedisServerException Refusal(string message) => (RedisServerException)Activator.CreateInstance(
        typeof(RedisServerException), BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, binder: null, [message], culture: null)!;
}
