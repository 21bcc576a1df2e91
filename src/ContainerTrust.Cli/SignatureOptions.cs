using System.CommandLine;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Cli;

/// <summary>The options that say by what images are judged: keys and names instead of the policy, stores instead of registries.d.</summary>
internal sealed class SignatureOptions
{
    private readonly IdentityOptions _identity = new();
    private readonly SigstoreOptions _certificates = new();
    private readonly Option<string[]> _key = new("--key")
    {
        Description = "Key file of this machine; a signature by one of the keys is enough (default: the policy decides). "
            + "A ConfigMap release-verification of OpenShift: by each of its keys",
        HelpName = "file",
    };

    private readonly Option<string[]> _fingerprint = new("--fingerprint")
        { Description = "Only signatures by this key count (default: any)", HelpName = "fingerprint" };
    private readonly Option<string[]> _store = new("--signature-store")
        { Description = "URL or directory that signatures are read from (default: as registries.d says)", HelpName = "store" };
    private readonly Option<string[]> _configMap = new("--signature-config-map")
        { Description = "File with ConfigMaps that hold signatures", HelpName = "file" };

    private bool _hasCertificates;

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_key, _fingerprint, _store, _configMap])
            command.Options.Add(option);
        _identity.AddTo(command);
    }

    /// <summary>Adds the options that name certificates of signers, where a command takes them.</summary>
    public void AddCertificatesTo(Command command)
    {
        _hasCertificates = true;
        _certificates.AddForVerification(command);
    }

    public bool HasCertificates(ParseResult result) => Signer(result) is not null;

    public string[] Keys(ParseResult result) => Files(result.GetValue(_key), "--key");

    public string[] Fingerprints(ParseResult result) => result.GetValue(_fingerprint) ?? [];

    public bool HasStores(ParseResult result) =>
        result.GetValue(_store) is { Length: > 0 } || result.GetValue(_configMap) is { Length: > 0 };

    public bool HasIdentity(ParseResult result) => _identity.Get(result) is not null;

    /// <summary>The options.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="hasOtherKeys">Whether keys were given by another option, too.</param>
    public VerificationOptions Get(ParseResult result, bool hasOtherKeys = false)
    {
        string[] keys = Keys(result);
        string[] stores = result.GetValue(_store) ?? [];
        string[] configMaps = Files(result.GetValue(_configMap), "--signature-config-map");
        SignedIdentity? identity = _identity.Get(result);
        RequirementFactory.RequireValid(identity);
        SignerCertificates? signer = Signer(result);
        bool isByKey = keys.Length > 0 && signer is { IsRootAlone: true };
        bool hasStores = stores.Length > 0 || configMaps.Length > 0;
        if (signer is not null && !isByKey && (keys.Length > 0 || Fingerprints(result).Length > 0 || hasStores))
            throw Usage("Certificates of signers are for images in registries, dir: and oci:. Leave out --key, --fingerprint and the " +
                "stores.");
        signer?.RequireUsable(keys.Length == 0 ? null : keys, identity, hasStores);
        if (signer is null && keys.Length == 0 && !hasOtherKeys && (identity is not null || Fingerprints(result).Length > 0))
            throw Usage("--fingerprint and the identity options require --key: without it the policy says " +
                "which keys and which names count.");
        return new VerificationOptions
        {
            KeyPaths = keys.Length == 0 ? null : keys,
            Signer = signer,
            Fingerprints = Fingerprints(result),
            SignedIdentity = identity,
            SignatureStores = stores.Length == 0 ? null
                : [.. stores.Select(static s => s.Contains("://", StringComparison.Ordinal) ? s
                : new Uri(File(s, "--signature-store")).AbsoluteUri)],
            SignatureConfigMaps = configMaps.Length == 0 ? null : configMaps,
        };
    }

    /// <summary>Paths of this machine, made absolute.</summary>
    public static string[] Files(string[]? paths, string option) => [.. (paths ?? []).Select(path => File(path, option))];

    /// <summary>An image as the engine takes it: paths made absolute.</summary>
    public static string Image(ParseResult result, CommonOptions common, string image)
    {
        if (image.StartsWith('-'))
            throw Usage($"'{image}' is not an option of this command, and no image begins with a dash. See --help.");
        if (image.Length == 0)
            throw Usage("An image is empty; perhaps a variable is not set.");
        int colon = image.IndexOf(':');
        string transport = colon > 0 ? image[..colon] : "";
        if (transport is not ("dir" or "oci" or "oci-archive" or "sif" or "docker-archive"))
            return image;
        string path = image[(colon + 1)..];
        int end = transport is "dir" or "sif" ? -1 : path.IndexOf(':');
        string name = end < 0 ? "" : path[end..];
        path = end < 0 ? path : path[..end];
        return path.Length == 0 ? image : $"{transport}:{common.HostPath(result, path, $"The path of '{image}'")}{name}";
    }

    /// <summary>The registry that a credential on the command line is for: the one that all of the images are in.</summary>
    public static string Registry(IEnumerable<string> images)
    {
        string[] registries = [.. images
            .Select(static i => i.StartsWith("docker://", StringComparison.Ordinal) ? i["docker://".Length..] : i)
            .Select(static i => DockerReference.TryParse(i, out DockerReference? reference, out _) ? reference.Domain : "")
            .Where(static r => r.Length > 0)
            .Distinct()];
        return registries.Length <= 1 ? registries.FirstOrDefault() ?? ""
            : throw Usage($"A password is for one registry, and the images are in several: {string.Join(", ", registries)}. Call the " +
            "command once for each, or use --authfile.");
    }

    private SignerCertificates? Signer(ParseResult result) => _hasCertificates ? _certificates.Signer(result, File) : null;

    private static string File(string path, string option) =>
        path.Length > 0 ? Path.GetFullPath(path) : throw Usage($"{option} is empty; perhaps a variable is not set.");

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
