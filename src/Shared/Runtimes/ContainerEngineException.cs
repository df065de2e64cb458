namespace Workers.Runtimes;

/// <summary>The engine refused: asking again the same way will not help. The message is the engine's own.</summary>
public sealed class ContainerEngineException(string message, Exception? inner = null) : Exception(message, inner);
