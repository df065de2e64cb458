namespace Workers.Runtimes;

/// <summary>The game's lease is someone else's by now, before anything was done under it.</summary>
internal sealed class LeaseLostException() : Exception("another lifecycle operation is in progress for this game");
