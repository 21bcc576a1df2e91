using System.CommandLine;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Cli;

/// <summary>The options for sigstore signatures by certificates and with logs.</summary>
internal sealed class SigstoreOptions
{
    private readonly Option<string?> _trustedRoot = new("--trusted-root")
    {
        Description = "trusted_root.json of a sigstore instance, for bundles of images in registries, with --oidc-issuer and "
            + "--subject-email or --subject-uri, or with --key; takes no identity options",
        HelpName = "file",
    };

    private readonly Option<string?> _fulcio = new("--fulcio-ca")
        { Description = "Certificates of the Fulcio CA that signers' certificates come from", HelpName = "file" };
    private readonly Option<string?> _issuer = new("--oidc-issuer")
        { Description = "With --fulcio-ca: who authenticated the signer", HelpName = "url" };
    private readonly Option<string?> _email = new("--subject-email")
        { Description = "The e-mail address in the signer's certificate", HelpName = "address" };
    private readonly Option<string?> _uri = new("--subject-uri")
        { Description = "With --trusted-root: the URI in the signer's certificate, as a workflow's", HelpName = "uri" };
    private readonly Option<string[]> _rekor = new("--rekor-key")
        { Description = "Public key of the Rekor log; several: an entry in any of them", HelpName = "file" };
    private readonly Option<string?> _roots = new("--ca-roots")
        { Description = "Root certificates of a private PKI that signers' certificates come from", HelpName = "file" };
    private readonly Option<string?> _intermediates = new("--ca-intermediates")
        { Description = "With --ca-roots: intermediate certificates", HelpName = "file" };
    private readonly Option<string?> _hostname = new("--subject-hostname")
        { Description = "With --ca-roots: the host name in the signer's certificate", HelpName = "name" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_fulcio, _issuer, _email, _rekor, _roots, _intermediates, _hostname])
            command.Options.Add(option);
    }

    /// <summary>Adds the options, and the one that names a trusted root, whose parts are stored in the policy.</summary>
    public void AddForPolicy(Command command)
    {
        _trustedRoot.Description = "trusted_root.json of a sigstore instance on this machine, whose CAs and Rekor logs are stored in the "
            + "policy, with --oidc-issuer and --subject-email, or with --key for the logs alone";
        _issuer.Description = "With --trusted-root or --fulcio-ca: who authenticated the signer";
        command.Options.Add(_trustedRoot);
        AddTo(command);
    }

    /// <summary>Adds what is taken of the trusted root, if one was given.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="options">What was given by other options.</param>
    /// <param name="messages">Where words for the user go.</param>
    public RequirementOptions AddRoot(ParseResult result, RequirementOptions options, TrustMessages messages)
    {
        if (result.GetValue(_trustedRoot) is not { } path)
            return options;
        if (path.Length == 0)
            throw new TrustException("InvalidPath", TrustErrorKind.InvalidArgument,
                "--trusted-root is empty; perhaps a variable is not set.");
        return options with { TrustedRoot = TrustedRootMembers.Read(Path.GetFullPath(path), options.KeyPaths.Count == 0, messages) };
    }

    /// <summary>Adds the options, and the one that names a trusted root, whose bundles no policy can ask for.</summary>
    public void AddForVerification(Command command)
    {
        _issuer.Description = "With --trusted-root or --fulcio-ca: who authenticated the signer";
        command.Options.Add(_trustedRoot);
        command.Options.Add(_uri);
        AddTo(command);
    }

    /// <summary>By whose certificates images must be signed.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="path">Makes a path that was given to the option named one that the engine takes.</param>
    /// <returns>What was given. Null if nothing was.</returns>
    public SignerCertificates? Signer(ParseResult result, Func<string, string, string> path)
    {
        RequirementOptions options = Add(result, new RequirementOptions(), path);
        SignerCertificates signer = new()
        {
            TrustedRootPath = result.GetValue(_trustedRoot) is { } root ? path(root, _trustedRoot.Name) : null,
            FulcioCAPath = options.FulcioCAPath,
            OidcIssuer = options.OidcIssuer,
            SubjectEmail = options.SubjectEmail,
            SubjectUri = result.GetValue(_uri),
            RekorPublicKeyPaths = options.RekorPublicKeyPaths,
            CARootsPath = options.CARootsPath,
            CAIntermediatesPath = options.CAIntermediatesPath,
            SubjectHostname = options.SubjectHostname,
        };
        return signer.IsEmpty ? null : signer;
    }

    /// <summary>Adds what was given.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="options">What was given by other options.</param>
    /// <param name="path">Makes a path that was given to the option named one that the engine takes.</param>
    public RequirementOptions Add(ParseResult result, RequirementOptions options, Func<string, string, string> path)
    {
        string? Resolved(Option<string?> option) => result.GetValue(option) is { } value ? path(value, option.Name) : null;
        return options with
        {
            FulcioCAPath = Resolved(_fulcio),
            OidcIssuer = result.GetValue(_issuer),
            SubjectEmail = result.GetValue(_email),
            RekorPublicKeyPaths = [.. (result.GetValue(_rekor) ?? []).Select(p => path(p, _rekor.Name))],
            CARootsPath = Resolved(_roots),
            CAIntermediatesPath = Resolved(_intermediates),
            SubjectHostname = result.GetValue(_hostname),
        };
    }
}
