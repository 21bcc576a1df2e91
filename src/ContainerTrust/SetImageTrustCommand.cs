using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Commands.Objects;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Commands;

/// <summary><c>Set-ImageTrust</c>: trusts, rejects or accepts scopes. However many there are, they are one write.</summary>
[Cmdlet(VerbsCommon.Set, "ImageTrust", DefaultParameterSetName = RegistrySet, SupportsShouldProcess = true,
    HelpUri = HelpPage.Directory + "Set-ImageTrust.md")]
[OutputType(typeof(ImageTrustChange))]
public sealed partial class SetImageTrustCommand : ChangeTrustCmdlet
{
    private const string RegistrySet = "Registry";
    private const string DefaultSet = "Default";
    private const string PresetSet = "Preset";
    private const string InputObjectSet = "InputObject";

    private readonly List<ImageTrust> _entries = [];
    private SetRequest _request = null!;

    /// <summary>The scopes: registries, namespaces, repositories, images, or <c>*.example.com</c> for all hosts below a domain.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = RegistrySet, HelpMessage = "A registry, namespace, repository or image")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string[]? Registry { get; set; }

    /// <summary>
    /// Set the policy's default, which governs every image that no scope does; stores then become those of <c>default-docker</c>.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>
    /// A preset: a vendor's registries with the vendor's keys and signature stores, such as <c>RedHat</c>, or one of your own.
    /// <c>Get-ImageTrustPreset</c> shows them.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = PresetSet, HelpMessage = "The preset's name, such as RedHat")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PresetCompleter))]
    public string? Preset { get; set; }

    /// <summary>
    /// The directory of this machine that your own presets are in, <c>/etc/containertrust/presets.d</c> if left out (on Windows
    /// <c>containertrust\presets.d</c> in the folder of the data of all users).
    /// </summary>
    [Parameter(ParameterSetName = PresetSet)]
    [ValidateNotNullOrEmpty]
    public string? PresetDirectory { get; set; }

    /// <summary>
    /// Entries to write as they are, names of scopes, or rows with the columns <c>Registry</c>, <c>Type</c>, <c>KeyPath</c> and so on;
    /// parameters that are given besides override what they say.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true, HelpMessage = "An entry from Get-ImageTrust")]
    [ValidateNotNull]
    public object[]? InputObject { get; set; }

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

    /// <summary>
    /// Key files on the host: OpenPGP for <c>SignedBy</c>, PEM public keys for <c>SigstoreSigned</c>. Each must have signed, unless
    /// <see cref="AnyKey"/> is given.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
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

    /// <summary>
    /// URL of the store that signatures are read from (<c>https://…</c>, <c>file:///…</c>). Without type and keys only the stores are
    /// set. Null takes the scope's own store away.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [System.Management.Automation.AllowNull]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string? SignatureStore { get; set; }

    /// <summary>URL of the store that signatures are written to. Null takes the scope's own away.</summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [System.Management.Automation.AllowNull]
    [AllowEmptyString]
    public string? SignatureStoreStaging { get; set; }

    /// <summary>
    /// Read sigstore signatures from the registry itself; <c>-UseSigstoreAttachments:$false</c> writes that they are not read. If left
    /// out, it is switched on where new requirements need it.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    public SwitchParameter UseSigstoreAttachments { get; set; }

    /// <summary>Write keys that are missing or cannot sign now, and scopes that no image has.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Return what has changed: of each scope the host, the entry before and after, and what became of it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override IReadOnlyList<ImageTrust>? Piped => ParameterSetName == InputObjectSet ? _entries : null;

    private protected override bool WantsChanges => PassThru;

    // A copy that fails in part could leave less protection than either side had: a looser default without the scopes that go with it.
    private protected override bool IsAllOrNothing => ParameterSetName == InputObjectSet;

    private protected override void Begin()
    {
        base.Begin();
        RequireKeysTogether();
        _request = new SetRequest
        {
            IsDefault = ParameterSetName == DefaultSet && Default,
            Registries = Registry ?? [],
            Transport = ParameterSetName == RegistrySet ? Transport : null,
            Preset = Preset,
            Presets = Preset is null ? PresetCatalog.BuiltIn : PresetCatalog.Load(LocalPathOrNull(PresetDirectory)),
            Entries = ParameterSetName == InputObjectSet ? _entries : null,
            Options = Demanded().WithFilesRead(),
            Carried = CopyKey ? entry => _carried.GetValueOrDefault(entry) ?? [] : null,
            Stores = new LookasideSection
            {
                SignatureStore = string.IsNullOrEmpty(SignatureStore) ? null : SignatureStore,
                SignatureStoreStaging = string.IsNullOrEmpty(SignatureStoreStaging) ? null : SignatureStoreStaging,
                UseSigstoreAttachments = MyInvocation.BoundParameters.ContainsKey(nameof(UseSigstoreAttachments))
                    ? UseSigstoreAttachments.ToBool() : null,
            },
            WithoutStore = TakesAway(nameof(SignatureStore), SignatureStore),
            WithoutStaging = TakesAway(nameof(SignatureStoreStaging), SignatureStoreStaging),
            Force = Force,
        };
        if (!IsNothing)
            _request.RequirePossible();
    }

    private protected override IReadOnlyList<string> FilesNeeded => _request.Files;

    private protected override void Process()
    {
        foreach (object item in InputObject ?? [])
        {
            if (EntryRows.OfPreset(item) is { } preset)
                _entries.AddRange(preset.Entries);
            else
                _entries.Add(EntryRows.ToEntry(item, RowPath));
        }
    }

    // A table may lie anywhere; only the host that it is written to knows what its paths are relative to.
    private static string RowPath(string path, string column) => path.StartsWith('/') ? path : throw new TrustException(
        "PathNotAbsolute",
        TrustErrorKind.InvalidArgument,
        $"A row's {column} is '{path}', which must be an absolute path: it names the file as the host does.")
    {
        Target = path,
    };

    // PowerShell hands $null to a parameter of text as the empty one.
    private bool TakesAway(string parameter, string? value) =>
        string.IsNullOrEmpty(value) && MyInvocation.BoundParameters.ContainsKey(parameter);

    // -Default:$false, as a script may have it.
    private bool IsNothing => ParameterSetName == DefaultSet && !Default;

    private protected override void Collect(HostContext host, HostChanges changes)
    {
        if (!IsNothing)
            changes.AddRange((_request.Entries is null ? _request : _request with { Entries = EntriesFor(host) })
                .ToChanges(host.Store, changes.Refuse));
    }

    private protected override string Describe(HostChanges changes, TrustChange change)
    {
        List<string> parts = [];
        if (change.Requirements is { } requirements)
            parts.Add(ImageTrust.Summarize(requirements) == TrustType.Accept ? "accept"
                : string.Join(" and ", requirements.Select(RequirementText.Describe)));
        if (change.Section?.SignatureStore is { } store)
            parts.Add($"signature store {PrintableText.WithoutUser(store)}");
        else if (change.WithoutStore)
            parts.Add("no signature store");
        if (change.Section?.SignatureStoreStaging is { } staging)
            parts.Add($"staging {PrintableText.WithoutUser(staging)}");
        else if (change.WithoutStaging)
            parts.Add("no staging");
        if (change.Copies.Count > 0)
            parts.Add($"key files {string.Join(", ", change.Copies.Select(static c => PrintableText.Line(c.Path)))}");
        if ((changes.SwitchesOn(change) ? true : change.Section?.UseSigstoreAttachments) is { } attachments)
            parts.Add($"sigstore attachments {(attachments ? "on" : "off")}");
        return $"Set {string.Join(", ", parts)}";
    }

    private protected override string WorkInWords
    {
        get
        {
            string what = Type is not null ? char.ToLowerInvariant(Type[0]) + Type[1..] : KeyPath is { Length: > 0 } ? "signedBy" : "trust";
            if (KeyPath is { Length: > 0 })
                what += $" {string.Join(AnyKey ? " or " : " and ", KeyPath)}";
            string of = Preset is not null ? $"preset {Preset}" : ParameterSetName == DefaultSet ? "the default"
                : Registry is not null ? string.Join(", ", Registry)
                : _entries.Count == 1 ? $"{_entries[0].Registry}" : $"{_entries.Count} entries";
            return PrintableText.Line($"Set {what} for {of}");
        }
    }

    // Paths are made absolute here: only the pipeline's own thread knows PowerShell's location.
    private RequirementOptions Demanded() => new()
    {
        Type = Type is null ? null : Enum.Parse<TrustType>(Type, ignoreCase: true),
        KeyPaths = Resolve(KeyPath, nameof(KeyPath)),
        BaseDirectory = "/",
        InlineKey = InlineKey,
        CopyKey = CopyKey,
        KeyDirectory = KeyDirectory,
        AnyKey = AnyKey,
        SignedIdentity = IdentityRule.Of(SignedIdentity, ExactReference, ExactRepository, RemapPrefix, SignedPrefix),
        FulcioCAPath = Resolve(FulcioCAPath, nameof(FulcioCAPath)),
        OidcIssuer = OidcIssuer,
        SubjectEmail = SubjectEmail,
        RekorPublicKeyPaths = Resolve(RekorPublicKeyPath, nameof(RekorPublicKeyPath)),
        CARootsPath = Resolve(CARootsPath, nameof(CARootsPath)),
        CAIntermediatesPath = Resolve(CAIntermediatesPath, nameof(CAIntermediatesPath)),
        SubjectHostname = SubjectHostname,
        TrustedRoot = TrustedRootPath is null ? null
            : TrustedRootMembers.Read(LocalPath(TrustedRootPath), needsAuthority: KeyPath is not { Length: > 0 }, Messages),
    };

    private string[] Resolve(IReadOnlyList<string>? paths, string parameter) => [.. (paths ?? []).Select(path => Resolve(path, parameter))];

    // What is to be stored is a file of the host if its path is absolute, and one of this machine if it is relative to the location here.
    [return: NotNullIfNotNull(nameof(path))]
    private string? Resolve(string? path, string parameter) =>
        path is not null && CopyKey ? LocalPath(path)
        : path is null || (InlineKey && path.StartsWith('/')) ? path
        : InlineKey ? System.IO.Path.GetRelativePath("/", LocalPath(path))
        : HostPath(path, parameter);
}
