using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>The manifest that signatures are of. The name of every file is made of these two, whose grammars leave no way out.</summary>
internal sealed record SignedManifest
{
    public SignedManifest(DockerReference repository, string digest)
    {
        ImageDigest.Require(digest, repository.Name);
        (Repository, Digest) = (repository, digest);
        (Algorithm, Hex) = ImageDigest.Split(digest);
    }

    public DockerReference Repository { get; }

    public string Digest { get; }

    public string Algorithm { get; }

    public string Hex { get; }

    public override string ToString() => $"{Repository.Name}@{Digest}";
}

/// <summary>What came of adding signatures.</summary>
/// <param name="Saved">How many were written.</param>
/// <param name="AlreadySaved">How many were there.</param>
internal sealed record TargetOutcome(int Saved, int AlreadySaved);

/// <summary>A place that signatures are saved in, in one form. For many threads, and for several processes at once.</summary>
/// <param name="directory">The directory, an absolute path of this machine.</param>
/// <param name="options">Whether something is written, and replaced.</param>
internal abstract class SignatureTarget(string directory, SaveOptions options)
{
    private protected string Root { get; } = directory.Length > 1 ? directory.TrimEnd('/') : directory;

    private protected bool IsForced => options.Force;

    private protected bool IsDryRun => options.IsDryRun;

    private protected static LocalHost Host => LocalHost.Instance;

    /// <summary>The form.</summary>
    public abstract SavedSignatureForm Form { get; }

    /// <summary>The kind of signatures that it is for.</summary>
    public abstract ImageSignatureKind Kind { get; }

    /// <summary>Where the signatures of a manifest are.</summary>
    public abstract string PathOf(SignedManifest manifest);

    /// <summary>The signatures of a manifest that are there. Nothing says that they are good.</summary>
    /// <exception cref="TrustException">What is there cannot be read.</exception>
    public abstract IReadOnlyList<SignatureBlob> Read(SignedManifest manifest);

    /// <summary>Adds signatures to those that are there, each content once.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="verified">Signatures of the kind, each of which was verified.</param>
    /// <param name="cancellationToken">Ends the wait for other writers.</param>
    /// <exception cref="TrustException">They cannot be written; what was there is whole.</exception>
    public abstract Task<TargetOutcome> AddAsync(SignedManifest manifest, IReadOnlyList<StoredSignature> verified,
        CancellationToken cancellationToken);

    private protected static IHostChange Begin(IReadOnlyList<string> directories, CancellationToken cancellationToken) =>
        Host.BeginChange(directories, new TrustEditOptions().LockTimeout, cancellationToken);

    private protected static TrustException Differs(string path, string what, Exception? cause = null) => new(
        "SavedFileDiffers", TrustErrorKind.InvalidData,
        $"{path} {what}, so it is left as it is. Check it, and specify {TrustOption.Force} to have it replaced.", cause)
        { Target = path };

    private protected static TrustException TooMany(string place, int most) => new(
        "TooManySignatures", TrustErrorKind.LimitsExceeded,
        $"{place} would have more than {most} signatures, which nothing reads. Remove those that are not needed.") { Target = place };
}
