using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary>What all cmdlets share that work on a host: which files are meant, and how paths on it are read.</summary>
/// <remarks>A cmdlet some of whose parameter sets ask no host overrides the parameters, and says which sets have them.</remarks>
public abstract class HostCmdlet : EngineCmdlet
{
    private TrustStore? _store;

    private protected HostCmdlet()
    {
    }

    /// <summary>
    /// A directory that is the root of another host (a mounted disk, an unpacked image). All files of that host are looked for below it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? Root { get; set; }

    /// <summary>
    /// The policy.json to use instead of the one in force. With <see cref="Root"/> an absolute path as that host names it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? PolicyPath { get; set; }

    /// <summary>
    /// The registries.d directory to use instead of the one in force. With <see cref="Root"/> an absolute path as that host names it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? RegistriesDirectory { get; set; }

    /// <summary>Use the current user's own files (<c>~/.config/containers</c>), even where they do not exist yet.</summary>
    [Parameter]
    public virtual SwitchParameter CurrentUser { get; set; }

    /// <summary>
    /// The version of podman whose rules say where files are looked for (<c>5.8</c>, <c>6.0</c>), where the host does not tell or tells
    /// wrongly.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public virtual string? PodmanVersion { get; set; }

    /// <summary>Which files are meant.</summary>
    private protected virtual TrustStoreOptions StoreOptions => new()
    {
        RootDirectory = Root is null ? null : LocalPath(Root),
        PolicyPath = HostPath(PolicyPath, nameof(PolicyPath)),
        RegistriesDirectory = HostPath(RegistriesDirectory, nameof(RegistriesDirectory)),
        CurrentUser = CurrentUser,
        PodmanVersion = PodmanVersion,
        Command = MyInvocation.MyCommand.Name,
    };

    /// <summary>The host's files; opened when first needed.</summary>
    private protected TrustStore Store => _store ??= TrustStore.Open(StoreOptions, Messages);

    /// <summary>Whether the files are another host's.</summary>
    private protected virtual bool IsElsewhere => Root is not null;

    /// <summary>
    /// A path on the host that is worked on: another host's as that host names it, otherwise one that PowerShell resolves.
    /// </summary>
    [return: NotNullIfNotNull(nameof(path))]
    private protected string? HostPath(string? path, string parameter)
    {
        if (path is null)
            return null;
        if (!IsElsewhere)
            return LocalPath(path);
        return path.StartsWith('/') ? path : throw new TrustException(
            "PathNotAbsolute",
            TrustErrorKind.InvalidArgument,
            $"-{parameter} '{path}' must be an absolute path: {(Root is null ? "with -HostName" : "with -Root")} it names the file as " +
            "that host does, not as this session.")
        {
            Target = path,
        };
    }
}
