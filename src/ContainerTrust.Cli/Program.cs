using System.CommandLine;
using ContainerTrust.Engine;

namespace ContainerTrust.Cli;

/// <summary>The command: trust on one host, for machines without PowerShell.</summary>
internal static class Program
{
    /// <summary>What the command is for, in its help and its manual page.</summary>
    public const string Description =
        "Manages which container images a host trusts (policy.json, registries.d and the keys they name), and verifies images by that.";

    public static int Main(string[] args)
    {
        RootCommand root = new(Description);
        foreach (Command command in Commands(args.Length > 0 ? args[0] : ""))
            root.Subcommands.Add(command);
        ParseResult result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in result.Errors)
                Console.Error.WriteLine($"containertrust: {error.Message}");
            Console.Error.WriteLine($"Try '{CommandPath(result.CommandResult.Command)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (TrustException e)
        {
            Console.Error.WriteLine($"containertrust: {CommandWords.In(Text.Printable(e.Message))}");
            return e.Kind == TrustErrorKind.InvalidArgument ? ExitCode.Usage : ExitCode.Failed;
        }
        catch (InvalidOperationException) when (args.Length > 0 && args[0].StartsWith("[suggest", StringComparison.Ordinal))
        {
            // System.CommandLine fails where it is asked what can follow "--option=". A shell that completes needs no more than no answer.
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("containertrust: cancelled; nothing more was written.");
            return ExitCode.Failed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Standard output is gone (a closed pipe, a full disk).
            Console.Error.WriteLine($"containertrust: {e.Message}");
            return ExitCode.Failed;
        }
    }

    // A script runs one command at a time: only that one is put together.
    private static Command[] Commands(string name) => name switch
    {
        "show" => [ShowCommand.Create()],
        "set" => [SetCommand.Create()],
        "remove" => [RemoveCommand.Create()],
        "reset" => [ResetCommand.Create()],
        "verify" => [VerifyCommand.Create()],
        "release" => [ReleaseCommand.Create()],
        "test" => [TestCommand.Create()],
        "machineconfig" => [MachineConfigCommand.Create()],
        _ => [.. AllCommands(), ManualPage.Create(AllCommands)],
    };

    private static Command[] AllCommands() =>
    [
        ShowCommand.Create(), SetCommand.Create(), RemoveCommand.Create(), ResetCommand.Create(), VerifyCommand.Create(), ReleaseCommand.Create(),
        TestCommand.Create(), MachineConfigCommand.Create(),
    ];

    private static string CommandPath(Command command)
    {
        string name = command is RootCommand ? "containertrust" : command.Name;
        return command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{CommandPath(parent)} {name}" : name;
    }
}
