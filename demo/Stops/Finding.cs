namespace Workers.Demo.Stops;

/// <summary>One check of one envelope.</summary>
/// <param name="Envelope">Of which envelope.</param>
/// <param name="Check">A name from <see cref="Audit.Checks"/>.</param>
/// <param name="Wrong">What is wrong; empty when the check holds.</param>
internal sealed record Finding(Envelope Envelope, string Check, string Wrong)
{
    public bool Holds => Wrong.Length == 0;
}
