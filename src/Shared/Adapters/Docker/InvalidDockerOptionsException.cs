namespace Workers.Adapters.Docker;

/// <summary><see cref="DockerOptions"/> are of no use. The message says what is wrong, and never repeats what may hold a password.</summary>
public sealed class InvalidDockerOptionsException(string message, Exception? inner = null) : Exception(message, inner);
