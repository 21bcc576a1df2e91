using System.Runtime.CompilerServices;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// The keys of an OpenShift cluster's ConfigMap <c>release-verification</c> (namespace <c>openshift-config-managed</c>), by which its
/// cluster-version-operator verifies releases: an entry <c>verifier-public-key-NAME</c> of its data is an armored key file. Its entries
/// <c>store-NAME</c> are not followed.
/// </summary>
internal sealed class VerifierKeys
{
    private const string Prefix = "verifier-public-key-";

    private readonly ConditionalWeakTable<SignedByRequirement, string> _names = [];

    /// <summary>What messages call the key of a requirement.</summary>
    /// <param name="requirement">A requirement.</param>
    /// <returns>The entry and its file, such as <c>verifier-public-key-own in /keys.yaml</c>; null if it is of no ConfigMap.</returns>
    public string? NameOf(SignedByRequirement requirement) => _names.TryGetValue(requirement, out string? name) ? name : null;

    /// <summary>Reads the requirements that a ConfigMap makes: as for the operator, each of its keys must have signed.</summary>
    /// <param name="paths">Key files, on this machine.</param>
    /// <param name="identity">The name that signatures must have. Null for the default.</param>
    /// <returns>The requirements, one for each entry. Null if no file is such a ConfigMap.</returns>
    /// <exception cref="TrustException">
    /// <c>InvalidConfigMap</c>: one is, and cannot be read. <c>MixedKeys</c>: there are other key files beside it, which would be
    /// alternatives to each other.
    /// </exception>
    public IReadOnlyList<SignedByRequirement>? Read(IReadOnlyList<string> paths, SignedIdentity? identity)
    {
        List<SignedByRequirement> requirements = [];
        int maps = 0;
        foreach (string path in paths)
        {
            if (LocalHost.Instance.TryReadFile(path, KeyMaterialFiles.MaxBytes) is not { } file || !IsLikely(file.Content.Span))
                continue;
            int before = requirements.Count;
            foreach ((string name, string value) in ConfigMapReader.Read(path, file.Content).SelectMany(static map => map.Data))
            {
                if (!name.StartsWith(Prefix, StringComparison.Ordinal))
                    continue;
                string data = Convert.ToBase64String(Encoding.UTF8.GetBytes(FirstBlock(value)));
                SignedByRequirement requirement = new() { KeyData = data, SignedIdentity = identity };
                _names.Add(requirement, $"{Printable.Of(name, Printable.NameLength)} in {path}");
                requirements.Add(requirement);
            }

            maps += requirements.Count > before ? 1 : 0;
        }

        if (maps == 0)
            return null;
        return maps == paths.Count ? requirements : throw new TrustException(
            "MixedKeys",
            TrustErrorKind.InvalidArgument,
            "A ConfigMap with verifier keys requires a signature by each of its keys, and other key files are alternatives. "
                + "Ask with one of the two at a time.")
        {
            Target = string.Join(", ", paths),
        };
    }

    // The operator reads the first armored block of an entry (golang.org/x/crypto/openpgp, ReadArmoredKeyRing), so others give nothing.
    private static string FirstBlock(string value)
    {
        const string End = "-----END PGP PUBLIC KEY BLOCK-----";
        int end = value.IndexOf(End, StringComparison.Ordinal);
        return end < 0 ? value : value[..(end + End.Length)] + "\n";
    }

    // Before anything is parsed: a key file is none, and a document of another kind is refused as a key.
    private static bool IsLikely(ReadOnlySpan<byte> content) =>
        content.IndexOf("ConfigMap"u8) >= 0 && content.IndexOf("verifier-public-key-"u8) >= 0 && !content.StartsWith("-----BEGIN "u8);
}
