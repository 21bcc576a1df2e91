using System.Security.Cryptography;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Pem;

namespace ContainerTrust.Engine.Trust;

/// <summary>Whether Red Hat makes the sigstore signatures that a requirement asks for.</summary>
internal static class RedHatSigning
{
    private const string Keys = "/etc/pki/sigstore/SIGSTORE-redhat-";

    // SHA-256 of the key (SubjectPublicKeyInfo) in the ClusterImagePolicy "openshift" that OpenShift brings along
    // (openshift/cluster-update-keys, manifests.rhel). The operator puts keys into policy.json itself.
    private const string ReleaseKey = "ba9d26350d78893a20f337e2153a113108bfcf064085afaee60d446e63405576";

    /// <summary>Whether it is so.</summary>
    /// <param name="requirement">The requirement.</param>
    /// <param name="scope">Its scope.</param>
    /// <returns>True if the scope is one of Red Hat's registries, or every key is Red Hat's.</returns>
    public static bool Signs(SigstoreSignedRequirement requirement, string scope)
    {
        if (TrustPresets.Get("RedHat").Any(e => scope == e.Registry || scope.StartsWith(e.Registry + "/", StringComparison.Ordinal)))
            return true;
        string?[] paths = [requirement.KeyPath, .. requirement.KeyPaths ?? []];
        string?[] datas = [requirement.KeyData, .. requirement.KeyDatas ?? []];
        bool[] keys =
        [
            .. paths.OfType<string>().Select(static p => p.StartsWith(Keys, StringComparison.Ordinal)),
            .. datas.OfType<string>().Select(IsReleaseKey),
        ];
        return requirement is { Fulcio: null, Pki: null } && keys.Length > 0 && keys.All(static isRedHats => isRedHats);
    }

    private static bool IsReleaseKey(string data) =>
        KeyData.Decode(data) is { } file && PemBlock.TryFind(file, out PemBlock block)
            && Convert.ToHexStringLower(SHA256.HashData(block.Content)) == ReleaseKey;
}
