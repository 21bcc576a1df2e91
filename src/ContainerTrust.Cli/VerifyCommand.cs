using System.CommandLine;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Consumers;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust verify</c>: are images acceptable, and why.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        SignatureOptions signatures = new();
        ConnectionOptions connection = new();
        Argument<string[]> images = new("image")
            { Description = "Images: registry.example.com/app:v1, dir:PATH, oci:PATH:NAME", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> platform = new("--platform")
            { Description = "The instance of a multi-arch image, such as linux/arm64; all: every instance, as copy --all; list: the list " +
            "alone (default: what is pulled on the judged host)", HelpName = "os/arch" };
        Option<string?> inReleaseOf = new("--in-release")
            { Description = "Release image, by digest, whose contents the images must be among", HelpName = "image" };
        Option<bool> requireSignature = new("--require-signature")
            { Description = "What the policy accepts without a signature is not valid" };
        Option<string?> manifest = new("--manifest") { Description = "File with the manifest, instead of an image", HelpName = "file" };
        Option<string?> digest = new("--manifest-digest")
            { Description = "Digest of the manifest, instead of an image", HelpName = "digest" };
        Option<string?> reference = new("--reference")
        {
            Description = "The image's reference, with --manifest or --manifest-digest; with a digest of its own, instead of an image",
            HelpName = "reference",
        };
        Option<string[]> signature = new("--signature")
        {
            Description = "With --manifest, --manifest-digest or --reference by digest: file with a signature",
            HelpName = "file",
        };
        Option<int> throttle = new("--throttle-limit")
            { Description = "How many images are worked on at once", HelpName = "number", DefaultValueFactory = static _ => 16 };
        Option<string?> consumer = new("--as")
        {
            Description = "Give this release's verdict: podman5.4, skopeo1.20, crio1.34, podman6/gpg, podman6/sequoia, podman6/go",
            HelpName = "release",
        };
        consumer.CompletionSources.Add([.. KnownConsumers.Examples.Select(static e => e.Key)]);
        Option<bool> quiet = new("--quiet", "-q") { Description = "Print no verdicts; the exit code says it" };
        Option<bool> json = new("--json") { Description = "All properties, as JSON" };
        Command command = new("verify", "Says whether images are acceptable, by the policy, keys or certificates, and why.")
        {
            images, platform, inReleaseOf, requireSignature, manifest, digest, reference, signature, consumer, throttle, quiet, json,
        };
        signatures.AddTo(command);
        signatures.AddCertificatesTo(command);
        connection.AddTo(command);
        common.AddTo(command);
        command.SetAction(result => Verdicts.Judge(() =>
        {
            string[] names = [.. (result.GetValue(images) ?? []).Select(i => SignatureOptions.Image(result, common, i))];
            string? inRelease = result.GetValue(inReleaseOf) is { } r ? SignatureOptions.Image(result, common, r) : null;
            string? manifestPath = result.GetValue(manifest);
            string? manifestDigest = result.GetValue(digest);
            string? signedReference = result.GetValue(reference);
            string[] files = SignatureOptions.Files(result.GetValue(signature), "--signature");
            if (manifestPath is null && manifestDigest is null && signedReference is not null)
                manifestDigest = DockerReference.TryParse(signedReference, out DockerReference? named, out _) ? named.Digest : null;
            bool hasManifest = manifestPath is not null || manifestDigest is not null;
            if (names.Length > 0 == hasManifest)
                throw Usage("Give images, or a manifest by --manifest, --manifest-digest, or --reference with a digest.");
            if (hasManifest != signedReference is not null)
                throw Usage(hasManifest
                    ? "--manifest and --manifest-digest require --reference."
                    : "--reference is for a manifest, which --manifest or --manifest-digest gives.");
            if (files.Length > 0 && !hasManifest)
                throw Usage("--signature requires --manifest or --manifest-digest.");
            if (hasManifest && (inRelease is not null || result.GetValue(platform) is { Length: > 0 }))
                throw Usage("--in-release and --platform are for images.");
            if (inRelease is not null && result.GetValue(requireSignature))
                throw Usage("--in-release demands a signature of the release anyway. Leave out --require-signature.");
            if (signatures.HasCertificates(result) && (hasManifest || inRelease is not null || result.GetValue(requireSignature)))
                throw Usage("Certificates of signers are for images. Leave out --reference, --manifest, --manifest-digest, " +
                    "--in-release and --require-signature.");
            if (result.GetValue(quiet) && result.GetValue(json))
                throw Usage("Give one of --quiet and --json.");
            string? release = result.GetValue(consumer);
            KnownConsumers.Require(release);
            if (release is not null && signatures.HasCertificates(result))
                throw Usage("--as is for policies and keys: no release judges by certificates that it is given. Leave out one of the two.");
            int limit = result.GetValue(throttle);
            if (limit is < 1 or > 256)
                throw Usage("--throttle-limit is a number from 1 to 256.");
            if (files.Length > 0)
            {
                if (signatures.HasStores(result) || signatures.HasIdentity(result) || result.GetValue(requireSignature))
                    throw Usage("With --signature only --key and --fingerprint say what counts.");
                if (signatures.Keys(result) is not { Length: > 0 })
                    throw Usage("--signature requires --key.");
                return Verdicts.Print(
                    Files(
                        signatures, result, manifestPath, manifestDigest, signedReference!, files, release,
                        common.Messages(result).Verbose),
                    [signedReference!],
                    result.GetValue(quiet),
                    result.GetValue(json),
                    isFiles: true);
            }

            if (manifestPath is not null)
                throw Usage("--manifest requires --signature. For signatures in a store give --manifest-digest.");

            VerificationOptions options = signatures.Get(result) with
            {
                RequireSignature = result.GetValue(requireSignature),
                As = release,
                RegistriesConfPath = connection.RegistriesConf(result, common),
                ImageTimeout = connection.ImageTimeout(result),
                Web = connection.Web(
                    result,
                    common,
                    connection.HasCredential(result) ? SignatureOptions.Registry(inRelease is null ? names : [inRelease]) : "",
                    limit),
            };
            PlatformChoice[] platforms = result.GetValue(platform) is { Length: > 0 } given ? [.. given.Select(PlatformChoice.Parse)]
                : [PlatformChoice.Host];
            using Cancellation cancel = new();
            using ImageVerifier verifier = new(
                TrustStore.Open(common.Target(result) with { As = release }, common.Messages(result)), options, common.Messages(result));
            List<Func<Task<IReadOnlyList<ImageSignatureResult>>>> work = [];
            List<string> titles = [];
            if (manifestDigest is not null)
            {
                work.Add(async () => [await verifier.VerifyDigestAsync(signedReference!, manifestDigest,
                    cancel.Token).ConfigureAwait(false)]);
                titles.Add(signedReference!);
            }

            foreach (PlatformChoice p in inRelease is null ? [] : platforms)
            {
                ReleaseVerifier releases = new(verifier, p.RequireOne());
                titles.AddRange(names);
                work.AddRange(names.Select(name => (Func<Task<IReadOnlyList<ImageSignatureResult>>>)(
                    async () => [await releases.VerifyAsync(name, inRelease!, cancel.Token).ConfigureAwait(false)])));
            }

            foreach (string name in inRelease is null ? names : [])
            {
                titles.AddRange(platforms.Select(_ => name));
                work.AddRange(platforms.Select(p => (Func<Task<IReadOnlyList<ImageSignatureResult>>>)(() =>
                    verifier.VerifyChosenAsync(name, p, cancel.Token))));
            }

            return Verdicts.Print(
                Verdicts.InOrder(work, limit, cancel.Token),
                titles,
                result.GetValue(quiet),
                result.GetValue(json),
                isFiles: false);
        }));
        return command;
    }

    private static IEnumerable<Task<IReadOnlyList<ImageSignatureResult>>> Files(
        SignatureOptions signatures, ParseResult result, string? manifestPath, string? manifestDigest, string reference, string[] files,
        string? release, Action<string> say)
    {
        FileVerifier verifier = new(StandardError.Warn, say);
        FileVerification verification = new()
        {
            ManifestPath = manifestPath is null ? null : SignatureOptions.Files([manifestPath], "--manifest")[0],
            ManifestDigest = manifestDigest,
            Reference = reference,
            SignaturePaths = files,
            KeyPaths = signatures.Keys(result),
            Fingerprints = signatures.Fingerprints(result),
            As = release,
        };

        // Here and now: it is the only work, and threads to share it take longer to start than it takes.
        Task<IReadOnlyList<ImageSignatureResult>> work = new(() => [verifier.Verify(verification)]);
        work.RunSynchronously(TaskScheduler.Default);
        yield return work;
    }

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
