using Spectre.Console;
using Workers.Demo;
using Workers.Demo.Stops;

const int Passed = 0;
const int Failed = 1;

using var interrupt = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // Not at once: the containers are cleared away first.
    pressed.Cancel = true;
    interrupt.Cancel();
};

var console = NewConsole();
try
{
    return await new StopDemo(DemoSettings.FromEnvironment(), console, TimeProvider.System).RunAsync(interrupt.Token) ? Passed : Failed;
}
catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
{
    console.MarkupLine("[red]FAIL[/] interrupted");
    return Failed;
}
catch (DemoException failure)
{
    console.MarkupLineInterpolated($"[red]FAIL[/] {failure.Message}");
    return Failed;
}
catch (Exception failure)
{
    console.WriteException(failure, ExceptionFormats.ShortenEverything);
    console.MarkupLine("[red]FAIL[/] the demo itself broke, or a server it needs is gone");
    return Failed;
}

static IAnsiConsole NewConsole()
{
    if (!Console.IsOutputRedirected) return AnsiConsole.Console;

    // A file or a pipe wants no colours and has no width: wide enough that no table wraps.
    var plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
    plain.Profile.Width = 160;
    return plain;
}
