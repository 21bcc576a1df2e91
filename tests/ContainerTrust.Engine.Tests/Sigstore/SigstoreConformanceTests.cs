using System.Security.Cryptography;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Bundles;
using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.X509;
using ContainerTrust.Testing;
using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>
/// The verification cases of https://github.com/sigstore/sigstore-conformance, where they are: a checkout at
/// <c>CONTAINERTRUST_SIGSTORE_CONFORMANCE</c>, or in the shared corpus. Cases without a trusted root are for the public instance, whose
/// root is <c>production_trusted_root.json</c> in that directory. Their signers are workflows, and what they sign are files, in bundles
/// of every version, none of which counts for images; so these are compared here as the suite has them, and all other checks are the
/// product's.
/// </summary>
public sealed class SigstoreConformanceTests(ITestOutputHelper output)
{
    private const string Workflow = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
        + ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
    private const string Issuer = "https://token.actions.githubusercontent.com";

    // Good ones that are refused, each for a reason that the help names: by a key, a file's signature is not an image's.
    private static readonly Dictionary<string, string> s_stricter = new(StringComparer.Ordinal)
    {
        ["managed-key-happy-path"] = "The bundle is a good signature of a file with these bytes, which is not an image signature.",
        ["managed-key-and-trusted-root"] = "The bundle is a good signature of a file with these bytes, which is not an image signature.",
    };

    [SkippableFact]
    public void Verdicts_are_the_suite_s()
    {
        string? suite = Environment.GetEnvironmentVariable("CONTAINERTRUST_SIGSTORE_CONFORMANCE") is { Length: > 0 } named
            ? named : Corpus.Find("sigstore-conformance");
        Skip.If(suite is null || !Directory.Exists($"{suite}/test/assets/bundle-verify"),
            "There is no sigstore-conformance; set CONTAINERTRUST_SIGSTORE_CONFORMANCE to a checkout.");
        string? production = File.Exists($"{suite}/production_trusted_root.json") ? $"{suite}/production_trusted_root.json" : null;
        List<string> wrong = [];
        int count = 0;
        int skipped = 0;
        foreach (string directory in Directory.EnumerateDirectories($"{suite}/test/assets/bundle-verify").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(directory);
            string? root = File.Exists($"{directory}/trusted_root.json") ? $"{directory}/trusted_root.json" : production;
            if (root is null)
            {
                skipped++;
                continue;
            }

            count++;
            bool expected = !name.EndsWith("_fail", StringComparison.Ordinal);
            (bool isGood, string reason) = Judge(directory, root);
            output.WriteLine($"{name,-66} {(expected ? "yes" : "no"),-4} {(isGood ? "yes" : "no"),-4} {reason}");
            if (s_stricter.TryGetValue(name, out string? stricter) ? isGood || reason != stricter : isGood != expected)
                wrong.Add($"{name}: {reason}");
        }

        output.WriteLine($"{count} cases, {skipped} without the public instance's root, {wrong.Count} wrong");
        Assert.Empty(wrong);
        Assert.True(count > 30);
    }

    private static (bool IsGood, string Reason) Judge(string directory, string root)
    {
        byte[] artifact = File.ReadAllBytes(File.Exists($"{directory}/artifact") ? $"{directory}/artifact" : $"{directory}/../a.txt");
        string hex = Convert.ToHexStringLower(SHA256.HashData(artifact));
        if (!SigstoreBundle.TryParse(File.ReadAllBytes($"{directory}/bundle.sigstore.json"), out SigstoreBundle? bundle,
            out string problem))
            return (false, $"cannot be read: {problem}");
        try
        {
            if (!File.Exists($"{directory}/key.pub"))
                return ByRoot(directory, root, bundle, hex, artifact);
            SigstoreKeySource[] keys = [new("key.pub", File.ReadAllBytes($"{directory}/key.pub"))];
            SigstoreTrust trust = File.Exists($"{directory}/trusted_root.json")
                ? SigstoreTrust.FromLoggedKeys(keys, new SigstoreKeySource("trusted_root.json", File.ReadAllBytes(root)))
                : SigstoreTrust.FromPublicKeys(keys, null);
            SigstoreVerification byKey = trust.Verify(bundle, "sha256:" + hex, artifact);
            return (byKey.IsGood, byKey.Reason);
        }
        catch (SigstoreRefusal refusal)
        {
            return (false, $"{refusal.Problem}: {refusal.Message}");
        }
        catch (TrustException e)
        {
            return (false, $"{e.ErrorId}: {e.Message}");
        }
    }

    private static (bool IsGood, string Reason) ByRoot(string directory, string root, SigstoreBundle bundle, string hex, byte[] artifact)
    {
        TrustedRoot trusted = TrustedRootReader.Read(new SigstoreKeySource("trusted_root.json", File.ReadAllBytes(root)));
        ProvenSignature proven = new CertificateBundleVerifier(trusted, takesOldVersions: true).Verify(
            bundle, BundleContent.SignedBytes(bundle, hex, artifact));
        string identity = File.Exists($"{directory}/identity") ? File.ReadAllText($"{directory}/identity").Trim() : Workflow;
        string issuer = File.Exists($"{directory}/issuer") ? File.ReadAllText($"{directory}/issuer").Trim() : Issuer;
        if (FulcioIssuer.Read(proven.Leaf.Extensions) != issuer || !HasName(proven.Leaf, identity))
            return (false, "another signer");
        return bundle.UntrustedEnvelope is not { } envelope
            || (InTotoStatement.TryParse(envelope.Payload.Span, out InTotoStatement? statement, out _) && statement.Sha256.Contains(hex))
            ? (true, "") : (false, "another artifact");
    }

    private static bool HasName(SigstoreCertificate leaf, string name) =>
        leaf.Extensions.Names.EmailAddresses.Contains(name) || leaf.Extensions.Names.Uris.Contains(name);
}
