using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Set-ImageTrust</c>: trusts, rejects or accepts scopes. However many there are, they are one write.</summary>
[Cmdlet(VerbsCommon.Set, "ImageTrust", DefaultParameterSetName = RegistrySet, SupportsShouldProcess = true,
    HelpUri = HelpPage.Directory + "Set-ImageTrust.md")]
[OutputType(typeof(ImageTrust))]
public sealed partial class SetImageTrustCommand : ChangeTrustCmdlet
{
    private const string RegistrySet = "Registry";
    private const string DefaultSet = "Default";
    private const string PresetSet = "Preset";
    private const string InputObjectSet = "InputObject";

    private readonly List<ImageTrust> _entries = [];
    private SignedIdentity? _identity;
    private LookasideSection _given = new();
    private RequirementOptions _options = null!;

    /// <summary>The scopes: registries, namespaces, repositories, images, or <c>*.example.com</c> for all hosts below a domain.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RegistrySet, HelpMessage = "A registry, namespace, repository or image")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <summary>Set the policy's default, which governs every image that no scope does; stores then become those of <c>default-docker</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>A vendor's registries with the vendor's key and signature stores: <c>RedHat</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PresetSet, HelpMessage = "The preset's name, such as RedHat")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PresetCompleter))]
    public string? Preset { get; set; }

    /// <summary>Entries to write as they are; parameters that are given besides override what the entry says.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true, HelpMessage = "An entry from Get-ImageTrust")]
    [ValidateNotNull]
    public ImageTrust[]? InputObject { get; set; }

    /// <summary>The transport that the scopes belong to.</summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [ValidateNotNullOrEmpty]
    [TransportName]
    [ArgumentCompleter(typeof(TransportCompleter))]
    public string Transport { get; set; } = "docker";

    /// <summary>
    /// What is demanded. If left out, <c>SigstoreSigned</c> where a parameter is given that only this type has, else <c>SignedBy</c> where
    /// <see cref="KeyPath"/> is.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateSet("SignedBy", "SigstoreSigned", "Accept", "Reject")]
    public string? Type { get; set; }

    /// <summary>Key files on the host: OpenPGP for <c>SignedBy</c>, PEM public keys for <c>SigstoreSigned</c>. Each must have signed, unless <see cref="AnyKey"/> is given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyPath { get; set; }

    /// <summary>Store keys and certificates themselves in the policy, as RHEL 7 did, instead of their paths.</summary>
    [Parameter]
    public SwitchParameter InlineKey { get; set; }

    /// <summary>A signature by one of the keys is enough.</summary>
    [Parameter]
    public SwitchParameter AnyKey { get; set; }

    /// <summary>Which reference a signature must name. <c>MatchRepoDigestOrExact</c> applies if no identity is given.</summary>
    [Parameter]
    [ValidateSet("MatchExact", "MatchRepoDigestOrExact", "MatchRepository")]
    public string? SignedIdentity { get; set; }

    /// <summary>Signatures must name this reference, whatever the image is called.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExactReference { get; set; }

    /// <summary>Signatures must name this repository, whatever the image is called.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExactRepository { get; set; }

    /// <summary>For mirrors: this prefix of the image's name is <see cref="SignedPrefix"/> in signatures.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RemapPrefix { get; set; }

    /// <summary>The prefix that signatures name instead of <see cref="RemapPrefix"/>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SignedPrefix { get; set; }

    /// <summary>URL of the store that signatures are read from (<c>https://…</c>, <c>file:///…</c>). Without type and keys only the stores are set.</summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    public string? SignatureStore { get; set; }

    /// <summary>URL of the store that signatures are written to.</summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    public string? SignatureStoreStaging { get; set; }

    /// <summary>
    /// Read sigstore signatures from the registry itself; <c>-UseSigstoreAttachments:$false</c> writes that they are not read. If left out, it is switched on
    /// where new requirements need it.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    public SwitchParameter UseSigstoreAttachments { get; set; }

    /// <summary>Write keys that are missing or cannot sign now, and scopes that no image has.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Return the entries as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool WantsEntries => PassThru;

    // A copy that fails in part could leave less protection than either side had: a looser default without the scopes that go with it.
    private protected override bool IsAllOrNothing => ParameterSetName == InputObjectSet;

    private bool HasRequirementParameters =>
        Type is not null || KeyPath is not null || InlineKey || AnyKey || HasSigstoreParameters;

    private protected override void Begin()
    {
        base.Begin();
        _identity = IdentityParameters.Build(SignedIdentity, ExactReference, ExactRepository, RemapPrefix, SignedPrefix);
        RequirementFactory.RequireValid(_identity);
        _given = new LookasideSection
        {
            SignatureStore = SignatureStore,
            SignatureStoreStaging = SignatureStoreStaging,
            UseSigstoreAttachments = MyInvocation.BoundParameters.ContainsKey(nameof(UseSigstoreAttachments)) ? UseSigstoreAttachments.ToBool() : null,
        };

        // Paths are made absolute here: only the pipeline's own thread knows PowerShell's location.
        _options = new RequirementOptions
        {
            Type = Type is null ? null : Enum.Parse<TrustType>(Type, ignoreCase: true),
            KeyPaths = Resolve(KeyPath, nameof(KeyPath)),
            BaseDirectory = "/",
            InlineKey = InlineKey,
            AnyKey = AnyKey,
            SignedIdentity = _identity,
            FulcioCAPath = Resolve(FulcioCAPath, nameof(FulcioCAPath)),
            OidcIssuer = OidcIssuer,
            SubjectEmail = SubjectEmail,
            RekorPublicKeyPaths = Resolve(RekorPublicKeyPath, nameof(RekorPublicKeyPath)),
            CARootsPath = Resolve(CARootsPath, nameof(CARootsPath)),
            CAIntermediatesPath = Resolve(CAIntermediatesPath, nameof(CAIntermediatesPath)),
            SubjectHostname = SubjectHostname,
        };
    }

    private protected override IReadOnlyList<string> FilesNeeded =>
    [
        .. _options.KeyPaths, .. _options.RekorPublicKeyPaths,
        .. new[] { _options.FulcioCAPath, _options.CARootsPath, _options.CAIntermediatesPath }.OfType<string>(),
        .. _entries.Where(static e => e.Requirements is not null).SelectMany(static e => PolicyFiles.Of(e.Requirements.OfType<TrustRequirement>())),
        .. Preset is null || KeyPath is not null ? [] : TrustPresets.Files,
    ];

    private protected override void Process() => _entries.AddRange(InputObject ?? []);

    private protected override void Collect(HostContext host, HostChanges changes)
    {
        bool onlyStores = !HasRequirementParameters && _identity is null && !_given.IsEmpty;
        IReadOnlyList<TrustRequirement>? requirements = ParameterSetName switch
        {
            RegistrySet or DefaultSet => onlyStores ? null : host.Store.Requirements.Build(_options),
            InputObjectSet when HasRequirementParameters => host.Store.Requirements.Build(_options),
            _ => null,
        };
        if (requirements is not null)
            CheckKeys(host, requirements);
        LookasideSection? stores = _given.IsEmpty ? null : _given;

        // Who says nothing of attachments, and asks for signatures that lie there, wants them read.
        bool switchesOn = requirements is not null && _given.UseSigstoreAttachments is null;
        switch (ParameterSetName)
        {
            case DefaultSet when Default:
                changes.Add(new TrustChange { Transport = "all", Registry = "default", IsDefault = true, Requirements = requirements, Section = stores, SwitchOnAttachments = switchesOn });
                break;
            case RegistrySet:
                foreach (string name in Registry!)
                {
                    if (changes.Attempt(() => ScopeRules.Require(Transport, name, Force)))
                        changes.Add(new TrustChange { Transport = Transport, Registry = name, Requirements = requirements, Section = stores, SwitchOnAttachments = switchesOn });
                }

                break;
            case PresetSet:
                AddPreset(host, changes);
                break;
            case InputObjectSet:
                foreach (ImageTrust trust in _entries)
                    changes.Attempt(() => AddObject(host, changes, trust, requirements));
                break;
        }
    }

    private protected override string Describe(HostChanges changes, TrustChange change)
    {
        List<string> parts = [];
        if (change.Requirements is { } requirements)
            parts.Add(string.Join(" and ", requirements.Select(RequirementText.Describe)));
        if (change.Section?.SignatureStore is { } store)
            parts.Add($"signature store {store}");
        if (change.Section?.SignatureStoreStaging is { } staging)
            parts.Add($"staging {staging}");
        if ((changes.SwitchesOn(change) ? true : change.Section?.UseSigstoreAttachments) is { } attachments)
            parts.Add($"sigstore attachments {(attachments ? "on" : "off")}");
        return $"Set {string.Join(", ", parts)}";
    }

    private void AddPreset(HostContext host, HostChanges changes)
    {
        // Who brings a key brings one of the form that the stores are for.
        foreach (TrustPresetEntry entry in host.Store.Preset(Preset!, hasOwnKeys: KeyPath is not null))
        {
            IReadOnlyList<TrustRequirement> requirements = host.Store.Requirements.Build(entry.Complete(_options));
            CheckKeys(host, requirements);
            changes.Add(new TrustChange
            {
                Transport = "docker",
                Registry = entry.Registry,
                Requirements = requirements,
                Section = entry.Section,
            });
        }
    }

    private void AddObject(HostContext host, HostChanges changes, ImageTrust trust, IReadOnlyList<TrustRequirement>? given)
    {
        RequireScope(trust);
        if (given is null && (trust.Requirements is null || trust.Requirements.Any(static r => r is null)))
        {
            throw new TrustException("IncompleteEntry", TrustErrorKind.InvalidArgument, $"The entry for '{trust.Registry}' has no requirements. Give -Type or -KeyPath, or an entry from Get-ImageTrust.") { Target = trust.Registry };
        }

        IReadOnlyList<TrustRequirement> requirements =
            given is not null ? _identity is null ? KeepIdentity(given, trust) : given
            : _identity is null ? trust.Requirements
            : WithIdentity(trust.Requirements, _identity, trust);
        if (!trust.IsDefault)
        {
            // An entry that was read from a policy may be a scope that no image has; it is written as it is.
            ScopeRules.Require(trust.Transport, trust.Registry, Force || trust.PolicyPath is not null);
        }

        if (given is null)
            CheckKeys(host, requirements);
        LookasideSection? own = trust.Section ?? (trust.PolicyPath is null ? InForce(trust) : null);
        TrustChange copy = TrustChange.From(trust);
        changes.Add(copy with
        {
            Requirements = requirements,
            Section = Override(own),
            ReplaceSection = own is not null || trust.PolicyPath is not null,
            InForce = copy.InForce is { } inForce ? Override(inForce) : null,
            SwitchOnAttachments = _given.UseSigstoreAttachments is null && (given is not null || (trust.PolicyPath is null && trust.UseSigstoreAttachments is null)),
        });
    }

    // An entry that was made by hand has no section; what it says itself is meant.
    private static LookasideSection? InForce(ImageTrust trust)
    {
        LookasideSection section = new()
        {
            SignatureStore = trust.SignatureStore,
            SignatureStoreStaging = trust.SignatureStoreStaging,
            UseSigstoreAttachments = trust.UseSigstoreAttachments,
        };
        return section.IsEmpty ? null : section;
    }

    private LookasideSection? Override(LookasideSection? section)
    {
        if (_given.IsEmpty)
            return section;
        return new LookasideSection
        {
            SignatureStore = _given.SignatureStore ?? section?.SignatureStore,
            SignatureStoreStaging = _given.SignatureStoreStaging ?? section?.SignatureStoreStaging,
            UseSigstoreAttachments = _given.UseSigstoreAttachments ?? section?.UseSigstoreAttachments,
        };
    }

    // New keys for an entry keep its identity rule: whoever changes a key does not mean to accept more names.
    private static IReadOnlyList<TrustRequirement> KeepIdentity(IReadOnlyList<TrustRequirement> requirements, ImageTrust trust)
    {
        if (!requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement))
            return requirements;
        SignedIdentity?[] identities = [.. (trust.Requirements ?? []).Select(static r => r switch
        {
            SignedByRequirement s => s.SignedIdentity,
            SigstoreSignedRequirement s => s.SignedIdentity,
            _ => null,
        }).Distinct()];
        if (identities.Length > 1)
        {
            throw new TrustException("IdentityAmbiguous", TrustErrorKind.InvalidArgument, $"The requirements of '{trust.Registry}' have different identity rules, so it is not clear which one applies to the new keys. Give -SignedIdentity or another identity.")
            {
                Target = trust.Registry,
            };
        }

        return identities is [{ } identity] ? WithIdentity(requirements, identity, trust) : requirements;
    }

    private static List<TrustRequirement> WithIdentity(IReadOnlyList<TrustRequirement> requirements, SignedIdentity identity, ImageTrust trust)
    {
        List<TrustRequirement> changed = [];
        foreach (TrustRequirement requirement in requirements)
        {
            changed.Add(requirement switch
            {
                SignedByRequirement r => r with { SignedIdentity = identity },
                SigstoreSignedRequirement r => r with { SignedIdentity = identity },
                _ => throw new TrustException("KeysNotUsed", TrustErrorKind.InvalidArgument, $"'{trust.Registry}' has the requirement {requirement.Type}, which has no signed identity. Leave the identity out for it.")
                {
                    Target = trust.Registry,
                },
            });
        }

        return changed;
    }

    private string[] Resolve(IReadOnlyList<string>? paths, string parameter) => [.. (paths ?? []).Select(path => Resolve(path, parameter))];

    // What is to be stored is a file of the host if its path is absolute, and one of this machine if it is relative to the location here.
    [return: NotNullIfNotNull(nameof(path))]
    private string? Resolve(string? path, string parameter) =>
        path is null || (InlineKey && path.StartsWith('/')) ? path
        : InlineKey ? System.IO.Path.GetRelativePath("/", LocalPath(path))
        : HostPath(path, parameter);

    private void CheckKeys(HostContext host, IReadOnlyList<TrustRequirement> requirements) => host.Store.CheckKeys(requirements, Force);
}
