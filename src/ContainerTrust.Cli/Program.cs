using System.CommandLine;
using System.Runtime.CompilerServices;

namespace ContainerTrust.Cli;

/// <summary>The command: trust on one host, for machines without PowerShell.</summary>
internal static class Program
{
    /// <summary>What the command is for, in its help and its manual page.</summary>
    public const string Description =
        "Manages which container images a host trusts (policy.json, registries.d and the keys they name), and verifies images by that.";

    public static int Main(string[] args)
    {
        Descriptors.Occupy();
        AdviceLanguage.Speak(ShellLanguage.Instance);
        bool isVerdict = args is ["verify" or "release", ..];
        if (args is ["dsc", ..])
            StandardError.SpeakJson();
        int code;
        try
        {
            code = Run(args);
        }
        catch (TrustException e)
        {
            StandardError.Fail(e.Message);
            code = e.Kind == TrustErrorKind.InvalidArgument ? ExitCode.Usage : ExitCode.Failed;
        }
        catch (InvalidOperationException) when (args.Length > 0 && args[0].StartsWith("[suggest", StringComparison.Ordinal))
        {
            // System.CommandLine fails where it is asked what can follow "--option=". A shell that completes needs no more than no answer.
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            StandardError.Fail(isVerdict ? "cancelled." : "cancelled; nothing more was written.");
            code = ExitCode.Failed;
        }
        catch (Exception e)
        {
            // Standard output is gone (a closed pipe, a full disk), the system is out of something, or this is a mistake of ours: an
            // error in any case.
            StandardError.Fail(Innermost(e).Message.Trim());
            code = isVerdict ? ExitCode.NotJudged : ExitCode.Failed;
        }

        return Cancellation.WasRequested ? ExitCode.Interrupted : code;
    }

    // Apart, so that what cannot be loaded for it is caught.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(string[] args)
    {
        // So the framework reads what is not UTF-8: another file would be meant than the one that was named.
        if (Array.Exists(args, static a => a.Contains('\uFFFD', StringComparison.Ordinal)))
            throw new TrustException(
                "InvalidArgumentText",
                TrustErrorKind.InvalidArgument,
                "An argument is not valid UTF-8, or holds U+FFFD. Rename the file that it names.");
        RootCommand root = new(Description);
        HelpWidth.AddTo(root);
        foreach (Command command in Commands(args.Length > 0 ? args[0] : ""))
            root.Subcommands.Add(command);

        // An argument that begins with @ is what it says it is, never a file with further arguments: it may come from elsewhere, and must
        // not bring options along.
        ParseResult result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count == 0)
            return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        if (args is ["dsc", ..])
        {
            StandardError.Fail(string.Join(" ", result.Errors.Select(static e => e.Message)));
            return ExitCode.Usage;
        }

        foreach (System.CommandLine.Parsing.ParseError error in result.Errors)
            StandardError.WriteLine($"containertrust: {error.Message}");
        StandardError.WriteLine($"Try '{CommandPath(result.CommandResult.Command)} --help'.");
        return ExitCode.Usage;
    }

    private static Exception Innermost(Exception e)
    {
        while (e is TypeInitializationException or AggregateException && e.InnerException is { } inner)
            e = inner;
        return e;
    }

    // A script runs one command at a time: only that one is put together.
    private static Command[] Commands(string name) => name switch
    {
        "show" => [ShowCommand.Create()],
        "set" => [SetCommand.Create()],
        "presets" => [PresetsCommand.Create()],
        "apply" => [ApplyCommand.Create()],
        "remove" => [RemoveCommand.Create()],
        "reset" => [ResetCommand.Create()],
        "undo" => [UndoCommand.Create()],
        "history" => [HistoryCommand.Create()],
        "rotate" => [RotateCommand.Create()],
        "verify" => [VerifyCommand.Create()],
        "release" => [ReleaseCommand.Create()],
        "save" => [SaveCommand.Create()],
        "rehearse" => [RehearseCommand.Create()],
        "test" => [TestCommand.Create()],
        "machineconfig" => [MachineConfigCommand.Create()],
        "layer" => [LayerCommand.Create()],
        "imagepolicy" => [ImagePolicyCommand.Create()],
        "dsc" => [DscCommand.Create()],
        _ => [.. AllCommands(), ManualPage.Create(AllCommands)],
    };

    private static Command[] AllCommands() =>
    [
        ShowCommand.Create(), SetCommand.Create(), ApplyCommand.Create(), PresetsCommand.Create(), RemoveCommand.Create(),
        ResetCommand.Create(), UndoCommand.Create(), HistoryCommand.Create(), RotateCommand.Create(),
        VerifyCommand.Create(), ReleaseCommand.Create(), SaveCommand.Create(),
        TestCommand.Create(), RehearseCommand.Create(), MachineConfigCommand.Create(), ImagePolicyCommand.Create(), LayerCommand.Create(),
        DscCommand.Create(),
    ];

    private static string CommandPath(Command command)
    {
        string name = command is RootCommand ? "containertrust" : command.Name;
        return command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{CommandPath(parent)} {name}" : name;
    }
}
