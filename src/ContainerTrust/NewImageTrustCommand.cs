using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Commands;

/// <summary><c>New-ImageTrust</c>: entries in memory, by the rules of <c>Set-ImageTrust</c>. No host is read or changed.</summary>
[Cmdlet(VerbsCommon.New, "ImageTrust", DefaultParameterSetName = RegistrySet, HelpUri = HelpPage.Directory + "New-ImageTrust.md")]
[OutputType(typeof(ImageTrust))]
public sealed partial class NewImageTrustCommand : EngineCmdlet
{
    private const string RegistrySet = "Registry";
    private const string DefaultSet = "Default";

    /// <summary>The scopes: registries, namespaces, repositories, images, or <c>*.example.com</c> for all hosts below a domain.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RegistrySet, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true, HelpMessage = "A registry, namespace, repository or image")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <summary>
    /// The policy's default, which governs every image that no scope does; stores then are those of <c>default-docker</c>.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>The transport that the scopes belong to.</summary>
    [Parameter(ParameterSetName = RegistrySet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [TransportName]
    [ArgumentCompleter(typeof(TransportCompleter))]
    public string Transport { get; set; } = "docker";

    /// <summary>
    /// What is demanded. If left out, <c>SigstoreSigned</c> where a parameter is given that only this type has, else <c>SignedBy</c> where
    /// <see cref="KeyPath"/> is.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateSet("SignedBy", "SigstoreSigned", "Accept", "Reject")]
    public string? Type { get; set; }

    /// <summary>
    /// Key files as the hosts name them: OpenPGP for <c>SignedBy</c>, PEM public keys for <c>SigstoreSigned</c>. Each must have signed,
    /// unless <see cref="AnyKey"/> is given.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[]? KeyPath { get; set; }

    /// <summary>Store keys and certificates themselves, from files of this machine, instead of their paths.</summary>
    [Parameter]
    public SwitchParameter InlineKey { get; set; }

    /// <summary>A signature by one of the keys is enough.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter AnyKey { get; set; }

    /// <summary>Which reference a signature must name. <c>MatchRepoDigestOrExact</c> applies if no identity is given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateSet("MatchExact", "MatchRepoDigestOrExact", "MatchRepository")]
    public string? SignedIdentity { get; set; }

    /// <summary>Signatures must name this reference, whatever the image is called.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? ExactReference { get; set; }

    /// <summary>Signatures must name this repository, whatever the image is called.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? ExactRepository { get; set; }

    /// <summary>For mirrors: this prefix of the image's name is <see cref="SignedPrefix"/> in signatures.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? RemapPrefix { get; set; }

    /// <summary>The prefix that signatures name instead of <see cref="RemapPrefix"/>.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? SignedPrefix { get; set; }

    /// <summary>URL of the store that signatures are read from (<c>https://…</c>, <c>file:///…</c>).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string? SignatureStore { get; set; }

    /// <summary>URL of the store that signatures are written to.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? SignatureStoreStaging { get; set; }

    /// <summary>
    /// Read sigstore signatures from the registry itself; <c>-UseSigstoreAttachments:$false</c> says that they are not read. If left
    /// out, it is switched on when the entry is set, where its requirements need it.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter UseSigstoreAttachments { get; set; }

    /// <summary>Take keys inside the entry that cannot sign now, and scopes that no image has.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Process()
    {
        // -Default:$false, as a script may have it.
        if (ParameterSetName == DefaultSet && !Default)
            return;
        SetRequest request = new()
        {
            IsDefault = ParameterSetName == DefaultSet,
            Registries = ParameterSetName == RegistrySet ? Registry ?? [] : [],
            Transport = ParameterSetName == RegistrySet ? Transport : null,
            Options = Demanded(),
            Stores = new LookasideSection
            {
                SignatureStore = SignatureStore,
                SignatureStoreStaging = SignatureStoreStaging,
                UseSigstoreAttachments = MyInvocation.BoundParameters.ContainsKey(nameof(UseSigstoreAttachments))
                    ? UseSigstoreAttachments.ToBool() : null,
            },
            Force = Force,
        };

        // Of many that are piped in, one at fault is an error of its own.
        Attempt(() => WriteObject(NewEntries.Make(request, Messages, e => Report(e)), enumerateCollection: true));
    }

    private RequirementOptions Demanded() => new()
    {
        Type = Type is null ? null : Enum.Parse<TrustType>(Type, ignoreCase: true),
        KeyPaths = Resolve(KeyPath),
        BaseDirectory = "/",
        InlineKey = InlineKey,
        AnyKey = AnyKey,
        SignedIdentity = IdentityRule.Of(SignedIdentity, ExactReference, ExactRepository, RemapPrefix, SignedPrefix),
        FulcioCAPath = Resolve(FulcioCAPath),
        OidcIssuer = OidcIssuer,
        SubjectEmail = SubjectEmail,
        RekorPublicKeyPaths = Resolve(RekorPublicKeyPath),
        CARootsPath = Resolve(CARootsPath),
        CAIntermediatesPath = Resolve(CAIntermediatesPath),
        SubjectHostname = SubjectHostname,
        TrustedRoot = TrustedRootPath is null ? null
            : TrustedRootMembers.Read(LocalPath(TrustedRootPath), needsAuthority: KeyPath is not { Length: > 0 }, Messages),
    };

    private string[] Resolve(IReadOnlyList<string>? paths) => [.. (paths ?? []).Select(path => Resolve(path))];

    // What is stored is a file of this machine; a path is the hosts' own, and is kept as it is.
    [return: NotNullIfNotNull(nameof(path))]
    private string? Resolve(string? path) => path is null || !InlineKey ? path : LocalPath(path);
}
