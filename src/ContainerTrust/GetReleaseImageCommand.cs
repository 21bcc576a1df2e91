using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <summary><c>Get-ReleaseImage</c>: the images that an OpenShift or OKD release consists of.</summary>
[Cmdlet(VerbsCommon.Get, "ReleaseImage", HelpUri = HelpPage.Directory + "Get-ReleaseImage.md")]
[OutputType(typeof(ReleaseImageContent))]
public sealed class GetReleaseImageCommand : IdentityCmdlet
{
    private WildcardPattern[]? _names;
    private ReleaseVerifier? _verifier;

    /// <summary>Release images: <c>quay.io/openshift-release-dev/ocp-release@sha256:…</c>, <c>dir:…</c>, <c>oci:…</c>.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true,
        HelpMessage = "A release image, such as quay.io/openshift-release-dev/ocp-release@sha256:…")]
    [ArgumentCompleter(typeof(ImageCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Release { get; set; }

    /// <summary>Components to show, such as <c>machine-config-operator</c>. <c>*</c> and <c>?</c> are wildcards.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>The instance of multi-arch releases that is meant, <c>os/architecture[/variant]</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    public string? Platform { get; set; }

    /// <summary>List the contents of a release that nobody vouches for.</summary>
    [Parameter]
    public SwitchParameter SkipSignatureCheck { get; set; }

    private protected override VerificationOptions Verification => OptionsOf(KeyPath, Fingerprint, SignatureStore, SignatureConfigMap);

    private protected override void Begin()
    {
        base.Begin();
        RequireKeys(KeyPath, Fingerprint);
        if (SkipSignatureCheck)
            this.Warn("The signatures of releases are not checked: the list is what the server says.");
        _names = Name is null ? null : [.. Name.Select(Pattern)];
    }

    private protected override void Process()
    {
        foreach (string release in Release!)
        {
            string name = "";
            if (!Attempt(() =>
            {
                RequireOneRegistry(release);
                name = ImageName(release);
            }))
                continue;
            _verifier ??= new ReleaseVerifier(Verifier, Platform is null ? null : ImagePlatform.Parse(Platform));
            Start(
                new VerificationItem(release),
                async cancellation => await _verifier.ReadAsync(name, !SkipSignatureCheck, cancellation).ConfigureAwait(false));
        }
    }

    private protected override void Write(VerificationItem item, object result)
    {
        IReadOnlyList<ReleaseImageContent> contents = (IReadOnlyList<ReleaseImageContent>)result;
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach (ReleaseImageContent content in contents)
        {
            if (_names?.Any(n => n.IsMatch(content.Name)) == false)
                continue;
            seen.Add(content.Name);
            WriteObject(content);
        }

        foreach (string name in (Name ?? []).Where(n => !WildcardPattern.ContainsWildcardCharacters(n) && !seen.Contains(n)))
            Report(new TrustException(
                "ComponentNotFound",
                TrustErrorKind.NotFound,
                $"{item.Target} has no component '{name}'. Get-ReleaseImage without -Name shows those it has.")
            {
                Target = name,
            });
    }
}
