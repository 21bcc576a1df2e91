using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Verification;

/// <summary>The signatures of a manifest.</summary>
/// <param name="Signatures">The signatures, not verified.</param>
/// <param name="Stores">Where they were looked for, for messages.</param>
/// <param name="Failure">Why one of several places could not be read, which matters where the others accept nothing.</param>
internal sealed record FoundSignatures(
    IReadOnlyList<SignatureBlob> Signatures, IReadOnlyList<string> Stores, TrustException? Failure = null);

/// <summary>The stores and ConfigMaps that the caller names in the place of registries.d.</summary>
/// <param name="stores">Base URLs and directories of this machine.</param>
/// <param name="configMaps">Files of this machine.</param>
/// <param name="reader">Reads stores.</param>
/// <param name="verbose">Told what is read.</param>
internal sealed class OwnStores(
    IReadOnlyList<string> stores, IReadOnlyList<string> configMaps, Lazy<SignatureStoreReader> reader, Action<string> verbose)
{
    /// <summary>Where signatures are looked for, for messages.</summary>
    public IReadOnlyList<string> Names { get; } = [.. stores.Select(StoreUrl.WithoutUser), .. configMaps];

    /// <summary>Reads the signatures of a manifest.</summary>
    /// <param name="image">The image. Null if it has no name.</param>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The signatures.</returns>
    /// <exception cref="TrustException">A store cannot be read, and is the only one; a path or URL is wrong.</exception>
    public async Task<FoundSignatures> ReadAsync(DockerReference? image, string digest, CancellationToken cancellationToken)
    {
        // Side by side: one that does not answer must not take the time of the others.
        (IReadOnlyList<SignatureBlob> Signatures, TrustException? Failure)[] read =
            await Task.WhenAll(stores.Select(s => ReadAsync(s, image, digest, cancellationToken))).ConfigureAwait(false);
        List<SignatureBlob> found = [.. read.SelectMany(static r => r.Signatures)];
        TrustException? failure = read.Select(static r => r.Failure).FirstOrDefault(static f => f is not null);
        foreach (string path in configMaps)
        {
            HostFile file = LocalHost.Instance.TryReadFile(path, SignatureConfigMaps.MaxDocumentBytes)
                ?? throw new TrustException("FileNotFound", TrustErrorKind.NotFound, $"The file {path} does not exist.") { Target = path };
            found.AddRange(SignatureConfigMaps.Read(path, file.Content, digest, verbose));
        }

        return new(found, Names, failure);
    }

    private async Task<(IReadOnlyList<SignatureBlob> Signatures, TrustException? Failure)> ReadAsync(
        string store, DockerReference? image, string digest, CancellationToken cancellationToken)
    {
        verbose($"Reading the signatures of {digest} from {StoreUrl.WithoutUser(store)}.");
        if (SignatureStoreUrl.Parse(store) is { IsFiles: true } directory && !LocalHost.Instance.Exists(directory.Path))
        {
            throw new TrustException(
                "StoreNotFound", TrustErrorKind.NotFound, $"The signature store {directory.Path} does not exist. Check its path.")
            {
                Target = store,
            };
        }

        try
        {
            return (await reader.Value.ReadAsync(store, image, digest, cancellationToken).ConfigureAwait(false), null);
        }
        catch (TrustException e) when (Names.Count > 1 && IsDead(e))
        {
            verbose($"{e.Message} The other stores are read.");
            return ([], e);
        }
    }

    // What a store has and must not have, such as too much of it, does not keep it from being reached.
    private static bool IsDead(TrustException failure) => failure.ErrorId is "StoreUnreachable" or "StoreTimeout" or "StoreError"
        || failure.Kind is TrustErrorKind.ReadError or TrustErrorKind.PermissionDenied or TrustErrorKind.ResourceBusy;
}
