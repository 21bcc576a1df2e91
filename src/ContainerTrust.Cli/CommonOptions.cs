using System.CommandLine;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary>The options that say which files are meant, the same for every command.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string?> _root = new("--root")
        { Description = "Directory that is another host's root, such as a mounted disk", HelpName = "dir" };
    private readonly Option<string?> _policy = new("--policy")
        { Description = "policy.json, as the host names it (default: the one in force)", HelpName = "file" };
    private readonly Option<string?> _registries = new("--registries-d")
        { Description = "registries.d, as the host names it (default: the one in force)", HelpName = "dir" };
    private readonly Option<bool> _user = new("--user") { Description = "The current user's own files, even where they do not exist yet" };
    private readonly Option<string?> _podman = new("--podman-version")
    {
        Description = "Version of podman whose rules say where files are (default: found on the host)",
        HelpName = "version",
    };

    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say what is done" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_root, _policy, _registries, _user, _podman, _verbose])
            command.Options.Add(option);
    }

    public TrustStore Open(ParseResult result) => TrustStore.Open(Target(result), Messages(result));

    /// <summary>Which files are meant.</summary>
    public TrustStoreOptions Target(ParseResult result)
    {
        string? root = result.GetValue(_root);
        if (root is "")
            throw new TrustException("InvalidPath", TrustErrorKind.InvalidArgument, "--root is empty; perhaps a variable is not set.");
        return new TrustStoreOptions
        {
            RootDirectory = root is null ? null : Path.GetFullPath(root),
            PolicyPath = HostPath(result.GetValue(_policy), "--policy", root),
            RegistriesDirectory = HostPath(result.GetValue(_registries), "--registries-d", root),
            CurrentUser = result.GetValue(_user),
            PodmanVersion = result.GetValue(_podman),
            Command = $"containertrust {result.CommandResult.Command.Name}",
        };
    }

    /// <summary>Where the engine's words go.</summary>
    public TrustMessages Messages(ParseResult result) => Messages(result.GetValue(_verbose));

    /// <summary>A path on the host: absolute, or, on this host, relative to the working directory.</summary>
    public string HostPath(ParseResult result, string path, string option) => HostPath(path, option, result.GetValue(_root))!;

    private static string? HostPath(string? path, string option, string? root)
    {
        if (path is null || path.StartsWith('/'))
            return path;
        if (path.Length == 0)
            throw new TrustException("InvalidPath", TrustErrorKind.InvalidArgument, $"{option} is empty; perhaps a variable is not set.");
        if (root is not null)
            throw new TrustException(
                "RelativePath",
                TrustErrorKind.InvalidArgument,
                $"With --root, {option} is a path as that host names it and must begin with /; '{path}' does not.")
            {
                Target = path,
            };
        return Path.GetFullPath(path);
    }

    /// <summary>Where the words of a command without these options go.</summary>
    public static TrustMessages Messages(bool verbose) => new()
    {
        Warning = StandardError.Warn,
        Verbose = verbose ? static text => StandardError.WriteLine(PrintableText.Line(text)) : static _ => { },
    };
}
