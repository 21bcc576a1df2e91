using System.Security.Cryptography;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust.Looser;

/// <summary>
/// The keys and certificates in files, by what they are. Of a host over SSH only what was read already is looked at: nothing is fetched
/// for a warning.
/// </summary>
/// <param name="files">Reads the files.</param>
internal sealed class KeyContent(KeyMaterialFiles files)
{
    private readonly KeyFiles _keys = new(files);

    /// <summary>Reads a material.</summary>
    /// <param name="material">A material.</param>
    /// <returns>A name for each key or certificate in it. Empty if it cannot be read, or was not.</returns>
    public IReadOnlyList<string> Of(KeyMaterial material)
    {
        if (!IsKnown(material))
            return [];
        if (material.Use == KeyMaterialUse.OpenPgp)
            return [.. _keys.Of([material]).SelectMany(static s => s.Keys).Select(static k => k.Fingerprint)];
        try
        {
            return files.TryGet(material) is { } content ? Blocks(material.Use, content.Span) : [];
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return [];
        }
    }

    /// <summary>
    /// Whether a key that the files of a requirement revoke together is in those of another, which lack the revocation.
    /// </summary>
    /// <param name="before">The requirement.</param>
    /// <param name="after">The other.</param>
    /// <returns>True if there is one; false also where files cannot be read, or were not.</returns>
    public bool Revives(SignedByRequirement before, SignedByRequirement after)
    {
        if (before.KeyPaths is not { Count: > 1 } || before.GetKeyMaterials().Concat(after.GetKeyMaterials()).Any(m => !IsKnown(m)))
            return false;
        return _keys.TryReadTogether(before) is { } old && _keys.TryReadTogether(after) is { } next
            && next.Keys.Any(k => !k.IsRevoked && old.Keys.Any(o => o.IsRevoked && o.Fingerprint == k.Fingerprint));
    }

    private bool IsKnown(KeyMaterial material) =>
        material.Path is not { } path || (files.Host as CopiedKeysHost)?.Has(path) == true
            || files.Host.Underlying is not SshHost far || far.Answers(path, withContent: true);

    // Of a file with a public key the first one counts, of certificates all do.
    private static List<string> Blocks(KeyMaterialUse use, ReadOnlySpan<byte> content)
    {
        bool isKey = use is KeyMaterialUse.PublicKey or KeyMaterialUse.Rekor;
        List<string> found = [];
        for (ReadOnlySpan<byte> rest = content; PemBlock.TryFind(rest, out PemBlock block); rest = block.Rest)
        {
            found.Add(Convert.ToHexString(SHA256.HashData(block.Content)));
            if (isKey)
                break;
        }

        return found;
    }
}
