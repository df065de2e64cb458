using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Workers.Adapters.Redis;

/// <summary>An embedded Lua script, sent by its hash and in full only when the server does not know it.</summary>
internal sealed class RedisScript
{
    private readonly string _body;
    private readonly string _hash;

    private RedisScript(string body)
    {
        _body = body;
#pragma warning disable CA5350 // SHA-1 is how Redis names scripts; nothing rests on its strength.
        _hash = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(body)));
#pragma warning restore CA5350
    }

    /// <summary>Loads <c>{name}.lua</c> from beside this class.</summary>
    public static RedisScript Load(string name)
    {
        var resource = $"Workers.Adapters.Redis.{name}.lua";
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The script {resource} is not embedded.");
        using var reader = new StreamReader(stream);
        return new RedisScript(reader.ReadToEnd());
    }

    /// <summary>Runs the script.</summary>
    public async Task<RedisResult> RunAsync(
        RedisLink redis, IReadOnlyList<string> keys, IReadOnlyList<RedisValue> arguments, CancellationToken cancellationToken)
    {
        var call = new object[2 + keys.Count + arguments.Count];
        call[0] = _hash;
        call[1] = keys.Count;
        for (var i = 0; i < keys.Count; i++) call[2 + i] = (RedisKey)keys[i];
        for (var i = 0; i < arguments.Count; i++) call[2 + keys.Count + i] = arguments[i];

        try
        {
            return await redis.ExecuteAsync("EVALSHA", call, cancellationToken);
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            call[0] = _body;
            return await redis.ExecuteAsync("EVAL", call, cancellationToken);
        }
    }
}
