using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImageMode;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>New-ImageTrustLayer</c>: what an image of an operating system needs so that hosts take only signed updates of it.</summary>
[Cmdlet(VerbsCommon.New, "ImageTrustLayer", SupportsShouldProcess = true, HelpUri = HelpPage.Directory + "New-ImageTrustLayer.md")]
[OutputType(typeof(ImageTrustLayer))]
public sealed class NewImageTrustLayerCommand : EngineCmdlet
{
    private readonly List<ImageTrust> _entries = [];

    /// <summary>The image as hosts fetch it, in full: <c>quay.io/example/os:latest</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The image as hosts fetch it, such as quay.io/example/os:latest")]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>
    /// Public keys that updates are signed with, files of this machine: PEM, as cosign makes them, or OpenPGP. Each must have signed,
    /// unless <see cref="AnyKey"/> is given.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyPath { get; set; }

    /// <summary>A signature by one of the keys is enough.</summary>
    [Parameter]
    public SwitchParameter AnyKey { get; set; }

    /// <summary>
    /// Which reference a signature must name. If left out, <c>MatchRepository</c> for PEM keys, as cosign names no tag, and
    /// <c>MatchRepoDigestOrExact</c> for OpenPGP keys.
    /// </summary>
    [Parameter]
    [ValidateSet("MatchExact", "MatchRepoDigestOrExact", "MatchRepository")]
    public string? SignedIdentity { get; set; }

    /// <summary>URL of the store that OpenPGP signatures are read from.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string? SignatureStore { get; set; }

    /// <summary>
    /// What is demanded of images that no entry governs. If left out, <c>Reject</c>, unless the base image demands something already.
    /// </summary>
    [Parameter]
    [ValidateSet("Accept", "Reject")]
    public string? Default { get; set; }

    /// <summary>The root of the base image, mounted or unpacked on this machine: its policy is added to.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BaseRoot { get; set; }

    /// <summary>More entries, from <c>New-ImageTrust</c> or <c>Get-ImageTrust</c>.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public ImageTrust[]? InputObject { get; set; }

    /// <summary>Key files of this machine to put into the image, where piped entries name files of the same name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyFile { get; set; }

    /// <summary>Write the files and the lines of the Containerfile into this directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutputDirectory { get; set; }

    /// <summary>Take what is doubtful, and replace files in <see cref="OutputDirectory"/>.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>With <see cref="OutputDirectory"/>: return the object, too.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        if (InputObject is not null)
            _entries.AddRange(InputObject);
    }

    // All entries together are one policy.
    private protected override void End()
    {
        ImageTrustLayer layer = ImageLayerBuilder.Build(
            new ImageLayerOptions
            {
                Image = Image!,
                KeyPaths = [.. (KeyPath ?? []).Select(LocalPath)],
                AnyKey = AnyKey,
                SignedIdentity = IdentityRule.Of(SignedIdentity, null, null, null, null),
                SignatureStore = SignatureStore,
                Default = Default is null ? null
                    : Default.Equals("Reject", StringComparison.OrdinalIgnoreCase) ? new RejectRequirement() : new AcceptRequirement(),
                BaseRoot = LocalPathOrNull(BaseRoot),
                Entries = _entries,
                KeyFiles = [.. (KeyFile ?? []).Select(LocalPath)],
                Force = Force,
            },
            Messages,
            Cancellation);
        if (OutputDirectory is not null)
            WriteFiles(layer, LocalPath(OutputDirectory));
        if (OutputDirectory is null || PassThru)
            WriteObject(layer);
    }

    // A policy without the key that it names is worse than none, so it is all of the files or none.
    private void WriteFiles(ImageTrustLayer layer, string directory)
    {
        IReadOnlyList<ImageLayerOutputFile> files = ImageLayerOutput.Plan(LocalHost.Instance, directory, layer, Force);
        string names = string.Join(", ", files.Select(f => f.Path[(directory.TrimEnd('/').Length + 1)..]));
        if (files.Count > 0 && this.IsWanted(directory, $"Write {names}"))
            ImageLayerOutput.Write(LocalHost.Instance, files, Messages, Cancellation);
    }
}
