namespace ContainerTrust.Cli;

/// <summary>Advice in this command's words, with the quotes of a POSIX shell.</summary>
internal sealed class ShellLanguage : AdviceLanguage
{
    /// <summary>The one language.</summary>
    public static ShellLanguage Instance { get; } = new();

    /// <inheritdoc/>
    public override string Word(TrustOperation operation) => operation.Name switch
    {
        nameof(TrustOperation.Set) => "containertrust set",
        nameof(TrustOperation.Remove) => "containertrust remove",
        nameof(TrustOperation.Reset) => "containertrust reset",
        nameof(TrustOperation.Get) => "containertrust show",
        nameof(TrustOperation.Audit) => "containertrust test",
        nameof(TrustOperation.Verify) => "containertrust verify",
        nameof(TrustOperation.ListRelease) => "containertrust release",
        nameof(TrustOperation.CheckMirror) => "containertrust release --mirror",
        nameof(TrustOperation.SaveSignatures) => "containertrust save",
        nameof(TrustOperation.MakeMachineConfig) => "containertrust machineconfig",
        nameof(TrustOperation.MakeLayer) => "containertrust layer",
        nameof(TrustOperation.MakeImagePolicy) => "containertrust imagepolicy",
        _ => operation.Name,
    };

    /// <inheritdoc/>
    public override string Word(TrustOption which) => which.Name switch
    {
        nameof(TrustOption.Type) => "--type",
        nameof(TrustOption.Default) => "--default",
        nameof(TrustOption.Transport) => "--transport",
        nameof(TrustOption.KeyPath) => "--key",
        nameof(TrustOption.InlineKey) => "--inline-key",
        nameof(TrustOption.AnyKey) => "--any-key",
        nameof(TrustOption.SignedIdentity) => "--signed-identity",
        nameof(TrustOption.ExactReference) => "--exact-reference",
        nameof(TrustOption.ExactRepository) => "--exact-repository",
        nameof(TrustOption.RemapPrefix) => "--remap-prefix",
        nameof(TrustOption.SignedPrefix) => "--signed-prefix",
        nameof(TrustOption.FulcioCAPath) => "--fulcio-ca",
        nameof(TrustOption.TrustedRootPath) => "--trusted-root",
        nameof(TrustOption.OidcIssuer) => "--oidc-issuer",
        nameof(TrustOption.SubjectEmail) => "--subject-email",
        nameof(TrustOption.SubjectUri) => "--subject-uri",
        nameof(TrustOption.SubjectHostname) => "--subject-hostname",
        nameof(TrustOption.RekorPublicKeyPath) => "--rekor-key",
        nameof(TrustOption.CARootsPath) => "--ca-roots",
        nameof(TrustOption.CAIntermediatesPath) => "--ca-intermediates",
        nameof(TrustOption.SignatureStore) => "--signature-store",
        nameof(TrustOption.UseSigstoreAttachments) => "--use-sigstore-attachments true",
        nameof(TrustOption.KeepSignatureStore) => "--keep-signature-store",
        nameof(TrustOption.Preset) => "--preset",
        nameof(TrustOption.PresetDirectory) => "--preset-directory",
        nameof(TrustOption.Force) => "--force",
        nameof(TrustOption.Reference) => "--reference",
        nameof(TrustOption.Platform) => "--platform",
        nameof(TrustOption.ImageTimeoutSec) => "--image-timeout",
        nameof(TrustOption.SkipCertificateCheck) => "--tls-verify false",
        nameof(TrustOption.Verbose) => "--verbose",
        nameof(TrustOption.IncludeRegistriesD) => "--include-registries-d",
        nameof(TrustOption.CopyKey) => "--copy-key",
        nameof(TrustOption.KeyDirectory) => "--key-directory",
        nameof(TrustOption.KeyFile) => "--key-file",
        nameof(TrustOption.NoReboot) => "--no-reboot",
        nameof(TrustOption.Role) => "--role",
        nameof(TrustOption.Merge) => "--merge",
        nameof(TrustOption.ClusterType) => "--cluster-type",
        "Name" => "--name",
        nameof(TrustOption.OperatorConfig) => "--operator-config",
        nameof(TrustOption.Context) => "--context",
        nameof(TrustOption.Kubeconfig) => "--kubeconfig",
        nameof(TrustOption.OSImageStream) => "--os-image-stream",
        nameof(TrustOption.Scope) => "--scope",
        nameof(TrustOption.OpenShiftVersion) => "--openshift-version",
        nameof(TrustOption.Renew) => "--renew",
        nameof(TrustOption.Root) => "--root",
        nameof(TrustOption.PolicyPath) => "--policy",
        nameof(TrustOption.RegistriesDirectory) => "--registries-d",
        nameof(TrustOption.CurrentUser) => "--user",
        nameof(TrustOption.PodmanVersion) => "--podman-version",
        nameof(TrustOption.SignatureConfigMap) => "--signature-config-map",
        nameof(TrustOption.SigstoreKeyPath) => "--sigstore-key",
        nameof(TrustOption.SourceRepository) => "--source-repository",
        nameof(TrustOption.StoreDirectory) => "--store-directory",
        nameof(TrustOption.ConfigMapDirectory) => "--config-map-directory",
        nameof(TrustOption.LayoutDirectory) => "--layout-directory",
        nameof(TrustOption.RegistriesConfPath) => "--registries-conf",
        nameof(TrustOption.BaseRoot) => "--base-root",
        nameof(TrustOption.OutputDirectory) => "--output-directory",
        nameof(TrustOption.As) => "--as",
        _ => which.Name,
    };

    /// <inheritdoc/>
    protected override string Sequence => " && ";

    /// <inheritdoc/>
    protected override string InQuotes(string value) => ShellWord.InQuotes(value);

    /// <inheritdoc/>
    protected override string Choice(string value) => value;

    /// <inheritdoc/>
    protected override string Several(string word, IReadOnlyList<string> values) => string.Join(' ', values.Select(v => $"{word} {v}"));

    // It works on its own host alone.
    /// <inheritdoc/>
    protected override string? Host(AdviceHost host) => null;
}
