using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust.Rotation;

/// <summary>
/// Puts a key beside another within one requirement, of which one is enough, and takes the other out again. A second requirement would
/// demand both signatures.
/// </summary>
/// <param name="newKey">The new key.</param>
/// <param name="newPath">The new key's file on the host.</param>
/// <param name="knowsKeyPaths">Whether the host's release reads several files for a <c>signedBy</c> requirement.</param>
/// <param name="content">The content of a material.</param>
internal sealed class RotationForms(RotationKey newKey, string newPath, bool knowsKeyPaths, Func<KeyMaterial, ReadOnlyMemory<byte>> content)
{
    private readonly List<KeyCopy> _copies = [];

    /// <summary>The files that the host needs for what was made.</summary>
    public IReadOnlyList<KeyCopy> Copies => _copies;

    /// <summary>The keys of a requirement that the new one can stand beside.</summary>
    /// <param name="requirement">The requirement.</param>
    /// <param name="isOpenPgp">Whether OpenPGP keys are exchanged.</param>
    public static IReadOnlyList<KeyMaterial> Materials(TrustRequirement requirement, bool isOpenPgp)
    {
        KeyMaterialUse use = isOpenPgp ? KeyMaterialUse.OpenPgp : KeyMaterialUse.PublicKey;
        return [.. requirement.GetKeyMaterials().Where(m => m.Use == use)];
    }

    /// <summary>A requirement that the new key meets too.</summary>
    /// <param name="requirement">The requirement.</param>
    /// <exception cref="TrustException">
    /// The key data cannot be joined (<c>MixedKeyFormats</c>), or the file of the new key is that of the old (<c>KeyFileDiffers</c>).
    /// </exception>
    public TrustRequirement Add(TrustRequirement requirement)
    {
        IReadOnlyList<KeyMaterial> materials = Materials(requirement, newKey.IsOpenPgp);
        if (materials[0].Path is null)
            return WithData(requirement, [.. materials.Select(static m => m.Data!), Convert.ToBase64String(newKey.Content.Span)]);
        if (materials.Any(m => m.Path == newPath))
            throw new TrustException(
                "KeyFileDiffers",
                TrustErrorKind.InvalidArgument,
                $"{Shown(newPath)} has the old key, and the new one would take its file. Nothing was changed. Give the new key's file " +
                $"another name, or specify {TrustOption.KeyDirectory}.")
            {
                Target = newPath,
            };
        if (requirement is SignedByRequirement { KeyPath: { } old } && !knowsKeyPaths)
            return WithPaths(requirement, [Keyring(materials[0], old)]);
        Copy(newPath, newKey.Content);
        return WithPaths(requirement, [.. materials.Select(static m => m.Path!), newPath]);
    }

    /// <summary>A requirement that the old key meets no more.</summary>
    /// <param name="requirement">The requirement, which the new key meets.</param>
    /// <param name="keysOf">The keys in a material, by their fingerprints.</param>
    /// <param name="old">The old keys.</param>
    /// <exception cref="TrustException">
    /// The old key is in a file with others, so that it cannot be left out alone (<c>KeyringHasOthers</c>).
    /// </exception>
    public TrustRequirement Remove(TrustRequirement requirement, Func<KeyMaterial, IReadOnlyList<string>> keysOf, IReadOnlyList<string> old)
    {
        List<KeyMaterial> kept = [];
        bool needsNew = false;
        foreach (KeyMaterial material in Materials(requirement, newKey.IsOpenPgp))
        {
            IReadOnlyList<string> keys = keysOf(material);
            if (!keys.Any(old.Contains))
                kept.Add(material);
            else if (keys.FirstOrDefault(k => !old.Contains(k) && !newKey.Fingerprints.Contains(k)) is { } other)
                throw new TrustException(
                    "KeyringHasOthers",
                    TrustErrorKind.InvalidData,
                    $"{(material.Path is { } path ? Shown(path) : "The key data")} holds the old key and others ({other}), which would " +
                    $"be lost with it. Nothing was changed. Set the keys that are to remain with {TrustOption.KeyPath}.")
                {
                    Target = material.Path,
                };
            else
                needsNew |= keys.Any(newKey.Fingerprints.Contains);
        }

        bool hasNew = kept.Any(m => newKey.Fingerprints.All(keysOf(m).Contains));
        bool isPath = (kept.Count > 0 ? kept[0] : Materials(requirement, newKey.IsOpenPgp)[0]).Path is not null;
        if (!hasNew && needsNew && isPath)
        {
            Copy(newPath, newKey.Content);
            kept.Add(new KeyMaterial(KeyMaterialUse.OpenPgp, newPath, null));
        }
        else if (!hasNew && needsNew)
        {
            kept.Add(new KeyMaterial(KeyMaterialUse.OpenPgp, null, Convert.ToBase64String(newKey.Content.Span)));
        }

        return isPath ? WithPaths(requirement, [.. kept.Select(static m => m.Path!)])
            : WithData(requirement, [.. kept.Select(static m => m.Data!)]);
    }

    // Releases before containers/image 5.22 read one file, and all keys in it.
    private string Keyring(KeyMaterial old, string oldPath)
    {
        byte[] joined = RequirementFactory.Join([content(old).ToArray(), newKey.Content.ToArray()], [oldPath, newKey.Path]);
        int slash = newPath.LastIndexOf('/'), dot = newPath.LastIndexOf('.');
        string path = dot > slash + 1 ? $"{newPath[..dot]}-overlap{newPath[dot..]}" : $"{newPath}-overlap";
        Copy(path, joined);
        return path;
    }

    private void Copy(string path, ReadOnlyMemory<byte> file)
    {
        if (!_copies.Exists(c => c.Path == path))
            _copies.Add(new KeyCopy(path, file, newKey.Path));
    }

    // The member of a single key is known to more releases than that of several.
    private static TrustRequirement WithPaths(TrustRequirement requirement, IReadOnlyList<string> paths)
    {
        string? one = paths.Count == 1 ? paths[0] : null;
        IReadOnlyList<string>? several = one is null ? paths : null;
        return requirement is SignedByRequirement r ? r with { KeyPath = one, KeyPaths = several }
            : (SigstoreSignedRequirement)requirement with { KeyPath = one, KeyPaths = several };
    }

    private TrustRequirement WithData(TrustRequirement requirement, IReadOnlyList<string> data)
    {
        if (requirement is SigstoreSignedRequirement sigstore)
            return sigstore with { KeyData = data.Count == 1 ? data[0] : null, KeyDatas = data.Count == 1 ? null : data };
        byte[][] files = [.. data.Select(KeyData.Require)];
        byte[] joined = files.Length == 1 ? files[0] : RequirementFactory.Join([.. files],
            [KeyMaterialFiles.InPolicy, .. Enumerable.Repeat(newKey.Path, files.Length - 1)]);
        return (SignedByRequirement)requirement with { KeyData = Convert.ToBase64String(joined) };
    }

    private static string Shown(string path) => Printable.Of(path, Printable.NameLength);
}
