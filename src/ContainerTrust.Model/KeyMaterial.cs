namespace ContainerTrust;

/// <summary>What key material of a requirement is for.</summary>
internal enum KeyMaterialUse
{
    /// <summary>OpenPGP keys that sign images (<c>signedBy</c>, key type <c>GPGKeys</c>).</summary>
    OpenPgp,

    /// <summary>
    /// Keys of a type that podman and skopeo read and do not implement, such as <c>X509Certificates</c>: nothing is accepted by them.
    /// </summary>
    NotImplemented,

    /// <summary>The public key (PEM) that signs images (<c>sigstoreSigned</c>).</summary>
    PublicKey,

    /// <summary>The public key (PEM) of a Rekor log.</summary>
    Rekor,

    /// <summary>The certificates (PEM) of a Fulcio CA.</summary>
    FulcioCA,

    /// <summary>The roots (PEM) of a private PKI.</summary>
    PkiRoots,

    /// <summary>The intermediate CAs (PEM) of a private PKI.</summary>
    PkiIntermediates,
}

/// <summary>
/// Keys or certificates that a requirement names: a file of the host, or the data itself. <see cref="TrustRequirement.GetKeyMaterials"/>
/// is the one list of them: whoever reads, checks, ships, counts or refuses keys goes over it.
/// </summary>
/// <param name="Use">What it is for.</param>
/// <param name="Path">The file on the host that evaluates the policy. Null where <paramref name="Data"/> is given.</param>
/// <param name="Data">The file itself in base64 (RFC 4648 section 4). Null where <paramref name="Path"/> is given.</param>
internal sealed record KeyMaterial(KeyMaterialUse Use, string? Path, string? Data)
{
    /// <summary>The material of four members of which a requirement has at most one.</summary>
    /// <param name="use">What it is for.</param>
    /// <param name="path">A file.</param>
    /// <param name="paths">Files.</param>
    /// <param name="data">Base64.</param>
    /// <param name="datas">Base64 of several.</param>
    internal static IEnumerable<KeyMaterial> From(
        KeyMaterialUse use, string? path, IReadOnlyList<string>? paths = null, string? data = null, IReadOnlyList<string>? datas = null)
    {
        foreach (string file in (IEnumerable<string>)[.. path is null ? [] : new[] { path }, .. paths ?? []])
            yield return new KeyMaterial(use, file, null);
        foreach (string text in (IEnumerable<string>)[.. data is null ? [] : new[] { data }, .. datas ?? []])
            yield return new KeyMaterial(use, null, text);
    }
}
