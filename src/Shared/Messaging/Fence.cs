namespace Workers.Messaging;

/// <summary>
/// The fencing token of a stream's owner: it travels with every write, and a store refuses it once it has
/// seen a higher <see cref="Epoch"/> of the same <see cref="Label"/> (invariant 4).
/// </summary>
/// <param name="Label">Offset label of the stream, e.g. <c>stopjobs</c>.</param>
/// <param name="Instance">The process that owns the stream, unique among replicas.</param>
/// <param name="Epoch">Grows with every change of ownership; starts at 1.</param>
public readonly record struct Fence(string Label, string Instance, long Epoch);
