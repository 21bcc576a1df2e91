using System.Security.Cryptography;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Trust.Rotation;

/// <summary>
/// Puts a key beside another within one requirement, of which one is enough, and takes the other out again. A second requirement would
/// demand both signatures.
/// </summary>
/// <param name="request">The keys.</param>
/// <param name="newPath">The new key's file on the host.</param>
/// <param name="release">The host's release in words, and the containers/image 5 that it has at least. Null if it is not known.</param>
/// <param name="keys">The keys of the host.</param>
internal sealed class RotationForms(
    KeyRotationRequest request, string newPath, (string Name, int Image)? release, RotationKeys keys)
{
    private const int HashDigits = 16;

    private readonly RotationKey _newKey = request.NewKey;
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
    /// The key data cannot be joined (<c>MixedKeyFormats</c>), the file of the new key is that of the old (<c>KeyFileDiffers</c>), the old
    /// key is in a file with others (<c>KeyringHasOthers</c>), or the release is not known to take two keys (<c>ReleaseUnknown</c>,
    /// <c>ChangeWouldBeRefused</c>).
    /// </exception>
    public TrustRequirement Add(TrustRequirement requirement)
    {
        IReadOnlyList<KeyMaterial> materials = Materials(requirement, _newKey.IsOpenPgp);
        RequireAlone(materials);
        if (requirement is SigstoreSignedRequirement { KeyPaths: null, KeyDatas: null })
            RequireRelease();
        if (materials[0].Path is null)
            return WithData(requirement, [.. materials.Select(static m => m.Data!), Convert.ToBase64String(_newKey.Content.Span)]);
        if (materials.Any(m => m.Path == newPath))
            throw new TrustException(
                "KeyFileDiffers",
                TrustErrorKind.InvalidArgument,
                $"{Shown(newPath)} has the old key, and the new one would take its file. Nothing was changed. Give the new key's file " +
                $"another name, or specify {TrustOption.KeyDirectory}.")
            {
                Target = newPath,
            };
        if (requirement is SignedByRequirement { KeyPath: { } old } && !(release?.Image >= PolicyMembers.KeyPathsSince))
            return WithPaths(requirement, [Keyring(materials[0], old)]);
        Copy(newPath, _newKey.Content);
        return WithPaths(requirement, [.. materials.Select(static m => m.Path!), newPath]);
    }

    /// <summary>A requirement that the old key meets no more.</summary>
    /// <param name="requirement">The requirement, which the new key meets.</param>
    /// <exception cref="TrustException">
    /// The old key is in a file with others, so that it cannot be left out alone (<c>KeyringHasOthers</c>).
    /// </exception>
    public TrustRequirement Remove(TrustRequirement requirement)
    {
        IReadOnlyList<KeyMaterial> materials = Materials(requirement, _newKey.IsOpenPgp);
        RequireAlone(materials);
        List<KeyMaterial> kept = [.. materials.Where(m => !keys.Of(m).Any(request.IsOld))];
        bool needsNew = materials.Except(kept).Any(m => keys.Of(m).Any(request.IsNew));
        bool hasNew = kept.Any(m => _newKey.Fingerprints.All(f => keys.Of(m).Any(k => k.Fingerprint == f)));
        bool isPath = (kept.Count > 0 ? kept[0] : materials[0]).Path is not null;
        if (!hasNew && needsNew && isPath)
        {
            Copy(newPath, _newKey.Content);
            kept.Add(new KeyMaterial(KeyMaterialUse.OpenPgp, newPath, null));
        }
        else if (!hasNew && needsNew)
        {
            kept.Add(new KeyMaterial(KeyMaterialUse.OpenPgp, null, Convert.ToBase64String(_newKey.Content.Span)));
        }

        return isPath ? WithPaths(requirement, [.. kept.Select(static m => m.Path!)])
            : WithData(requirement, [.. kept.Select(static m => m.Data!)]);
    }

    // What holds the old key and others cannot be left out alone, so the exchange is not begun.
    private void RequireAlone(IReadOnlyList<KeyMaterial> materials)
    {
        foreach (KeyMaterial material in materials)
        {
            IReadOnlyList<TrustKey> all = keys.Of(material);
            if (all.Any(request.IsOld) && all.FirstOrDefault(k => !request.IsOld(k) && !request.IsNew(k)) is { } other)
                throw new TrustException(
                    "KeyringHasOthers",
                    TrustErrorKind.InvalidData,
                    $"{(material.Path is { } path ? Shown(path) : "The key data")} holds the old key and others ({other}), which would " +
                    "be lost with it. Nothing was changed. Export each key to a file of its own, and give the scope's entry those files " +
                    $"with {TrustOption.KeyPath} and {TrustOption.AnyKey}, by which its signed identity remains.")
                {
                    Target = material.Path,
                };
        }
    }

    private void RequireRelease()
    {
        if (release is not { } known)
            throw new TrustException(
                "ReleaseUnknown",
                TrustErrorKind.InvalidData,
                "Two keys of sigstore for one requirement are taken since containers/image 5.33 (podman 5.3), and an older one refuses " +
                "the whole policy for them, and so every image. Which one this host has is not known. Nothing was changed. Specify " +
                $"{TrustOption.PodmanVersion}.");
        if (known.Image < PolicyMembers.SeveralKeysSince)
            throw new TrustException(
                "ChangeWouldBeRefused",
                TrustErrorKind.InvalidData,
                "Two keys of sigstore for one requirement are taken since containers/image 5.33 (podman 5.3), and an older one refuses " +
                $"the whole policy for them, and so every image. {known.Name} is older. Nothing was changed. Update it first, or, if it " +
                $"is newer, specify {TrustOption.PodmanVersion}.");
    }

    // Releases before containers/image 5.22 read one file, and all keys in it. Each content has a name of its own: another keyring of the
    // host is never taken for it.
    private string Keyring(KeyMaterial old, string oldPath)
    {
        byte[] joined = RequirementFactory.Join([keys.ContentOf(old).ToArray(), _newKey.Content.ToArray()], [oldPath, _newKey.Path]);
        string hash = Convert.ToHexStringLower(SHA256.HashData(joined))[..HashDigits];
        int slash = newPath.LastIndexOf('/'), dot = newPath.LastIndexOf('.');
        string path = dot > slash + 1 ? $"{newPath[..dot]}-overlap-{hash}{newPath[dot..]}" : $"{newPath}-overlap-{hash}";
        Copy(path, joined);
        return path;
    }

    private void Copy(string path, ReadOnlyMemory<byte> file)
    {
        if (_copies.Find(c => c.Path == path) is not { } present)
            _copies.Add(new KeyCopy(path, file, _newKey.Path));
        else if (!present.Content.Span.SequenceEqual(file.Span))
            throw new InvalidOperationException($"Two files would be put to {path}.");
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
            [KeyMaterialFiles.InPolicy, .. Enumerable.Repeat(_newKey.Path, files.Length - 1)]);
        return (SignedByRequirement)requirement with { KeyData = Convert.ToBase64String(joined) };
    }

    private static string Shown(string path) => Printable.Of(path, Printable.NameLength);
}
