using System.Text;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>Signatures that skopeo made, and its verdicts on signatures of ours.</summary>
public sealed class SkopeoSigstoreTests
{
    [SkippableTheory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    [InlineData("RSA-2048")]
    [InlineData("Ed25519")]
    public void What_skopeo_signs_is_good_to_both_and_nothing_else_is(string kind)
    {
        using SkopeoSigstore skopeo = new();
        SigstoreSigner signer = SigstoreSigner.Make(kind);
        SigstoreSigner other = SigstoreSigner.Make(kind);
        byte[] file = skopeo.Sign(signer);
        AssertVerdict(skopeo, file, signer, true);
        AssertVerdict(skopeo, file, other, false);

        Assert.True(SigstoreSignature.TryParse(file.AsSpan(15), out SigstoreSignature? signature, out string problem), problem);
        byte[] payload = signature.UntrustedPayload.ToArray();
        byte[] raw = Convert.FromBase64String(signature.UntrustedAnnotations[SigstoreSignature.SignatureAnnotation]);
        AssertVerdict(skopeo, SkopeoSigstore.MakeFile(payload, raw), signer, true);
        AssertVerdict(skopeo, SkopeoSigstore.MakeFile([.. payload, (byte)' '], raw), signer, false);
        AssertVerdict(skopeo, SkopeoSigstore.MakeFile(payload, raw, "text/plain"), signer, false);
        foreach (byte[] damaged in (byte[][])[[.. raw, 0], raw[..^1], [], [.. raw[..5], (byte)(raw[5] ^ 1), .. raw[6..]], new byte[64]])
            AssertVerdict(skopeo, SkopeoSigstore.MakeFile(payload, damaged), signer, false);

        var verification = SigstoreTrust.FromPublicKeys([new SigstoreKeySource("key.pub", Encoding.ASCII.GetBytes(signer.PublicPem))], null)
            .Verify(signature);
        Assert.StartsWith("containers/image ", verification.Payload!.Creator, StringComparison.Ordinal);
        Assert.InRange(verification.Payload.Timestamp!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [SkippableFact]
    public void Payloads_are_read_as_skopeo_reads_them()
    {
        using SkopeoSigstore skopeo = new();
        SigstoreSigner signer = SigstoreSigner.Make("P-256");
        const string Optional = "{\"creator\":\"maker\",\"timestamp\":1700000000}";
        string good = """{"critical":{"identity":{"docker-reference":"REFERENCE"},"image":{"docker-manifest-digest":"DIGEST"},"type":"cosign container image signature"},"optional":OPTIONAL}"""
            .Replace("REFERENCE", SkopeoSigstore.Reference, StringComparison.Ordinal)
                .Replace("DIGEST", skopeo.ManifestDigest, StringComparison.Ordinal).Replace("OPTIONAL", Optional, StringComparison.Ordinal);
        List<string> payloads = [good, good + " \n", "{ }", "", "null", good + "{}", "x" + good];
        foreach (string optional in (string[])[
            "null", "{}", " null ", "1", "[]", "\"\"", """{"creator":1}""", """{"creator":null}""", """{"timestamp":null}""",
            """{"timestamp":0.5}""", """{"timestamp":1.7e9}""", """{"timestamp":1700000000.0}""",
            """{"timestamp":"1"}""", """{"timestamp":1e400}""", """{"timestamp":-1}""", """{"timestamp":9223372036854775807}""",
            """{"x":1e999}""", """{"x":1,"x":1}""", """{"x":{"y":1,"y":2}}""", """{"Creator":1}""", """{"creator":"a","creator":"a"}""",
            """{"creator":"\u00e9"}"""])
            payloads.Add(good.Replace(Optional, optional, StringComparison.Ordinal));
        foreach (var (part, instead) in new[]
        {
            ("\"critical\":", "\"Critical\":"), ("\"optional\":", "\"other\":"), ("," + "\"optional\":" + Optional, ""),
            ("{\"critical\":", "{\"unexpected\":1,\"critical\":"), ("{\"critical\":", "{\"optional\":null,\"critical\":"),
            ("\"type\":", "\"kind\":"), ("cosign container", "Cosign container"), ("\"cosign container image signature\"", "null"),
            (",\"type\":", ",\"extra\":1,\"type\":"), ("\"image\":{", "\"image\":{\"extra\":1,"), ("\"image\":", "\"Image\":"),
            ("docker-manifest-digest", "docker-digest"), ("sha256:", "SHA256:"), ("\"identity\":{", "\"identity\":{\"extra\":1,"),
            ("\"identity\":{", "\"identity\":{\"docker-reference\":\"a\","), ("docker-reference", "docker\\u002dreference"),
            ("registry.example.com/a/b:1", "registry.example.com/a/b:2"), ("registry.example.com", "\\u0072egistry.example.com"),
        })
        {
            string changed = good.Replace(part, instead, StringComparison.Ordinal);
            Assert.NotEqual(good, changed);
            payloads.Add(changed);
        }

        int accepted = 0;
        foreach (string payload in payloads)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(payload);
            byte[] file = SkopeoSigstore.MakeFile(bytes, signer.Sign(bytes));
            var theirs = skopeo.Judge(file, signer);
            var ours = skopeo.JudgeOurselves(file, signer);
            Assert.True(theirs.IsAccepted == ours.IsAccepted, $"{payload}\nskopeo: {theirs}\nours: {ours}");
            accepted += ours.IsAccepted ? 1 : 0;
        }

        Assert.InRange(accepted, 10, payloads.Count - 20);
    }

    [SkippableFact]
    public void Where_we_are_stricter_skopeo_is_not_refused_anything_it_writes()
    {
        using SkopeoSigstore skopeo = new();
        SigstoreSigner signer = SigstoreSigner.Make("P-256");
        string document = Encoding.UTF8.GetString(skopeo.Sign(signer).AsSpan(15));

        // Go's decoder takes names in any case, and the last of several; we take the document for damaged.
        foreach (string changed in (string[])[document.Replace("\"payload\"", "\"Payload\"", StringComparison.Ordinal),
            document.Replace("{\"mimeType\"", "{\"payload\":\"AAAA\",\"mimeType\"", StringComparison.Ordinal)])
        {
            byte[] file = SkopeoSigstore.MakeFile(changed);
            Assert.True(skopeo.Judge(file, signer).IsAccepted);
            Assert.False(skopeo.JudgeOurselves(file, signer).IsAccepted);
        }
    }

    private static void AssertVerdict(SkopeoSigstore skopeo, byte[] file, SigstoreSigner signer, bool isAccepted)
    {
        var theirs = skopeo.Judge(file, signer);
        Assert.True(theirs.IsAccepted == isAccepted, theirs.Why);
        var ours = skopeo.JudgeOurselves(file, signer);
        Assert.True(ours.IsAccepted == isAccepted, ours.Why);
    }
}
