using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ContainerTrust.Cli;

/// <summary>
/// Help that has room for its columns: on a narrower terminal its lines are wrapped by that, and the library would never end or fail.
/// </summary>
internal sealed class HelpWidth(HelpAction help) : SynchronousCommandLineAction
{
    private const int Least = 40;

    /// <summary>Puts it in the place of the library's own.</summary>
    /// <param name="root">The command.</param>
    public static void AddTo(RootCommand root)
    {
        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction action })
                option.Action = new HelpWidth(action);
        }
    }

    // Who asks for help need not have given what the command needs.
    /// <inheritdoc/>
    public override bool ClearsParseErrors => help.ClearsParseErrors;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        if (help.MaxWidth < Least)
            help.MaxWidth = Least;
        return help.Invoke(parseResult);
    }
}
