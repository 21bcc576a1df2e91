using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>The keys that go into an image, and what is asked for with them.</summary>
internal static class LayerKeys
{
    /// <summary>What is asked for with the keys that were given for the image itself.</summary>
    /// <param name="options">The options.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="messages">Where words for the user go.</param>
    public static SetRequest Request(ImageLayerOptions options, string scope, TrustMessages messages)
    {
        TrustType type = Kind(options.KeyPaths);
        foreach (string path in options.KeyPaths)
            RequirePlain(path[(path.LastIndexOf('/') + 1)..]);
        SignedIdentity? identity = options.SignedIdentity;
        if (identity is null && type == TrustType.SigstoreSigned)
        {
            identity = new MatchRepositoryIdentity();
            messages.Verbose($"Signatures must name the repository {scope}, with any tag or none, as those that cosign makes. " +
                $"{TrustOption.SignedIdentity} asks for more.");
        }

        if (type == TrustType.SigstoreSigned && options.SignatureStore is not null)
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                $"Signatures by a PEM key are in the registry itself. Leave out {TrustOption.SignatureStore}.");
        return new SetRequest
        {
            Registries = [scope],
            Options = new RequirementOptions
            {
                Type = type,
                KeyPaths = options.KeyPaths,
                CopyKey = true,
                KeyDirectory = KeyCopy.Directory,
                AnyKey = options.AnyKey,
                SignedIdentity = identity,
            },
            Stores = new LookasideSection { SignatureStore = options.SignatureStore },
            Force = options.Force,
        };
    }

    /// <summary>What entries ask for, with the key files that were given for them.</summary>
    /// <param name="options">The options.</param>
    /// <param name="entries">The entries.</param>
    /// <exception cref="TrustException">
    /// A key file is not named by an entry (<c>KeyFileNotNamed</c>), or by several under different paths (<c>KeyFileAmbiguous</c>).
    /// </exception>
    public static SetRequest Entries(ImageLayerOptions options, IReadOnlyList<ImageTrust> entries)
    {
        string[] named = [.. PolicyFiles.Of(entries.SelectMany(static e => e.Requirements ?? []).OfType<TrustRequirement>())];
        KeyCopy[] copies = [.. options.KeyFiles.Select(file => Place(file, named))];
        return new SetRequest
        {
            Entries = entries,
            Force = options.Force,
            Carried = entry =>
            {
                string[] own = [.. PolicyFiles.Of((entry.Requirements ?? []).OfType<TrustRequirement>())];
                return [.. copies.Where(c => own.Contains(c.Path))];
            },
        };
    }

    private static KeyCopy Place(string file, string[] named)
    {
        string name = file[(file.LastIndexOf('/') + 1)..];
        string[] places = [.. named.Where(n => n == file)];
        if (places.Length == 0)
            places = [.. named.Where(n => n[(n.LastIndexOf('/') + 1)..] == name)];
        if (places.Length != 1)
            throw new TrustException(
                places.Length == 0 ? "KeyFileNotNamed" : "KeyFileAmbiguous",
                TrustErrorKind.InvalidArgument,
                places.Length == 0
                    ? $"No entry names a file {Printable.Of(name, Printable.NameLength)}. Give it the name that the entries have for it."
                    : $"{Printable.Of(name, Printable.NameLength)} could be {string.Join(" or ", places.Select(static p =>
                        Printable.Of(p, Printable.NameLength)))}. Give the files names of their own.")
            {
                Target = file,
            };
        RequirePlain(places[0]);
        byte[] content = new StoredFiles(LocalHost.Instance).Read(file, "/", isOpenPgp: false);
        return new KeyCopy(places[0], content, file);
    }

    // cosign's public keys are PEM; what is not is left to the reader of OpenPGP, which says what is wrong with it.
    private static TrustType Kind(IReadOnlyList<string> paths)
    {
        TrustType[] kinds = [.. paths.Select(static path => IsPem(path) ? TrustType.SigstoreSigned : TrustType.SignedBy).Distinct()];
        return kinds.Length == 1 ? kinds[0] : throw new TrustException(
            "KeysDiffer",
            TrustErrorKind.InvalidArgument,
            $"{TrustOption.KeyPath} has PEM and OpenPGP keys, and an image is signed in the one form or the other. Specify keys of one " +
            "form.");
    }

    private static bool IsPem(string path) =>
        LocalHost.Instance.TryReadFile(path, KeyMaterialFiles.MaxBytes) is { } file
        && file.Content.Span.IndexOf("PUBLIC KEY-----"u8) >= 0
        && file.Content.Span.IndexOf("-----BEGIN PGP"u8) < 0;

    // The path is written into a Containerfile, which has patterns, variables and quotes of its own.
    private static void RequirePlain(string path)
    {
        if (!ContainerfileText.IsPlain(path))
            throw new TrustException(
                "InvalidKeyPath",
                TrustErrorKind.InvalidArgument,
                $"{Printable.Of(path, Printable.NameLength)} has characters that mean something in a Containerfile. Name the file with " +
                "letters, digits, dots, hyphens and underscores.")
            {
                Target = path,
            };
    }
}
