using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// Builds <c>sigstoreSigned</c> requirements, and refuses what policy.json cannot hold (containers-policy.json(5), "sigstoreSigned").
/// </summary>
internal sealed class SigstoreRequirements
{
    private readonly StoredFiles _files;

    public SigstoreRequirements(StoredFiles files) => _files = files;

    /// <summary>Builds the requirement that a caller makes with files of this machine, which are named and not stored.</summary>
    /// <param name="options">A Fulcio CA or a PKI, and what belongs to it.</param>
    /// <returns>One requirement.</returns>
    /// <exception cref="TrustException">The options contradict each other, or are not enough.</exception>
    public static IReadOnlyList<TrustRequirement> OfCertificates(RequirementOptions options) =>
        new SigstoreRequirements(new StoredFiles(LocalHost.Instance)).Build(options);

    /// <summary>Builds a list.</summary>
    /// <returns>One requirement a key, or a single one with <see cref="RequirementOptions.AnyKey"/>, a Fulcio CA or a PKI.</returns>
    /// <exception cref="TrustException">The options contradict each other, or a file to be stored cannot be read.</exception>
    public IReadOnlyList<TrustRequirement> Build(RequirementOptions options)
    {
        RequireOneSource(options);
        RequireText(options.OidcIssuer, TrustOption.OidcIssuer);
        RequireText(options.SubjectEmail, TrustOption.SubjectEmail);
        RequireText(options.SubjectHostname, TrustOption.SubjectHostname);
        RequirePaths(options.KeyPaths, TrustOption.KeyPath, options);
        RequirePaths(options.RekorPublicKeyPaths, TrustOption.RekorPublicKeyPath, options);
        RequirePaths(options.FulcioCAPath, TrustOption.FulcioCAPath, options);
        RequirePaths(options.CARootsPath, TrustOption.CARootsPath, options);
        RequirePaths(options.CAIntermediatesPath, TrustOption.CAIntermediatesPath, options);
        SigstoreSignedRequirement common = WithRekor(new SigstoreSignedRequirement { SignedIdentity = options.SignedIdentity }, options);
        if (options.FulcioCAPath is not null || IsByRoot(options))
            return [common with { Fulcio = Fulcio(options) }];
        if (options.CARootsPath is not null)
            return [common with { Pki = Pki(options) }];
        return Keys(common, options);
    }

    private TrustRequirement[] Keys(SigstoreSignedRequirement common, RequirementOptions options)
    {
        if (!options.InlineKey)
        {
            return options.AnyKey && options.KeyPaths.Count > 1
                ? [common with { KeyPaths = options.KeyPaths }]
                : [.. options.KeyPaths.Select(path => common with { KeyPath = path })];
        }

        string[] data = [.. options.KeyPaths.Select(path => Data(path, options))];
        return options.AnyKey && data.Length > 1
            ? [common with { KeyDatas = data }]
            : [.. data.Select(d => common with { KeyData = d })];
    }

    private FulcioIdentity Fulcio(RequirementOptions options) => new()
    {
        CaPath = options.InlineKey ? null : options.FulcioCAPath,
        CaData = IsByRoot(options) ? Convert.ToBase64String(options.TrustedRoot!.Authorities!)
            : options.InlineKey ? Data(options.FulcioCAPath!, options) : null,
        OidcIssuer = options.OidcIssuer!,
        SubjectEmail = options.SubjectEmail!,
    };

    private PkiIdentity Pki(RequirementOptions options) => new()
    {
        CaRootsPath = options.InlineKey ? null : options.CARootsPath,
        CaRootsData = options.InlineKey ? Data(options.CARootsPath!, options) : null,
        CaIntermediatesPath = options.InlineKey ? null : options.CAIntermediatesPath,
        CaIntermediatesData = options.InlineKey && options.CAIntermediatesPath is { } path ? Data(path, options) : null,
        SubjectEmail = options.SubjectEmail,
        SubjectHostname = options.SubjectHostname,
    };

    // The members of a single key are known to more releases than those of several.
    private SigstoreSignedRequirement WithRekor(SigstoreSignedRequirement requirement, RequirementOptions options)
    {
        IReadOnlyList<string> paths = options.RekorPublicKeyPaths;
        if (options.TrustedRoot is { } root)
            return WithRekorData(requirement, [.. root.LogKeys.Select(static k => Convert.ToBase64String(k))]);
        if (paths.Count == 0)
            return requirement;
        if (!options.InlineKey)
            return paths.Count == 1 ? requirement with { RekorPublicKeyPath = paths[0] } : requirement with { RekorPublicKeyPaths = paths };
        return WithRekorData(requirement, [.. paths.Select(path => Data(path, options))]);
    }

    private static SigstoreSignedRequirement WithRekorData(SigstoreSignedRequirement requirement, string[] data) =>
        data.Length == 1 ? requirement with { RekorPublicKeyData = data[0] } : requirement with { RekorPublicKeyDatas = data };

    // With keys, a trusted root has nothing but the logs.
    private static bool IsByRoot(RequirementOptions options) => options is { TrustedRoot: not null, KeyPaths.Count: 0 };

    private string Data(string path, RequirementOptions options) =>
        Convert.ToBase64String(_files.Read(path, options.BaseDirectory, isOpenPgp: false));

    private static void RequireOneSource(RequirementOptions options)
    {
        if (options.TrustedRoot is not null)
            RequireRootAlone(options);
        bool hasKeys = options.KeyPaths.Count > 0;
        bool hasFulcio = options.FulcioCAPath is not null || IsByRoot(options);
        bool hasPki = options.CARootsPath is not null;
        if ((hasKeys ? 1 : 0) + (hasFulcio ? 1 : 0) + (hasPki ? 1 : 0) > 1)
            throw Invalid("SeveralKeySources",
                $"A requirement knows signers by keys ({TrustOption.KeyPath}), by a Fulcio CA ({TrustOption.FulcioCAPath}) or by a " +
                $"private PKI ({TrustOption.CARootsPath}), and only by one of them. Leave out the others.");
        if (hasFulcio)
            RequireFulcio(options);
        else if (hasPki)
            RequirePki(options);
        else
            RequireKeys(options, hasKeys);
    }

    private static void RequireRootAlone(RequirementOptions options)
    {
        TrustOption? other = options.FulcioCAPath is not null ? TrustOption.FulcioCAPath
            : options.RekorPublicKeyPaths.Count > 0 ? TrustOption.RekorPublicKeyPath
            : options.CARootsPath is not null ? TrustOption.CARootsPath
            : null;
        if (other is not null)
            throw Invalid("ParametersNotTogether",
                $"{TrustOption.TrustedRootPath} names the CAs and the logs itself. Leave out {other} or {TrustOption.TrustedRootPath}.");
    }

    private static void RequireFulcio(RequirementOptions options)
    {
        TrustOption source = IsByRoot(options) ? TrustOption.TrustedRootPath : TrustOption.FulcioCAPath;
        TrustOption[] missing =
        [
            .. options.OidcIssuer is null ? (TrustOption[])[TrustOption.OidcIssuer] : [],
            .. options.SubjectEmail is null ? (TrustOption[])[TrustOption.SubjectEmail] : [],
            .. options.RekorPublicKeyPaths.Count == 0 && options.TrustedRoot is null ? (TrustOption[])[TrustOption.RekorPublicKeyPath] : [],
        ];
        if (missing.Length > 0 && IsByRoot(options))
            throw Invalid("IncompleteIdentity",
                $"The CAs of a trusted root certify everybody who can log in, so {source} needs the signer too: give " +
                $"{TrustOption.OidcIssuer} and {TrustOption.SubjectEmail}. Missing: {string.Join<TrustOption>(", ", missing)}.");
        if (missing.Length > 0)
            throw Invalid("IncompleteIdentity",
                $"A Fulcio CA certifies everybody who can log in, so {TrustOption.FulcioCAPath} needs the signer too: give " +
                $"{TrustOption.OidcIssuer} and {TrustOption.SubjectEmail}, and {TrustOption.RekorPublicKeyPath} for the log that says " +
                $"when it was signed. Missing: {string.Join<TrustOption>(", ", missing)}.");
        if (options.SubjectHostname is not null || options.CAIntermediatesPath is not null)
            throw Apart(options.SubjectHostname is not null ? TrustOption.SubjectHostname : TrustOption.CAIntermediatesPath,
                $"{TrustOption.CARootsPath}",
                $"Leave it out: with {source} signers are known by {TrustOption.OidcIssuer} " +
                $"and {TrustOption.SubjectEmail}.");
        RequireNoAnyKey(options, source);
    }

    private static void RequirePki(RequirementOptions options)
    {
        if (options.SubjectEmail is null && options.SubjectHostname is null)
            throw Invalid("IncompleteIdentity",
                $"With {TrustOption.CARootsPath} alone everybody with a certificate of that CA would count. Give " +
                $"{TrustOption.SubjectEmail} or {TrustOption.SubjectHostname}.");
        if (options.RekorPublicKeyPaths.Count > 0 || options.OidcIssuer is not null)
            throw Apart(
                options.OidcIssuer is not null ? TrustOption.OidcIssuer : TrustOption.RekorPublicKeyPath,
                options.OidcIssuer is not null ? $"{TrustOption.FulcioCAPath}" : $"{TrustOption.KeyPath} or {TrustOption.FulcioCAPath}",
                $"Leave it out: podman and skopeo refuse it together with {TrustOption.CARootsPath}.");
        RequireNoAnyKey(options, TrustOption.CARootsPath);
    }

    private static void RequireKeys(RequirementOptions options, bool hasKeys)
    {
        (TrustOption? parameter, string partner) =
            options.OidcIssuer is not null ? (TrustOption.OidcIssuer, $"{TrustOption.FulcioCAPath}")
            : options.CAIntermediatesPath is not null ? (TrustOption.CAIntermediatesPath, $"{TrustOption.CARootsPath}")
            : options.SubjectHostname is not null ? (TrustOption.SubjectHostname, $"{TrustOption.CARootsPath}")
            : options.SubjectEmail is not null ? (TrustOption.SubjectEmail, $"{TrustOption.FulcioCAPath} or {TrustOption.CARootsPath}")
            : (null, "");
        if (parameter is not null)
            throw Apart(parameter, partner, hasKeys ? "Leave it out: a key is its own identity." : $"Give {partner}.");
        if (!hasKeys && options.RekorPublicKeyPaths.Count > 0)
            throw Apart(
                TrustOption.RekorPublicKeyPath,
                $"{TrustOption.KeyPath} or {TrustOption.FulcioCAPath}",
                "Give one of them: a log says when something was signed, and not who may sign.");
        if (!hasKeys)
            throw Invalid("MissingKey",
                $"{TrustOption.Type.With("sigstoreSigned")} needs to know whose signatures count. Give {TrustOption.KeyPath}, or " +
                $"{TrustOption.FulcioCAPath} or {TrustOption.CARootsPath} and what belongs to it.");
    }

    private static void RequireNoAnyKey(RequirementOptions options, TrustOption source)
    {
        if (options.AnyKey)
            throw Apart(TrustOption.AnyKey, $"{TrustOption.KeyPath}",
                $"Leave it out: with {source} there are no keys to choose among, and of several certificates " +
                "or logs any is enough already.");
    }

    /// <summary>
    /// Refuses a text that no certificate has. It is compared letter by letter with what certificates say: what was pasted with a blank
    /// would accept nothing, and look right.
    /// </summary>
    /// <param name="text">What was given. Null if nothing was.</param>
    /// <param name="parameter">The option that it was given to.</param>
    /// <exception cref="TrustException">It is empty, or has blanks or control characters (<c>InvalidSubject</c>).</exception>
    public static void RequireText(string? text, TrustOption parameter)
    {
        if (text is null)
            return;
        if (text.Length == 0)
            throw Invalid("InvalidSubject", $"{parameter} is empty; perhaps a variable is not set.");
        if (!UnicodeText.IsValid(text) || text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c)))
            throw Invalid("InvalidSubject",
                $"{parameter} '{Printable.Of(text, Printable.NameLength)}' has blanks or control characters, which no " +
                "certificate has there. Correct it.");
    }

    private static void RequirePaths(string? path, TrustOption parameter, RequirementOptions options)
    {
        if (path is not null)
            StoredFiles.RequirePath(path, parameter, options.InlineKey);
    }

    private static void RequirePaths(IReadOnlyList<string> paths, TrustOption parameter, RequirementOptions options)
    {
        foreach (string path in paths)
            StoredFiles.RequirePath(path, parameter, options.InlineKey);
    }

    private static TrustException Apart(TrustOption parameter, string partner, string advice) =>
        Invalid("ParametersNotTogether", $"{parameter} requires {partner}. {advice}");

    private static TrustException Invalid(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
