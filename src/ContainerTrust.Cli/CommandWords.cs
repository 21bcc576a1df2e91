namespace ContainerTrust.Cli;

/// <summary>
/// The engine's advice names cmdlets and parameters, as most of its users know them; here they become this command's own.
/// </summary>
internal static class CommandWords
{
    private static readonly (string Cmdlet, string Command)[] Words =
    [
        ("Set-ImageTrust", "containertrust set"),
        ("Remove-ImageTrust", "containertrust remove"),
        ("Reset-ImageTrust", "containertrust reset"),
        ("Get-ImageTrust", "containertrust show"),
        ("Test-ImageSignature", "containertrust verify"),
        ("Get-ReleaseImage", "containertrust release"),
        ("New-MachineConfigTrust", "containertrust machineconfig"),
        ("-Default -Type Reject", "--default --type reject"),
        ("-Type SignedBy", "--type signedBy"),
        ("-Type SigstoreSigned", "--type sigstoreSigned"),
        ("-Type Accept or Reject", "--type accept or reject"),
        ("-UseSigstoreAttachments", "--use-sigstore-attachments true"),
        ("-SignedIdentity MatchRepository", "--signed-identity matchRepository"),
        ("-SignedIdentity", "--signed-identity"),
        ("-ExactRepository", "--exact-repository"),
        ("-FulcioCAPath", "--fulcio-ca"),
        ("-OidcIssuer", "--oidc-issuer"),
        ("-SubjectEmail", "--subject-email"),
        ("-SubjectHostname", "--subject-hostname"),
        ("-RekorPublicKeyPath", "--rekor-key"),
        ("-CARootsPath", "--ca-roots"),
        ("-CAIntermediatesPath", "--ca-intermediates"),
        ("-KeepSignatureStore", "--keep-signature-store"),
        ("-SignatureStore", "--signature-store"),
        ("-SignatureConfigMap", "--signature-config-map"),
        ("-SignaturePath", "--signature"),
        ("-SkipSignatureCheck", "--skip-signature-check"),
        ("-SkipCertificateCheck", "--tls-verify false"),
        ("-RequireSignature", "--require-signature"),
        ("-RegistriesConfPath", "--registries-conf"),
        ("-CertificateDirectory", "--cert-dir"),
        ("-AuthFile", "--authfile"),
        ("-Credential", "--username"),
        ("-ImageTimeoutSec", "--image-timeout"),
        ("-TimeoutSec", "--timeout"),
        ("-Verbose", "--verbose"),
        ("-MaximumRetryCount", "--retry-times"),
        ("-ManifestDigest", "--manifest-digest"),
        ("-ManifestPath", "--manifest"),
        ("-Fingerprint", "--fingerprint"),
        ("-InRelease", "--in-release"),
        ("-Platform", "--platform"),
        ("-Reference", "--reference"),
        ("-RegistriesDirectory", "--registries-d"),
        ("-PolicyPath", "--policy"),
        ("-PodmanVersion", "--podman-version"),
        ("-CurrentUser", "--user"),
        ("-IncludeRegistriesD", "--include-registries-d"),
        ("-NoReboot", "--no-reboot"),
        ("-KeyFile", "--key-file"),
        ("-Preset", "--preset"),
        ("-Role", "--role"),
        ("-InlineKey", "--inline-key"),
        ("-KeyPath", "--key"),
        ("-AnyKey", "--any-key"),
        ("-Default", "--default"),
        ("-Force", "--force"),
        ("-Type", "--type"),
    ];

    /// <summary>The text in this command's words.</summary>
    public static string In(string text)
    {
        foreach ((string cmdlet, string command) in Words)
        {
            // "--force" already is this command's word.
            for (int at = text.IndexOf(cmdlet, StringComparison.Ordinal); at >= 0; at = text.IndexOf(cmdlet, at + command.Length, StringComparison.Ordinal))
            {
                if (at > 0 && text[at - 1] is not (' ' or '\'' or '('))
                    at += cmdlet.Length - command.Length;
                else
                    text = text[..at] + command + text[(at + cmdlet.Length)..];
            }
        }

        return text;
    }
}
