using System.CommandLine;
using System.CommandLine.Completions;
using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Cli;

/// <summary>The option that says where the user's own presets are.</summary>
internal sealed class PresetOptions
{
    /// <summary>The directory of this machine.</summary>
    public Option<string?> Directory { get; } = new("--preset-directory")
    {
        Description = "Directory of this machine that your own presets are in (default: /etc/containertrust/presets.d)",
        HelpName = "directory",
    };

    /// <summary>The presets that can be named.</summary>
    /// <param name="result">The command line.</param>
    /// <exception cref="TrustException">The directory cannot be read, or nothing was given (<c>InvalidPath</c>).</exception>
    public PresetCatalog Load(ParseResult result) => PresetCatalog.Load(result.GetValue(Directory) switch
    {
        null => null,
        "" => throw new TrustException("InvalidPath", TrustErrorKind.InvalidArgument,
            "--preset-directory is empty; perhaps a variable is not set."),
        var given => Path.GetFullPath(given),
    });

    /// <summary>The names that can be given; those built in if the directory cannot be read, which the command itself will say.</summary>
    public IEnumerable<CompletionItem> Completions(CompletionContext context)
    {
        PresetCatalog presets;
        try
        {
            presets = Load(context.ParseResult);
        }
        catch (TrustException)
        {
            presets = PresetCatalog.BuiltIn;
        }

        return presets.Names.Select(static n => new CompletionItem(n));
    }
}
