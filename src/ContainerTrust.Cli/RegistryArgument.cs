using System.CommandLine;

namespace ContainerTrust.Cli;

/// <summary>The scopes on the command line.</summary>
internal static class RegistryArgument
{
    /// <summary>The scopes, refusing what is more likely an option that was mistyped, or a variable that is not set.</summary>
    public static string[] Get(ParseResult result, Argument<string[]> argument, bool allowEmpty)
    {
        string[] names = result.GetValue(argument) ?? [];
        foreach (string name in names)
        {
            if (name.StartsWith('-'))
                throw Usage($"'{name}' is not an option of this command, and no registry begins with a dash. See --help.");
            if (name.Length == 0 && !allowEmpty)
                throw Usage("A registry is empty; perhaps a variable is not set. The default of a whole transport is named by \"\" " +
                    "together with --transport and --force.");
        }

        return names;
    }

    private static TrustException Usage(string message) => new("InvalidRegistry", TrustErrorKind.InvalidArgument, message);
}
