using System.Globalization;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Images.Stores;

/// <summary>
/// Signatures of OpenShift releases as a cluster keeps them: ConfigMaps (namespace <c>openshift-config-managed</c>, label
/// <c>release.openshift.io/verification-signatures</c>) whose <c>binaryData</c> has them under <c>sha256-HEX-N</c>. Namespace and label
/// are not looked at in a file that was handed over: signatures are verified, wherever they lie.
/// </summary>
internal static class SignatureConfigMaps
{
    /// <summary>The largest document that is read, in bytes.</summary>
    public const int MaxDocumentBytes = 32 * 1024 * 1024;

    /// <summary>Reads the signatures of one manifest.</summary>
    /// <param name="name">The document's name, for messages and <see cref="SignatureBlob.Source"/>.</param>
    /// <param name="document">
    /// ConfigMaps as YAML (one document or several) or JSON: each alone, or in a <c>List</c> as <c>oc get -o yaml</c> and <c>-o json</c>
    /// write it.
    /// </param>
    /// <param name="manifestDigest">The manifest's digest.</param>
    /// <param name="warning">Told what is passed over, and why. Null: nobody is.</param>
    /// <returns>The signatures by their number, not verified; empty if there are none of this manifest.</returns>
    /// <exception cref="TrustException">
    /// <c>InvalidConfigMap</c>: the document is not a YAML or JSON of objects, or a signature of this manifest no base64.
    /// <c>InvalidDigest</c>. <c>FileTooLarge</c>, <c>TooManySignatures</c>.
    /// </exception>
    public static IReadOnlyList<SignatureBlob> Read(string name, ReadOnlyMemory<byte> document, string manifestDigest,
        Action<string>? warning = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ImageDigest.Require(manifestDigest, "The question for signatures");
        if (document.Length > MaxDocumentBytes)
            throw new TrustException(
                "FileTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{name} is larger than {MaxDocumentBytes} bytes; give the ConfigMaps with signatures only.")
            {
                Target = name,
            };
        string prefix = manifestDigest.Replace(':', '-');
        List<(int Number, SignatureBlob Signature)> found = [];
        foreach (ConfigMapData map in ConfigMapReader.Read(name, document))
        {
            if (map.Kind != "ConfigMap")
            {
                warning?.Invoke($"{name}: {Describe(map)} is not a ConfigMap and is passed over.");
                continue;
            }

            foreach ((string key, string value) in map.BinaryData)
            {
                if (!key.StartsWith(prefix, StringComparison.Ordinal))
                    continue;
                if (Number(key.AsSpan(prefix.Length)) is not { } number)
                    warning?.Invoke($"{name}: the key '{Printable.Of(key, Printable.NameLength)}' of {Describe(map)} is not " +
                        $"{prefix}-N and is passed over.");
                else if (found.Count == ImageLimits.Signatures)
                    throw new TrustException(
                        "TooManySignatures",
                        TrustErrorKind.LimitsExceeded,
                        $"{name} has more than {ImageLimits.Signatures} signatures of {manifestDigest}; remove those that are not "
                            + "needed.")
                    {
                        Target = name,
                    };
                else
                    found.Add((number, new SignatureBlob($"{name} ({Describe(map)}, {key})", Decode(name, key, value))));
            }
        }

        return [.. found.OrderBy(static f => f.Number).Select(static f => f.Signature)];
    }

    private static string Describe(ConfigMapData map) =>
        (map.Kind is null ? "an object without a kind" : Printable.Of(map.Kind, Printable.NameLength))
            + (map.Name is null ? "" : $" '{Printable.Of(map.Name, Printable.NameLength)}'");

    // The cluster takes whatever begins with the digest; a key without a number comes first.
    private static int? Number(ReadOnlySpan<char> suffix) =>
        suffix.IsEmpty ? 0 : suffix[0] == '-' && int.TryParse(suffix[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;

    private static byte[] Decode(string name, string key, string value)
    {
        byte[] buffer = new byte[(value.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(value, buffer, out int length))
            throw new TrustException(
                "InvalidConfigMap",
                TrustErrorKind.InvalidData,
                $"{name}: the value of '{key}' is not base64; get the ConfigMap from the cluster again.")
            {
                Target = name,
            };
        return length <= ImageLimits.SignatureBytes
            ? buffer[..length]
            : throw new TrustException(
                "FileTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{name}: the value of '{key}' is larger than {ImageLimits.SignatureBytes} bytes, so it is not a signature.")
            {
                Target = name,
            };
    }
}
