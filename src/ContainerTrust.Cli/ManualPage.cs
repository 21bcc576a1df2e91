using System.CommandLine;
using System.Text;

namespace ContainerTrust.Cli;

/// <summary>
/// <c>containertrust man</c>: the manual page, made from the command's own help, so that both say the same. It is roff with the macros of
/// man(7): <c>containertrust man | man -l -</c> shows it, and packages install it as <c>containertrust.1</c>.
/// </summary>
internal static class ManualPage
{
    public static Command Create(Func<IReadOnlyList<Command>> documented)
    {
        Command command = new("man", "Prints the manual page, for man(1).") { Hidden = true };
        command.SetAction(_ =>
        {
            Output.Write(Write(documented()));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The page of all commands.</summary>
    public static string Write(IReadOnlyList<Command> commands)
    {
        StringBuilder page = new();
        page.Append(".\\\" Made by \"containertrust man\" from the command's help.\n");
        page.Append($".TH CONTAINERTRUST 1 \"\" \"ContainerTrust {Escape(Version)}\" \"User Commands\"\n");
        page.Append(".SH NAME\ncontainertrust \\- manage which container images a host trusts, and verify images by that\n");
        page.Append(".SH SYNOPSIS\n");
        foreach (Command command in commands)
            page.Append($".B containertrust {Escape(command.Name)}\n{Usage(command)}\n.br\n");
        page.Append(".SH DESCRIPTION\n").Append(Escape(Program.Description)).Append('\n');
        page.Append(".SH COMMANDS\n");
        foreach (Command command in commands)
        {
            page.Append($".SS containertrust {Escape(command.Name)}\n{Line(command.Description)}\n");
            foreach (Argument argument in command.Arguments)
                page.Append($".TP\n{Value(argument.Name)}\n{Line(argument.Description)}\n");
            foreach (Option option in command.Options)
                page.Append($".TP\n{Names(option)}\n{Line(option.Description)}{Default(option)}\n");
        }

        page.Append(Closing);
        return page.ToString();
    }

    private static string Version => typeof(ManualPage).Assembly.GetName().Version?.ToString(3) ?? "";

    private static string Usage(Command command)
    {
        IEnumerable<string> arguments = command.Arguments.Select(
            static a => a.Arity.MinimumNumberOfValues > 0 ? Value(a.Name) : $"[{Value(a.Name)}]");
        return string.Join(' ', [.. arguments, "[\\fIoptions\\fR]"]);
    }

    private static string Names(Option option)
    {
        IEnumerable<string> all = option.Aliases.Append(option.Name).Distinct().OrderBy(static n => n.Length);
        string names = string.Join(", ", all.Select(static n => $"\\fB{Escape(n)}\\fR"));
        return option.ValueType == typeof(bool) ? names : $"{names} {Value(option.HelpName ?? option.Name.TrimStart('-'))}";
    }

    private static string Value(string name) => $"\\fI{Escape(name)}\\fR";

    private static string Default(Option option) =>
        option is { HasDefaultValue: true } and not Option<bool> && option.GetDefaultValue()?.ToString() is { Length: > 0 } value
            ? $"\n(Default: {Escape(value)}.)" : "";

    // A line that begins with a dot or an apostrophe would be a request to roff.
    private static string Line(string? text) => text is null or "" ? "" : $"\\&{Escape(text)}{(text.EndsWith('.') ? "" : ".")}";

    private static string Escape(string text) =>
        text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);

    private const string Closing =
        """
        .SH EXIT STATUS
        .TP
        .B 0
        What was asked for is done, or was so already;
        \fBapply \-\-exit\-code\fR: was so already; \fBverify\fR and \fBrelease\fR: valid; \fBtest\fR: compliant.
        .TP
        .B 1
        It failed. \fBverify\fR and \fBrelease\fR: an image was judged, and is not valid. \fBtest\fR: the host could not be checked.
        .TP
        .B 2
        The command line is invalid.
        .TP
        .B 3
        \fBverify\fR and \fBrelease\fR: an image could not be judged. \fBtest\fR: the host is not compliant.
        \fBapply \-\-exit\-code\fR: something was changed, or would be.
        .TP
        .B 130
        Ctrl+C was pressed. What was written is whole.
        .SH FILES
        .TP
        .I /etc/containers/policy.json
        Which images are accepted; a user's own is \fI~/.config/containers/policy.json\fR.
        .TP
        .I /etc/containers/registries.d
        Where signatures are read from and written to.
        .SH SEE ALSO
        .BR containers\-policy.json (5),
        .BR containers\-registries.d (5),
        .BR podman\-image\-trust (1),
        .BR skopeo (1)

        """;
}
