using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>What the verifier says of an image or a signature.</summary>
/// <param name="IsValid">Its verdict; an error is none, and so not a "valid".</param>
/// <param name="Reason">Why.</param>
internal sealed record OurVerdict(bool IsValid, string Reason)
{
    /// <summary>The reference by digest, if there is one.</summary>
    public string? Pinned { get; init; }

    /// <summary>Of an image, under the same policy, registries.d and credentials as skopeo.</summary>
    public static OurVerdict Of(SignedWorld world, VerdictCase one)
    {
        WebOptions web = new() { AuthFile = world.AuthFile, CertificateDirectory = world.CertificateDirectory, Retries = 0,
            Timeout = TimeSpan.FromSeconds(20) };
        return Of(one.Image, one.Policy, one.Query.RegistriesDirectory ?? world.RegistriesDirectory, one.Platform, new VerificationOptions
            { Web = web, RegistriesConfPath = one.Query.RegistriesConf });
    }

    /// <summary>Of an image in a directory, under a policy.</summary>
    public static OurVerdict OfDirectory(string image, string policy) =>
        Of(image, policy, registriesDirectory: null, platform: null, new VerificationOptions());

    /// <summary>Of signatures by files, as <c>skopeo standalone-verify</c> gives it.</summary>
    public static OurVerdict OfFiles(string manifest, string reference, IReadOnlyList<string> signatures, IReadOnlyList<string> keys) =>
        Of(new FileVerification { ManifestPath = manifest, Reference = reference, SignaturePaths = signatures, KeyPaths = keys });

    /// <summary>Of signatures by files, for a manifest whose digest alone is known.</summary>
    public static OurVerdict OfDigest(string digest, string reference, IReadOnlyList<string> signatures, IReadOnlyList<string> keys) =>
        Of(new FileVerification { ManifestDigest = digest, Reference = reference, SignaturePaths = signatures, KeyPaths = keys });

    private static OurVerdict Of(FileVerification files)
    {
        try
        {
            ImageSignatureResult result = new FileVerifier(static _ => { }).Verify(files);
            return new OurVerdict(result.IsValid, result.Reason);
        }
        catch (TrustException e)
        {
            return new OurVerdict(false, $"{e.ErrorId}: {e.Message}");
        }
    }

    private static OurVerdict Of(string image, string policy, string? registriesDirectory, string? platform, VerificationOptions options)
    {
        string directory = Directory.CreateTempSubdirectory("ct-ours-").FullName;
        try
        {
            string file = Path.Combine(directory, "policy.json");
            File.WriteAllText(file, policy);
            TrustStore store = TrustStore.Open(new TrustStoreOptions
                { PolicyPath = file, RegistriesDirectory = registriesDirectory ?? directory }, TrustMessages.None);
            using ImageVerifier verifier = new(store, options, TrustMessages.None);
            PlatformChoice choice = platform is null ? PlatformChoice.Host : PlatformChoice.Parse(platform);
            ImageSignatureResult result = verifier.VerifyChosenAsync(image, choice, CancellationToken.None).GetAwaiter().GetResult()[^1];
            return new OurVerdict(result.IsValid, result.Reason) { Pinned = result.PinnedReference };
        }
        catch (TrustException e)
        {
            return new OurVerdict(false, $"{e.ErrorId}: {e.Message}");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
