using System.Text.Json;
using ContainerTrust.Engine.Claims;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>What signatures say of images: both formats of the claim, and the comparison with an image's name.</summary>
internal sealed class ClaimsTarget : FuzzTarget
{
    private static readonly SignedIdentity?[] s_rules =
    [
        null, new MatchExactIdentity(), new MatchRepositoryIdentity(),
            new ExactReferenceIdentity { DockerReference = "registry.example.com/a/b:1" },
        new ExactRepositoryIdentity { DockerRepository = "registry.example.com/a/b" },
        new RemapIdentity { Prefix = "mirror.example.com:5000", SignedPrefix = "registry.example.com" },
    ];

    private static readonly DockerReference?[] s_images = [null, Parse("registry.example.com/a/b:1"),
        Parse("mirror.example.com:5000/a/b@" + TestSignature.Digest)];

    /// <inheritdoc/>
    public override string Name => "claims";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        "{", "}", "[", "]", ",", ":", "\"critical\"", "\"optional\"", "\"identity\"", "\"image\"", "\"type\"", "\"docker-reference\"",
        "\"docker-manifest-digest\"",
        "\"creator\"", "\"timestamp\"", "\"atomic container signature\"", "\"cosign container image signature\"", "\"sha256:",
        "\"sha512:", "registry.example.com/a/b", ":1",
        "@sha256:", "null", "true", "1e400", "-9223372036854775808", "9007199254740993", "\\u0000", "\\ud800", "\\u0022", "//", "/*",
        "\u00e9");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        string cosign = TestSignature.DefaultPayload;
        string atomic = cosign.Replace(SigstorePayload.Type, SimpleSigningClaim.Type, StringComparison.Ordinal);
        return new FuzzMaterial()
            .Add(cosign)
            .Add(atomic)
            .Add(cosign.Replace("""{"creator":"maker","timestamp":1700000000}""", "null", StringComparison.Ordinal))
            .Add(atomic.Replace(
                """{"creator":"maker","timestamp":1700000000}""",
                """{"timestamp":1.7e9,"more":[1,{"a":"\u00e9"},null]}""",
                StringComparison.Ordinal))
            .Add(atomic.Replace(":1\"", "@" + TestSignature.Digest + "\"", StringComparison.Ordinal))
            .Add(atomic.Replace("registry.example.com/a/b:1", "busybox", StringComparison.Ordinal))
            .Add(Corpus.Where(static path => path.EndsWith("rekor-payload", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        bool isClaim = SimpleSigningClaim.TryParse(input, out SimpleSigningClaim? claim, out string problem);
        FuzzFinding.Unless(isClaim == (problem.Length == 0), "A claim is refused without a reason, or taken with one.");
        bool isPayload = SigstorePayload.TryParse(input, out SigstorePayload? payload, out problem);
        FuzzFinding.Unless(isPayload == (problem.Length == 0), "A payload is refused without a reason, or taken with one.");
        FuzzFinding.Unless(!isClaim || !isPayload, "A text is a claim of both formats.");
        if (claim is not null)
        {
            Compare(claim.ManifestDigest, claim.DockerReference);
            FuzzFinding.Unless(SimpleSigningClaim.TryParse(Write(SimpleSigningClaim.Type, claim.ManifestDigest, claim.DockerReference,
                claim.Creator, claim.Timestamp), out SimpleSigningClaim? same, out _)
                && same == claim, "A claim that is written again reads otherwise.");
        }
        else if (payload is not null)
        {
            Compare(payload.ManifestDigest, payload.DockerReference);
            FuzzFinding.Unless(SigstorePayload.TryParse(Write(SigstorePayload.Type, payload.ManifestDigest, payload.DockerReference,
                payload.Creator, payload.Timestamp), out SigstorePayload? same, out _)
                && same == payload, "A payload that is written again reads otherwise.");
        }
        else
        {
            throw new TrustException("NoClaim", TrustErrorKind.InvalidData, problem);
        }
    }

    private static void Compare(string digest, string reference)
    {
        FuzzFinding.Unless(digest.Length > 7 && digest.All(static c => char.IsAsciiLetterOrDigit(c) || c == ':'), "A digest is not one.");
        foreach (SignedIdentity? rule in s_rules)
        {
            foreach (DockerReference? image in s_images)
            {
                if (IdentityMatcher.Refusal(rule, image, reference) is null)
                    FuzzFinding.Unless(DockerReference.TryParse(reference, out DockerReference? parsed, out _)
                        && parsed.Name == "registry.example.com/a/b", "Another repository is accepted.");
            }
        }
    }

    private static byte[] Write(string type, string digest, string reference, string? creator, DateTimeOffset? timestamp)
    {
        Dictionary<string, object?> optional = [];
        if (creator is not null)
            optional.Add("creator", creator);
        if (timestamp is { } time)
            optional.Add("timestamp", time.ToUnixTimeSeconds());
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["critical"] = new Dictionary<string, object>
            {
                ["identity"] = new Dictionary<string, string> { ["docker-reference"] = reference },
                ["image"] = new Dictionary<string, string> { ["docker-manifest-digest"] = digest },
                ["type"] = type,
            },
            ["optional"] = optional,
        });
    }

    private static DockerReference Parse(string text) =>
        DockerReference.TryParse(text, out DockerReference? reference, out string problem) ? reference : throw new FuzzFinding(problem);
}
