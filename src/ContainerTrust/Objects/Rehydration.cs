using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>Builds the model's objects from property bags, by the type name that a bag carries.</summary>
internal static partial class Rehydration
{
    private const string Prefix = "Deserialized.ContainerTrust.";

    /// <summary>Builds an object.</summary>
    /// <param name="bag">The bag.</param>
    /// <param name="type">What it must become, or a base of it.</param>
    /// <returns>The object.</returns>
    /// <exception cref="PSInvalidCastException">The bag is of another type, or is not complete.</exception>
    public static object ToLive(PSObject bag, Type type)
    {
        // A name with # only chooses a view.
        string? name = bag.TypeNames.FirstOrDefault(static n => n.StartsWith(Prefix, StringComparison.Ordinal)
            && !n.Contains('#', StringComparison.Ordinal));
        object? live = name is null ? null : Build(name[Prefix.Length..], new PropertyBag(bag));
        return type.IsInstanceOfType(live) ? live! : throw new PSInvalidCastException($"A {name ?? "plain object"} is not a {type.Name}.");
    }

    private static object? Build(string type, PropertyBag bag) => type switch
    {
        nameof(ImageTrust) => ImageTrust(bag),
        nameof(ImageTrustOrigin) => new ImageTrustOrigin
        {
            ComputerName = bag.RequiredText("ComputerName"),
            HostName = bag.Text("HostName"),
            Root = bag.Text("Root"),
            PolicyPath = bag.Text("PolicyPath"),
            RegistriesDirectory = bag.Text("RegistriesDirectory"),
            CurrentUser = Required(bag.Truth("CurrentUser")),
            PodmanVersion = bag.Text("PodmanVersion"),
        },
        nameof(ImageTrustPreset) => new ImageTrustPreset
        {
            ComputerName = bag.RequiredText("ComputerName"),
            Name = bag.RequiredText("Name"),
            Description = bag.RequiredText("Description"),
            Source = Required(bag.Texts("Source")),
            Form = bag.RequiredText("Form"),
            Reason = bag.RequiredText("Reason"),
            Entries = bag.Objects<ImageTrust>("Entries"),
            MissingFile = Required(bag.Texts("MissingFile")),
            Path = bag.Text("Path"),
        },
        nameof(ImageTrustDifference) => Difference(bag),
        nameof(ImageEnforcementResult) => Enforcement(bag),
        nameof(KeyRotationState) => Rotation(bag),
        nameof(ImageTrustChange) => Change(bag),
        nameof(LookasideSection) => new LookasideSection
        {
            SignatureStore = bag.Text("SignatureStore"),
            SignatureStoreStaging = bag.Text("SignatureStoreStaging"),
            UseSigstoreAttachments = bag.Truth("UseSigstoreAttachments"),
        },
        nameof(ImagePolicyDocument) => new ImagePolicyDocument
        {
            Kind = bag.RequiredText("Kind"),
            Name = bag.RequiredText("Name"),
            Namespace = bag.Text("Namespace"),
            Scopes = bag.Texts("Scopes") ?? throw new PSInvalidCastException("A part is missing."),
            PolicyType = bag.RequiredText("PolicyType"),
            MatchPolicy = bag.Text("MatchPolicy"),
            Yaml = bag.RequiredText("Yaml"),
        },
        nameof(MachineConfigTrust) => new MachineConfigTrust
        {
            Name = bag.RequiredText("Name"),
            Role = bag.Text("Role"),
            OpenShiftVersion = bag.Text("OpenShiftVersion"),
            IgnitionVersion = bag.Text("IgnitionVersion"),
            Labels = bag.TextMap("Labels"),
            Files = bag.Objects<MachineConfigFile>("Files"),
            Trust = bag.Objects<ImageTrust>("Trust"),
            Yaml = bag.RequiredText("Yaml"),
            Butane = bag.Text("Butane"),
            Source = bag.Text("Source"),
        },
        nameof(MachineConfigTrustResult) => RolloutResult(bag),
        nameof(MachineConfigTrustNode) => new MachineConfigTrustNode
        {
            Name = bag.RequiredText("Name"),
            IsAsMeant = Required(bag.Truth("IsAsMeant")),
            Reasons = Required(bag.Texts("Reasons")),
        },
        nameof(MachineConfigFile) => new MachineConfigFile
        {
            Path = bag.RequiredText("Path"),
            Mode = bag.OptionalNumber("Mode"),
            Overwrite = bag.Truth("Overwrite"),
            Content = bag.Bytes("Content"),
            Compression = bag.Text("Compression"),
            Source = bag.Text("Source"),
        },
        nameof(ImageTrustLayer) => Layer(bag),
        nameof(BootImageResult) => Boot(bag),
        nameof(ImageTrustLayerFile) => new ImageTrustLayerFile { Path = bag.RequiredText("Path"), Content = bag.Bytes("Content") },
        nameof(AcceptRequirement) => new AcceptRequirement(),
        nameof(RejectRequirement) => new RejectRequirement(),
        nameof(SignedByRequirement) => new SignedByRequirement
        {
            KeyType = bag.RequiredText("KeyType"),
            KeyPath = bag.Text("KeyPath"),
            KeyPaths = bag.Texts("KeyPaths"),
            KeyData = bag.Text("KeyData"),
            SignedIdentity = bag.Object<SignedIdentity>("SignedIdentity"),
        },
        nameof(SignedBaseLayerRequirement) => new SignedBaseLayerRequirement
        {
            BaseLayerIdentity = Required(bag.Object<SignedIdentity>("BaseLayerIdentity")),
        },
        nameof(SigstoreSignedRequirement) => Sigstore(bag),
        nameof(FulcioIdentity) => new FulcioIdentity
        {
            CaPath = bag.Text("CaPath"),
            CaData = bag.Text("CaData"),
            OidcIssuer = bag.RequiredText("OidcIssuer"),
            SubjectEmail = bag.RequiredText("SubjectEmail"),
        },
        nameof(PkiIdentity) => new PkiIdentity
        {
            CaRootsPath = bag.Text("CaRootsPath"),
            CaRootsData = bag.Text("CaRootsData"),
            CaIntermediatesPath = bag.Text("CaIntermediatesPath"),
            CaIntermediatesData = bag.Text("CaIntermediatesData"),
            SubjectEmail = bag.Text("SubjectEmail"),
            SubjectHostname = bag.Text("SubjectHostname"),
        },
        nameof(MatchExactIdentity) => new MatchExactIdentity(),
        nameof(MatchRepoDigestOrExactIdentity) => new MatchRepoDigestOrExactIdentity(),
        nameof(MatchRepositoryIdentity) => new MatchRepositoryIdentity(),
        nameof(ExactReferenceIdentity) => new ExactReferenceIdentity { DockerReference = bag.RequiredText("DockerReference") },
        nameof(ExactRepositoryIdentity) => new ExactRepositoryIdentity { DockerRepository = bag.RequiredText("DockerRepository") },
        nameof(RemapIdentity) => new RemapIdentity { Prefix = bag.RequiredText("Prefix"), SignedPrefix = bag.RequiredText("SignedPrefix") },
        nameof(TrustKey) => Key(bag),
        nameof(ImageTrustCompliance) => Compliance(bag),
        nameof(ImageTrustFinding) => new ImageTrustFinding
        {
            ComputerName = bag.TextIfAny("ComputerName"),
            RuleId = bag.RequiredText("RuleId"),
            Severity = bag.Choice<ImageTrustSeverity>("Severity"),
            Message = bag.RequiredText("Message"),
            Path = bag.Text("Path"),
            Scope = bag.Text("Scope"),
            Fix = bag.Text("Fix"),
        },
        nameof(ImageTrustRule) => new ImageTrustRule
        {
            Id = bag.RequiredText("Id"),
            Severity = bag.Choice<ImageTrustSeverity>("Severity"),
            Title = bag.RequiredText("Title"),
            HasFix = Required(bag.Truth("HasFix")),
            CanBeExcluded = Required(bag.Truth("CanBeExcluded")),
            Controls = bag.ObjectsIfAny<ImageTrustControl>("Controls"),
        },
        nameof(ImageTrustControl) => new ImageTrustControl
        {
            Profile = bag.RequiredText("Profile"),
            Framework = bag.RequiredText("Framework"),
            Version = bag.RequiredText("Version"),
            Id = bag.RequiredText("Id"),
            OtherIds = bag.TextIfAny("OtherIds") ?? "",
            Title = bag.RequiredText("Title"),
            Evidence = bag.Choice<ImageTrustEvidence>("Evidence"),
            Remark = bag.TextIfAny("Remark"),
        },
        nameof(ImageSignatureResult) => Result(bag),
        nameof(RequirementVerdict) => new RequirementVerdict
        {
            Requirement = Required(bag.Object<TrustRequirement>("Requirement")),
            IsSatisfied = Required(bag.Truth("IsSatisfied")),
            Reason = bag.RequiredText("Reason"),
            Signatures = bag.Objects<ImageSignature>("Signatures"),
        },
        nameof(ImageSignature) => Signature(bag),
        nameof(ReleaseImageContent) => new ReleaseImageContent
        {
            Name = bag.RequiredText("Name"),
            Image = bag.RequiredText("Image"),
            Digest = bag.RequiredText("Digest"),
            Release = bag.RequiredText("Release"),
            ReleaseName = bag.Text("ReleaseName"),
        },
        nameof(ReleaseMirrorResult) => new ReleaseMirrorResult
        {
            Status = bag.Choice<ReleaseMirrorStatus>("Status"),
            Name = bag.RequiredText("Name"),
            Platform = bag.Text("Platform"),
            Digest = bag.RequiredText("Digest"),
            Source = bag.Text("Source"),
            Mirror = bag.RequiredText("Mirror"),
            MirrorImage = bag.RequiredText("MirrorImage"),
            OpenPgpSignature = bag.Choice<MirroredSignature>("OpenPgpSignature"),
            SigstoreSignature = bag.Choice<MirroredSignature>("SigstoreSignature"),
            Missing = Required(bag.Texts("Missing")),
            Copy = Required(bag.Texts("Copy")),
            Release = bag.RequiredText("Release"),
            OpenShiftVersion = bag.RequiredText("OpenShiftVersion"),
        },
        nameof(SavedSignatureResult) => new SavedSignatureResult
        {
            Status = bag.Choice<SavedSignatureStatus>("Status"),
            Image = bag.RequiredText("Image"),
            Name = bag.Text("Name"),
            Platform = bag.Text("Platform"),
            Digest = bag.Text("Digest"),
            Form = bag.Choice<SavedSignatureForm>("Form"),
            Saved = bag.Number("Saved"),
            AlreadySaved = bag.Number("AlreadySaved"),
            Signer = Required(bag.Texts("Signer")),
            NotSaved = Required(bag.Texts("NotSaved")),
            Path = bag.Text("Path"),
        },
        nameof(TrustSubkey) => new TrustSubkey
        {
            Fingerprint = bag.RequiredText("Fingerprint"),
            Algorithm = bag.RequiredText("Algorithm"),
            Size = bag.Number("Size"),
            Curve = bag.Text("Curve"),
            Created = bag.Moment("Created") ?? throw new PSInvalidCastException("A part is missing."),
            Expires = bag.Moment("Expires"),
            IsRevoked = Required(bag.Truth("IsRevoked")),
            CanSign = Required(bag.Truth("CanSign")),
        },
        _ => null,
    };

    private static SigstoreSignedRequirement Sigstore(PropertyBag bag) => new()
    {
        KeyPath = bag.Text("KeyPath"),
        KeyPaths = bag.Texts("KeyPaths"),
        KeyData = bag.Text("KeyData"),
        KeyDatas = bag.Texts("KeyDatas"),
        Fulcio = bag.Object<FulcioIdentity>("Fulcio"),
        Pki = bag.Object<PkiIdentity>("Pki"),
        RekorPublicKeyPath = bag.Text("RekorPublicKeyPath"),
        RekorPublicKeyPaths = bag.Texts("RekorPublicKeyPaths"),
        RekorPublicKeyData = bag.Text("RekorPublicKeyData"),
        RekorPublicKeyDatas = bag.Texts("RekorPublicKeyDatas"),
        SignedIdentity = bag.Object<SignedIdentity>("SignedIdentity"),
    };

    private static TrustKey Key(PropertyBag bag) => new()
    {
        Kind = bag.Choice<TrustKeyKind>("Kind"),
        Fingerprint = bag.RequiredText("Fingerprint"),
        KeyId = bag.Text("KeyId"),
        UserIds = bag.Texts("UserIds") ?? [],
        Algorithm = bag.RequiredText("Algorithm"),
        Size = bag.Number("Size"),
        Curve = bag.Text("Curve"),
        Created = bag.Moment("Created"),
        Expires = bag.Moment("Expires"),
        IsRevoked = Required(bag.Truth("IsRevoked")),
        CanSign = Required(bag.Truth("CanSign")),
        CanPrimarySign = Required(bag.Truth("CanPrimarySign")),
        Subkeys = bag.Objects<TrustSubkey>("Subkeys"),
        Path = bag.Text("Path"),
        ComputerName = bag.TextIfAny("ComputerName"),
        Scope = bag.TextIfAny("Scope"),
    };

    // What the other session said of Compliant must be what its findings say.
    private static ImageTrustCompliance Compliance(PropertyBag bag)
    {
        ImageTrustCompliance live = new()
        {
            ComputerName = bag.RequiredText("ComputerName"),
            Findings = bag.Objects<ImageTrustFinding>("Findings"),
            CheckedAt = bag.Moment("CheckedAt") ?? throw new PSInvalidCastException("A part is missing."),
            MinimumSeverity = bag.Choice<ImageTrustSeverity>("MinimumSeverity"),
            CheckedRules = bag.Texts("CheckedRules") ?? throw new PSInvalidCastException("A part is missing."),
            ExcludedRules = bag.Texts("ExcludedRules") ?? throw new PSInvalidCastException("A part is missing."),
            PolicyPath = bag.Text("PolicyPath"),
            ErrorId = bag.TextIfAny("ErrorId"),
            Profile = bag.TextIfAny("Profile"),
            NotCovered = bag.ObjectsIfAny<ImageTrustControl>("NotCovered"),
            PolicyHash = bag.TextIfAny("PolicyHash"),
            NextKeyExpiry = bag.Has("NextKeyExpiry") ? bag.Moment("NextKeyExpiry") : null,
        };
        return live.Compliant == Required(bag.Truth("Compliant")) ? live
            : throw new PSInvalidCastException("The findings and Compliant contradict each other.");
    }

    private static ImageSignatureResult Result(PropertyBag bag) => new()
    {
        ComputerName = bag.RequiredText("ComputerName"),
        Image = bag.RequiredText("Image"),
        InputReference = bag.TextIfAny("InputReference"),
        Platform = bag.Text("Platform"),
        ManifestDigest = bag.RequiredText("ManifestDigest"),
        ListDigest = bag.Text("ListDigest"),
        PinnedReference = bag.Text("PinnedReference"),
        IsValid = Required(bag.Truth("IsValid")),
        JudgedAs = bag.Text("JudgedAs"),
        Reason = bag.RequiredText("Reason"),
        Scope = bag.Text("Scope"),
        ScopeReason = bag.Text("ScopeReason"),
        Requirements = bag.Objects<RequirementVerdict>("Requirements"),
        Signatures = bag.Objects<ImageSignature>("Signatures"),
        ManifestSource = bag.Text("ManifestSource"),
        Release = bag.Object<ImageSignatureResult>("Release"),
        ReleaseComponent = bag.Text("ReleaseComponent"),
    };

    private static ImageSignature Signature(PropertyBag bag) => new()
    {
        Source = bag.RequiredText("Source"),
        Kind = bag.Choice<ImageSignatureKind>("Kind"),
        IsValid = Required(bag.Truth("IsValid")),
        Reason = bag.RequiredText("Reason"),
        Fingerprint = bag.Text("Fingerprint"),
        KeyFingerprint = bag.Text("KeyFingerprint"),
        UserId = bag.Text("UserId"),
        CertificateSubject = bag.Text("CertificateSubject"),
        CertificateIssuer = bag.Text("CertificateIssuer"),
        LogIndex = bag.LargeNumber("LogIndex"),
        IntegratedTime = bag.Moment("IntegratedTime"),
        Created = bag.Moment("Created"),
        Reference = bag.Text("Reference"),
        Digest = bag.Text("Digest"),
        Creator = bag.Text("Creator"),
        Timestamp = bag.Moment("Timestamp"),
        Note = bag.Text("Note"),
        UntrustedKeyId = bag.Text("UntrustedKeyId"),
    };

    private static MachineConfigTrustResult RolloutResult(PropertyBag bag)
    {
        MachineConfigTrustResult result = new()
        {
            Role = bag.RequiredText("Role"),
            Name = bag.RequiredText("Name"),
            Status = bag.Choice<MachineConfigTrustStatus>("Status"),
            Reasons = Required(bag.Texts("Reasons")),
            RenderedConfig = bag.Text("RenderedConfig"),
            TargetConfig = bag.Text("TargetConfig"),
            PolicySource = bag.Text("PolicySource"),
            MissingStores = Required(bag.Texts("MissingStores")),
            MachineCount = bag.OptionalNumber("MachineCount"),
            UpdatedMachineCount = bag.OptionalNumber("UpdatedMachineCount"),
            ReadyMachineCount = bag.OptionalNumber("ReadyMachineCount"),
            DegradedMachineCount = bag.OptionalNumber("DegradedMachineCount"),
            TimedOut = Required(bag.Truth("TimedOut")),
            Nodes = bag.Objects<MachineConfigTrustNode>("Nodes"),
            Cluster = bag.Text("Cluster"),
        };
        return result.IsInForce == bag.Truth("IsInForce") ? result
            : throw new PSInvalidCastException("What the object says of itself does not go together.");
    }

    private static T Required<T>(T? value)
        where T : class => value ?? throw new PSInvalidCastException("A part is missing.");

    private static bool Required(bool? value) => value ?? throw new PSInvalidCastException("A part is missing.");
}
