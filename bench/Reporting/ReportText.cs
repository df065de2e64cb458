using System.Globalization;
using System.Text;

namespace Workers.Bench.Reporting;

/// <summary>A <see cref="Report"/> for people: machine facts, the rows, where the time went, notes.</summary>
internal static class ReportText
{
    public static string Write(Report report)
    {
        var text = new StringBuilder();
        text.Append("bench ").Append(report.Suite).AppendLine(report.Quick ? " (quick)" : "").AppendLine();
        foreach (var (name, value) in report.Machine) text.Append("  ").Append(name.PadRight(12)).AppendLine(value);
        text.AppendLine();

        AppendTable(text, ["", "what", "ours", "spread", "baseline", "spread", "ratio", "limit", ""], report.Rows.Select(Cells));
        if (report.Costs.Count > 0)
        {
            text.AppendLine().AppendLine("where the time goes, per envelope").AppendLine();
            AppendTable(
                text,
                ["", "elapsed µs", "own cpu µs", "redis cpu µs", "postgres cpu µs", "redis commands", "pg commits", "wal bytes"],
                report.Costs.Select(Cells));
        }

        if (report.Notes.Count > 0) text.AppendLine();
        foreach (var note in report.Notes) text.Append("- ").AppendLine(note);
        foreach (var broken in report.Broken) text.Append("BROKEN ").AppendLine(broken);
        return text.ToString();
    }

    private static string[] Cells(Row row) =>
    [
        row.Measurement,
        row.What,
        $"{Number(row.Ours.Median)} {row.Unit}",
        Range(row.Ours),
        row.Baseline is { } baseline ? $"{Number(baseline.Median)} {row.Unit} ({row.BaselineName})" : "–",
        row.Baseline is null ? "" : Range(row.Baseline),
        row.Ratio is { } ratio ? $"{Number(ratio)}x" : "–",
        row.Limit switch
        {
            { Kind: LimitKind.Below } limit => $"< {Number(limit.Value)} {row.Unit}",
            { Kind: LimitKind.RatioAtMost } limit => $"≤ {Number(limit.Value)}x",
            { Kind: LimitKind.RatioAtLeast } limit => $"≥ {Number(limit.Value)}x",
            _ => "–",
        },
        row.Held switch { true => "ok", false => "MISS", null => "" },
    ];

    private static string[] Cells(Cost cost) =>
    [
        cost.Subject, Number(cost.ElapsedMicroseconds), Number(cost.SubjectCpuMicroseconds), Number(cost.RedisCpuMicroseconds),
        Number(cost.PostgresCpuMicroseconds), Number(cost.RedisCommands), Number(cost.PostgresCommits), Number(cost.WalBytes),
    ];

    private static void AppendTable(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        string[][] lines = [head, .. rows];
        var widths = Enumerable.Range(0, head.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            text.AppendLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static string Range(Spread spread) =>
        spread.Count == 1 ? "×1" : $"{Number(spread.Low)}–{Number(spread.High)} ×{spread.Count}";

    // Three digits tell everything these measurements know.
    private static string Number(double value)
    {
        var format = Math.Abs(value) switch { >= 100 => "N0", >= 10 => "F1", _ => "F2" };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }
}
