using System.Text.Json;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// The list of signatures that a registry with the extension <c>X-Registry-Supports-Signatures</c> gives (OpenShift's own registry):
/// <c>{"signatures": [{"schemaVersion": 2, "name": "sha256:…@…", "type": "atomic", "content": "Base64"}]}</c>.
/// </summary>
internal static class ExtensionSignatures
{
    private const int Version = 2;
    private const string AtomicType = "atomic";

    /// <summary>The most signatures that are taken, as of a lookaside store (containers/image).</summary>
    private const int MostSignatures = 128;

    /// <summary>Reads a list. Signatures of another version or type are left out, as in containers/image.</summary>
    /// <param name="untrustedList">The list.</param>
    /// <param name="url">Where it is from.</param>
    /// <returns>The signatures in order.</returns>
    /// <exception cref="WebFailure">
    /// It is no such list (<c>InvalidSignatureList</c>), or too long a one (<c>TooManySignatures</c>).
    /// </exception>
    public static IReadOnlyList<SignatureBlob> Read(byte[] untrustedList, Uri url)
    {
        List<SignatureBlob> signatures = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(untrustedList);
            if (!document.RootElement.TryGetProperty("signatures", out JsonElement list) || list.ValueKind == JsonValueKind.Null)
                return [];
            foreach (JsonElement signature in list.EnumerateArray())
            {
                if (!signature.TryGetProperty("schemaVersion", out JsonElement version) || version.GetInt32() != Version ||
                    !signature.TryGetProperty("type", out JsonElement type) || type.GetString() != AtomicType)
                {
                    continue;
                }

                byte[] content = signature.TryGetProperty("content", out JsonElement value) && value.ValueKind != JsonValueKind.Null
                    ? KeyData.Decode(value.GetString() ?? "") ?? throw new FormatException() : [];
                string name = signature.TryGetProperty("name", out JsonElement named) ? named.GetString() ?? "" : "";
                if (signatures.Count == MostSignatures)
                    throw new WebFailure(
                        "TooManySignatures",
                        TrustErrorKind.LimitsExceeded,
                        $"{WebText.Show(url)} lists more than {MostSignatures} signatures, which cannot be right. Ask the "
                            + "registry's administrator.")
                    {
                        Target = WebText.Show(url),
                    };
                signatures.Add(new SignatureBlob($"{WebText.Show(url)} ({Printable.Of(name, Printable.NameLength)})", content));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new WebFailure(
                "InvalidSignatureList",
                TrustErrorKind.InvalidData,
                $"{WebText.Show(url)} gave no list of signatures that can be read. Ask the registry's administrator.",
                e)
            {
                Target = WebText.Show(url),
            };
        }

        return signatures;
    }
}
