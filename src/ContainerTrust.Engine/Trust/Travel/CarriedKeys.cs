using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust.Travel;

/// <summary>Entries that bring along the key and certificate files that they name, from the host that they were read on.</summary>
public static class CarriedKeys
{
    /// <summary>An entry that has its keys and certificates in itself.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="origin">The host whose files it names.</param>
    /// <returns>The entry; the same if it names no files.</returns>
    /// <exception cref="TrustException">
    /// A file is missing there, empty or unreadable, holds a private key, or cannot be stored with another (<c>MixedKeyFormats</c>).
    /// </exception>
    public static ImageTrust Inline(ImageTrust entry, ITrustHost origin)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(origin);
        return NamesFiles(entry)
            ? entry with { Requirements = [.. entry.Requirements.Select(r => Inline(r, (path, pgp) => Read(entry, origin, path, pgp)))] }
            : entry;
    }

    /// <summary>An entry and the files that it names, to be put on another host.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="origin">The host whose files it names.</param>
    /// <param name="directory">The directory that they are put in. Null for <see cref="KeyCopy.Directory"/>: the origin does not choose
    /// where files are written on other hosts.</param>
    /// <returns>The entry, which names the new places, and the files.</returns>
    /// <exception cref="TrustException">
    /// A file is missing there, empty or unreadable, or holds a private key; or the directory is not a plain path
    /// (<c>InvalidKeyPath</c>).
    /// </exception>
    public static (ImageTrust Entry, IReadOnlyList<KeyCopy> Copies) Copy(ImageTrust entry, ITrustHost origin, string? directory)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(origin);
        if (!NamesFiles(entry))
            return (entry, []);
        string parent = directory ?? KeyCopy.Directory;
        KeyCopies.RequireDirectory(parent);
        List<KeyCopy> copies = [];
        string There(string path) => KeyCopies.Target(parent, path);
        foreach (KeyMaterial material in entry.Requirements.SelectMany(static r => r.GetKeyMaterials()).Distinct())
        {
            if (material.Path is { } path)
                copies.Add(new KeyCopy(There(path), Read(entry, origin, path, material.Use == KeyMaterialUse.OpenPgp), path));
        }

        KeyCopies.RequireAgreement(copies);
        return (entry with { Requirements = [.. entry.Requirements.Select(r => Rename(r, There))] }, copies);
    }

    private static bool NamesFiles(ImageTrust entry) =>
        entry.Requirements is { } list && !list.Contains(null!) && PolicyFiles.Of(list).Count > 0;

    private static byte[] Read(ImageTrust entry, ITrustHost origin, string path, bool isOpenPgp) =>
        origin.TryReadFile(path, KeyMaterialFiles.MaxBytes) is null
            ? throw new TrustException(
                "KeyFileNotFound",
                TrustErrorKind.NotFound,
                $"The key file {Shown(path)}, which the entry for {Shown(entry.IsDefault ? "the default" : entry.Registry)} names, does " +
                $"not exist on {Shown(origin.ComputerName)}. Specify the key with {TrustOption.KeyPath}.")
            {
                Target = path,
            }
            : new StoredFiles(origin).Read(path, "/", isOpenPgp);

    private static TrustRequirement Inline(TrustRequirement requirement, Func<string, bool, byte[]> read)
    {
        string Pem(string path) => Convert.ToBase64String(read(path, false));
        switch (requirement)
        {
            case SignedByRequirement { KeyPath: { } path } r:
                return r with { KeyPath = null, KeyData = Convert.ToBase64String(read(path, true)) };
            case SignedByRequirement { KeyPaths: { Count: > 0 } paths } r:
                byte[] all = RequirementFactory.Join([.. paths.Select(p => read(p, true))], paths);
                return r with { KeyPaths = null, KeyData = Convert.ToBase64String(all) };
            case SigstoreSignedRequirement r:
                return r with
                {
                    KeyPath = null,
                    KeyPaths = null,
                    KeyData = r.KeyPath is { } key ? Pem(key) : r.KeyData,
                    KeyDatas = r.KeyPaths is { } keys ? [.. keys.Select(Pem)] : r.KeyDatas,
                    RekorPublicKeyPath = null,
                    RekorPublicKeyPaths = null,
                    RekorPublicKeyData = r.RekorPublicKeyPath is { } log ? Pem(log) : r.RekorPublicKeyData,
                    RekorPublicKeyDatas = r.RekorPublicKeyPaths is { } logs ? [.. logs.Select(Pem)] : r.RekorPublicKeyDatas,
                    Fulcio = r.Fulcio is { CaPath: { } ca } fulcio ? fulcio with { CaPath = null, CaData = Pem(ca) } : r.Fulcio,
                    Pki = r.Pki is { } pki ? pki with
                    {
                        CaRootsPath = null,
                        CaRootsData = pki.CaRootsPath is { } roots ? Pem(roots) : pki.CaRootsData,
                        CaIntermediatesPath = null,
                        CaIntermediatesData = pki.CaIntermediatesPath is { } between ? Pem(between) : pki.CaIntermediatesData,
                    } : null,
                };
            default:
                return requirement;
        }
    }

    private static TrustRequirement Rename(TrustRequirement requirement, Func<string, string> there)
    {
        string? One(string? path) => path is null ? null : there(path);
        string[]? Several(IReadOnlyList<string>? paths) => paths is null ? null : [.. paths.Select(there)];
        return requirement switch
        {
            SignedByRequirement r => r with { KeyPath = One(r.KeyPath), KeyPaths = Several(r.KeyPaths) },
            SigstoreSignedRequirement r => r with
            {
                KeyPath = One(r.KeyPath),
                KeyPaths = Several(r.KeyPaths),
                RekorPublicKeyPath = One(r.RekorPublicKeyPath),
                RekorPublicKeyPaths = Several(r.RekorPublicKeyPaths),
                Fulcio = r.Fulcio is { } fulcio ? fulcio with { CaPath = One(fulcio.CaPath) } : null,
                Pki = r.Pki is { } pki ? pki with
                {
                    CaRootsPath = One(pki.CaRootsPath),
                    CaIntermediatesPath = One(pki.CaIntermediatesPath),
                } : null,
            },
            _ => requirement,
        };
    }

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
