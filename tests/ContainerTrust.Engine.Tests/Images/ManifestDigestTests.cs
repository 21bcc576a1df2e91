using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Tests.OpenPgp;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>The digest of a manifest, signed schema 1 manifests above all.</summary>
public sealed class ManifestDigestTests
{
    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Compute(string text) => ManifestDigest.Compute(Bytes(text));

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{\"schemaVersion\":1}")]
    [InlineData("{\"schemaVersion\":1,\"signatures\":null}")]
    [InlineData("{\"schemaVersion\":2,\"signatures\":[1]}")]
    [InlineData("{\"schemaVersion\":1.0,\"signatures\":[1]}")]
    [InlineData("{\"schemaVersion\":\"1\",\"signatures\":[1]}")]
    [InlineData("{\"schemaVersion\":1,\"mediaType\":7,\"signatures\":[1]}")]
    [InlineData("{\"schemaVersion\":1,\"signatures\":[1e999]}")]
    [InlineData("{\"schemaVersion\":1,\"signatures\":[1]} x")]
    [InlineData("{\"schemaVersion\":1,\"mediaType\":\"application/vnd.docker.distribution.manifest.v2+json\",\"signatures\":[1]}")]
    [InlineData("{\"schemaVersion\":1,\"signatures\":[1],\"Signatures\":null}")]
    [InlineData("{\"schemaVersion\":1,\"signatures\":[1],\"schemaversion\":2}")]
    public void Everything_but_a_signed_schema_1_manifest_is_digested_as_it_is(string manifest)
    {
        Assert.Equal(SignedManifests.DigestOf(manifest), Compute(manifest));
        Assert.True(ManifestDigest.Matches(Bytes(manifest), SignedManifests.DigestOf(manifest)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_signed_manifest_has_the_digest_of_its_payload(int signatures)
    {
        string signed = SignedManifests.Signed(signatures: signatures);
        Assert.Equal(SignedManifests.DigestOf(SignedManifests.Payload), Compute(signed));
        Assert.False(ManifestDigest.Matches(Bytes(signed), SignedManifests.DigestOf(signed)));
    }

    [Theory]
    [InlineData("md5:2872f31c5c1f62a694fbd20c1e85257c")]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e")]
    [InlineData("SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    public void Only_the_sha256_digest_matches(string digest)
    {
        Assert.False(ManifestDigest.Matches([], digest));
        Assert.True(ManifestDigest.Matches([], "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    }

    public static TheoryData<string, string> Refusals()
    {
        string payload = SignedManifests.Payload;
        int length = payload.TrimEnd().TrimEnd('}').TrimEnd().Length;
        string tail = SignedManifests.Encode("\n}"u8);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string good = SignedManifests.Signature(key, payload, SignedManifests.Protected(length, tail));
        string With(object formatLength, object formatTail) =>
            SignedManifests.Sign(payload, SignedManifests.Signature(key, payload, SignedManifests.Protected(formatLength, formatTail)));
        string signed = SignedManifests.Sign(payload, good);
        string otherKeyId = good.Replace(SignedManifests.KeyOf(key),
            SignedManifests.KeyOf(key, JsonWebKey.KeyId(other.ExportSubjectPublicKeyInfo())), StringComparison.Ordinal);
        return new TheoryData<string, string>
        {
            { "no list", "{\"schemaVersion\":1,\"signatures\":1}" },
            { "empty list", SignedManifests.Sign(payload) },
            { "a number in the list", SignedManifests.Sign(payload, "1") },
            { "null in the list", SignedManifests.Sign(payload, "null") },
            { "no protected header", SignedManifests.Sign(payload, "{}") },
            { "protected is not base64", SignedManifests.Sign(payload, "{\"protected\":\"#\"}") },
            { "protected is not JSON", SignedManifests.Sign(payload, $"{{\"protected\":\"{SignedManifests.Encode("x"u8)}\"}}") },
            { "protected is not an object", SignedManifests.Sign(payload, $"{{\"protected\":\"{SignedManifests.Encode("[]"u8)}\"}}") },
            { "no format length", SignedManifests
                .Sign(payload, $"{{\"protected\":\"{SignedManifests.Encode("{\"formatTail\":\"\"}"u8)}\"}}") },
            { "no format tail", SignedManifests
                .Sign(payload, $"{{\"protected\":\"{SignedManifests.Encode(Bytes($"{{\"formatLength\":{length}}}"))}\"}}") },
            { "negative length", With(-1, tail) },
            { "length with a fraction", With(length + 0.5, tail) },
            { "length as text", With("5", tail) },
            { "length beyond the end", With(1_000_000, tail) },
            { "length zero", With(0, tail) },
            { "length too short", With(length - 20, tail) },
            { "length too long", With(length + 5, tail) },
            { "tail is not base64", With(length, "#") },
            { "tail is not text", With(length, 5) },
            { "tail makes no JSON", With(length, SignedManifests.Encode("\n"u8)) },
            { "lengths differ", SignedManifests
                .Sign(payload, good, SignedManifests.Signature(key, payload, SignedManifests.Protected(length - 1, tail))) },
            { "tails differ", SignedManifests
                .Sign(payload, good, SignedManifests
                .Signature(key, payload, SignedManifests.Protected(length, SignedManifests.Encode(" }"u8)))) },
            { "key id is another's", SignedManifests.Sign(payload, otherKeyId) },
            { "key is none", SignedManifests.Sign(payload, good.Replace("\"EC\"", "\"XX\"", StringComparison.Ordinal)) },
            { "key is null", SignedManifests.Sign(payload, good.Replace(SignedManifests.KeyOf(key), "null", StringComparison.Ordinal)) },
            { "alg is a number", SignedManifests.Sign(payload, good.Replace("\"ES256\"", "1", StringComparison.Ordinal)) },
            { "signatures in capitals", signed.Replace("\"signatures\"", "\"Signatures\"", StringComparison.Ordinal) },

            // The reference accepts these, and then reads the layers of whoever added them.
            { "layers behind the signatures", signed[..^2] + ",\n   \"fsLayers\": [{\"blobSum\": \"sha256:00\"}]\n}" },
            { "layers before the signatures",
                signed.Replace("   \"signatures\"", "   \"FSLayers\": [],\n   \"signatures\"", StringComparison.Ordinal) },
        };
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_signed_manifest_whose_signatures_cannot_be_taken_off_has_no_digest(string what, string manifest)
    {
        TrustException e = Assert.Throws<TrustException>(() => Compute(manifest));
        Assert.True(e.ErrorId == "InvalidManifest", $"{what}: {e.ErrorId}");
        Assert.Throws<TrustException>(() => ManifestDigest.Matches(Bytes(manifest), SignedManifests.DigestOf(manifest)));
    }

    [Fact]
    public void Rsa_keys_and_signatures_without_a_key_are_read_too()
    {
        string payload = SignedManifests.Payload;
        int length = payload.TrimEnd().TrimEnd('}').TrimEnd().Length;
        string header = SignedManifests.Protected(length, SignedManifests.Encode("\n}"u8));
        using RSA rsa = RSA.Create(2048);
        RSAParameters p = rsa.ExportParameters(false);
        string id = JsonWebKey.KeyId(rsa.ExportSubjectPublicKeyInfo());
        Assert.Equal(12 * 4 + 11, id.Length);
        string key = $$"""{"kty":"RSA","kid":"{{id}}","n":"{{SignedManifests.Encode(p.Modulus)}}","e":"{{SignedManifests.Encode(p.Exponent)}}"}""";
        string signature = $$"""{"header":{"jwk":{{key}},"alg":"RS256"},"signature":"AA","protected":"{{header}}"}""";
        Assert.Equal(SignedManifests.DigestOf(payload), Compute(SignedManifests.Sign(payload, signature)));
        Assert.Equal(SignedManifests.DigestOf(payload), Compute(SignedManifests.Sign(payload, $$"""{"protected":"{{header}}"}""")));
        Assert.Throws<TrustException>(() =>
            Compute(SignedManifests.Sign(payload, signature.Replace("\"kty\"", "\"d\":\"AA\",\"kty\"", StringComparison.Ordinal))));
    }

    [SkippableFact]
    public void The_corpus_has_the_digests_that_its_signatures_name()
    {
        Assert.Equal("sha256:20bf21ed457b390829cdbeec8795a7bea1626991fda603e0d01b4e7f60427e55",
            ManifestDigest.Compute(Corpus.Read("containers-image/image.manifest.json")));
        byte[] invalid = Corpus.Read("containers-image/v2s1-invalid-signatures.manifest.json");
        Assert.Equal("InvalidManifest", Assert.Throws<TrustException>(() => ManifestDigest.Compute(invalid)).ErrorId);
    }

    [Fact]
    public void Damaged_manifests_have_a_digest_or_are_refused()
    {
        byte[][] seeds = [Bytes(SignedManifests.Signed()), Bytes(SignedManifests.Signed(signatures: 2)), Bytes(ManifestListTests.Index),
            Bytes(ManifestListTests.DockerList)];
        string payloadDigest = SignedManifests.DigestOf(SignedManifests.Payload);
        int refused = Mutation.Run(seeds, 8_000, 7, content =>
        {
            string digest = ManifestDigest.Compute(content);
            Assert.Matches("^sha256:[0-9a-f]{64}$", digest);

            // Whoever reads a manifest of this digest must find what was signed, and nothing else.
            if (digest == payloadDigest)
                Assert.Equal(FieldsOf(SignedManifests.Payload), FieldsOf(Encoding.UTF8.GetString(content)));
        });
        Assert.InRange(refused, 400, 7_600);
    }

    [Fact]
    public void Deep_and_wide_documents_take_bounded_time()
    {
        byte[] deep = Bytes(new string('[', ImageLimits.ManifestBytes));
        Assert.Equal(SignedManifests.DigestOf(deep), ManifestDigest.Compute(deep));
        byte[] wide = Bytes($"{{\"schemaVersion\":1,\"signatures\":[{string.Join(',', Enumerable.Repeat("{}", 1_000_000))}]}}");
        Assert.Throws<TrustException>(() => ManifestDigest.Compute(wide));
    }

    // What Go's decoder makes of the members that matter: the last of a name, in any writing.
    private static string FieldsOf(string manifest)
    {
        using var document = System.Text.Json.JsonDocument.Parse(manifest);
        Dictionary<string, string> fields = [];
        foreach (System.Text.Json.JsonProperty member in document.RootElement.EnumerateObject())
        {
            string name = member.Name.ToLowerInvariant();
            if (name is "schemaversion" or "name" or "tag" or "architecture" or "fslayers" or "history")
                fields[name] = member.Value.GetRawText();
        }

        return string.Join('\n', fields.OrderBy(static f => f.Key, StringComparer.Ordinal));
    }
}
