using System.Collections.Concurrent;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Verification;

/// <summary>Verifies by files (<see cref="FileVerification"/>). Keeps imported keys, so that one object serves many calls; for many
/// threads.</summary>
public sealed class FileVerifier
{
    /// <summary>The largest manifest, and the largest signature, that is read, in bytes; the reference implementation's limits.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private readonly ITrustHost _host;
    private readonly KeyMaterialFiles _files;
    private readonly Action<string> _warn;
    private readonly Action<string>? _say;
    private readonly VerifierKeys _verifiers = new();
    private readonly ConcurrentDictionary<string, (JudgingRelease Release, RequirementKeys Keys)> _releases = new(StringComparer.Ordinal);

    /// <summary>A verifier of this machine's files.</summary>
    /// <param name="warn">Told of each key that cannot be used.</param>
    /// <param name="say">Told what became of every signature in the key files. Null for nobody.</param>
    public FileVerifier(Action<string> warn, Action<string>? say = null)
        : this(LocalHost.Instance, warn, say)
    {
    }

    internal FileVerifier(ITrustHost host, Action<string> warn, Action<string>? say = null)
    {
        _host = host;
        _files = new KeyMaterialFiles(host);
        _warn = warn;
        _say = say;
    }

    /// <summary>Verifies.</summary>
    /// <param name="files">The files.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="TrustException">
    /// A file is missing or cannot be read, has no usable key, or the reference, the digest or a fingerprint is no such thing. A signature
    /// that is not accepted is a result, whatever is wrong with it.
    /// </exception>
    public ImageSignatureResult Verify(FileVerification files)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (!DockerReference.TryParse(files.Reference, out DockerReference? reference, out string problem))
            throw new TrustException("InvalidReference", TrustErrorKind.InvalidArgument,
                $"'{files.Reference}' is not a docker reference: {problem}.") { Target = files.Reference };
        IReadOnlyList<string> fingerprints = Fingerprints.Normalize(files.Fingerprints);
        JudgedManifest manifest = ReadManifest(files, reference);

        // Shown in the result; compared is as skopeo compares, which knows a reference without tag and digest too.
        ExactReferenceIdentity identity = new() { DockerReference = reference.ToString() };
        IReadOnlyList<SignedByRequirement> requirements = _verifiers.Read(files.KeyPaths, identity)
            ?? [new SignedByRequirement { KeyPaths = files.KeyPaths, SignedIdentity = identity }];
        (JudgingRelease release, RequirementKeys keys) = _releases.GetOrAdd(files.As ?? "", _ =>
        {
            JudgingRelease judge = new(files.As, null);
            return (judge, judge.KeysOf(_files, isPolicy: false, _warn, _say, _verifiers.NameOf));
        });
        CallerKeys.RequireUsable(keys, requirements, files.KeyPaths);
        DateTimeOffset now = files.Now ?? DateTimeOffset.UtcNow;
        RequirementVerdict[] verdicts = [.. requirements.Select(requirement =>
        {
            RequirementKeyring found = keys.For(requirement);
            if (found.Keyring is null)
            {
                // Only for a named release: without one such keys are refused above.
                ImageSignature[] none = [.. files.SignaturePaths.Select(path => new ImageSignature
                    { Source = path, Kind = ImageSignatureKind.SimpleSigning, IsValid = false, Reason = found.Problem })];
                return PolicyEvaluator.Verdict(requirement, none, [], found.Problem);
            }

            SignedByJudge judge = new(
                found.Keyring, fingerprints, signed => IdentityMatcher.SameReferenceRefusal(reference, signed));
            ImageSignature[] judged = [.. files.SignaturePaths.Select(path => Judge(judge, path, manifest, now))];
            return PolicyEvaluator.Verdict(requirement, judged, [], null).ByKey(keys.NameOf(requirement));
        })];
        RequirementVerdict decisive = Array.Find(verdicts, static v => !v.IsSatisfied) ?? verdicts[0];
        return new ImageSignatureResult
        {
            ComputerName = _host.ComputerName,
            Image = files.Reference,
            ManifestDigest = manifest.Digest,
            PinnedReference = decisive.IsSatisfied ? $"{reference.Name}@{manifest.Digest}" : null,
            IsValid = decisive.IsSatisfied,
            JudgedAs = release.Name,
            Reason = decisive.Reason,
            Requirements = verdicts,
            Signatures = decisive.Signatures,
            ManifestSource = files.ManifestPath,
        };
    }

    private JudgedManifest ReadManifest(FileVerification files, DockerReference reference)
    {
        if (files.ManifestDigest is { } given && !ReferenceGrammar.IsDigest(given))
            throw InvalidDigest(given);
        JudgedManifest manifest;
        if (files.ManifestPath is { } path)
        {
            manifest = JudgedManifest.FromContent(Read(path, "manifest"));
            if (files.ManifestDigest is { } expected && !manifest.Matches(expected))
                throw Mismatch(path, manifest.Digest, expected);
        }
        else
        {
            manifest = JudgedManifest.FromDigest(files.ManifestDigest ?? reference.Digest
                ?? throw new TrustException("ManifestRequired", TrustErrorKind.InvalidArgument,
                    "It is not said what the signature is to be for. Give the manifest, or its digest."));
        }

        if (reference.Digest is { } named && !manifest.Matches(named))
            throw Mismatch(files.ManifestPath ?? "the manifest", manifest.Digest, named);
        return manifest;
    }

    private ImageSignature Judge(SignedByJudge judge, string path, JudgedManifest manifest, DateTimeOffset now)
    {
        ReadOnlyMemory<byte> blob = Read(path, "signature");

        // A file that a person names is handed to OpenPGP as it is, armored or not, as skopeo does; only a mark of another format is
        // heeded.
        ImageSignatureKind kind = StoredSignature.Detect(blob, out ReadOnlyMemory<byte> content, out string problem);
        bool isMarked = blob.Length > 0 && blob.Span[0] == 0;
        if (isMarked && kind != ImageSignatureKind.SimpleSigning)
        {
            return new ImageSignature
            {
                Source = path,
                Kind = kind,
                IsValid = false,
                Reason = kind == ImageSignatureKind.Sigstore ? "It is a sigstore signature; OpenPGP keys cannot verify it."
                    : $"Its format cannot be told: {problem}.",
            };
        }

        return judge.Judge(path, content.Span, manifest, now);
    }

    private ReadOnlyMemory<byte> Read(string path, string what) =>
        (_host.TryReadFile(path, MaxBytes) ?? throw new TrustException("FileNotFound", TrustErrorKind.NotFound,
            $"The {what} {path} does not exist.") { Target = path }).Content;

    private static TrustException InvalidDigest(string digest) =>
        new(
            "InvalidDigest",
            TrustErrorKind.InvalidArgument,
            $"'{digest}' is not a valid digest. Use sha256: followed by 64 lowercase hexadecimal digits.")
        {
            Target = digest,
        };

    private static TrustException Mismatch(string what, string digest, string expected) =>
        new("ManifestDigestMismatch", TrustErrorKind.InvalidData,
            $"{what} has the digest {digest}, not {expected}. It is not the manifest that is meant.") { Target = what };
}
