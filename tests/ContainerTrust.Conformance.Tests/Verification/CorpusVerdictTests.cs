using System.Text.RegularExpressions;
using ContainerTrust.Conformance.Tests.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>The fixtures of containers/image and real release signatures: the verdicts that are written here, and that skopeo and gpg give
/// in the same run.</summary>
public sealed partial class CorpusVerdictTests : IDisposable
{
    private const string Reference = "testing/manifest:latest";
    private const string Key = "08CD26E446E2E95249B7A405E932F44B23E8DD43";
    private const string Subkey = "57D1D95BBC53BA0EAFF0718CD75B3109B3BAAEAF";

    private readonly GpgTool _gpg = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("ct-corpus-").FullName;

    public void Dispose()
    {
        _gpg.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Every image of the corpus, with the key files under which it is acceptable.</summary>
    public static TheoryData<string, string[]> Images() => new()
    {
        { "dir-img-valid", ["public-key.gpg", "public-key-1.gpg", "pubring.gpg"] },
        { "dir-img-valid-2", ["public-key.gpg", "public-key-1.gpg", "pubring.gpg"] },
        { "dir-img-mixed", ["public-key.gpg", "public-key-1.gpg", "pubring.gpg"] },
        { "dir-img-valid-subkey", ["public-key-with-subkey.gpg", "pubring.gpg"] },
        { "dir-img-unsigned", [] },
        { "dir-img-no-manifest", [] },
        { "dir-img-manifest-digest-error", [] },
        { "dir-img-modified-manifest", [] },
        { "dir-img-cosign-fulcio-rekor-valid", [] },
        { "dir-img-cosign-key-rekor-valid", [] },
        { "dir-img-cosign-manifest-digest-error", [] },
        { "dir-img-cosign-mixed", [] },
        { "dir-img-cosign-modified-manifest", [] },
        { "dir-img-cosign-no-manifest", [] },
        { "dir-img-cosign-other-attachment", [] },
        { "dir-img-cosign-pki-valid", [] },
        { "dir-img-cosign-valid", [] },
        { "dir-img-cosign-valid-2", [] },
        { "dir-img-cosign-valid-with-tag", [] },
    };

    [SkippableTheory]
    [MemberData(nameof(Images))]
    public void An_image_is_accepted_where_skopeo_accepts_it(string name, string[] keys)
    {
        Skopeo skopeo = OpenSkopeo(out string corpus);
        List<string> differences = [];
        foreach (string key in (ReadOnlySpan<string>)["public-key.gpg", "public-key-1.gpg", "public-key-2.gpg",
            "public-key-with-subkey.gpg", "public-key-with-revoked-subkey.gpg", "pubring.gpg"])
        {
            string file = Path.Combine(corpus, key);
            foreach ((string rule, bool isRight) in new[] { (PolicyText.ExactReference(Reference), true),
                (PolicyText.ExactRepository("testing/manifest"), true), (PolicyText.ExactReference("testing/manifest:other"), false),
                (PolicyText.MatchRepository, false) })
            {
                string policy = PolicyText.Of("dir", ("", PolicyText.SignedBy(file, rule)));
                bool expected = isRight && keys.Contains(key);
                SkopeoVerdict theirs = skopeo.Copy($"dir:{corpus}/{name}", policy, new SkopeoQuery { AcceptsMissingBlobs = true });
                OurVerdict ours = OurVerdict.OfDirectory($"dir:{corpus}/{name}", policy);

                // skopeo before 1.20 compares a subkey's fingerprint with those of primary keys.
                bool isSame = theirs.Answer == SkopeoAnswer.Accepted == expected
                    || theirs.Message.Contains($"Signature by key {Subkey} is not accepted", StringComparison.Ordinal);
                if (!isSame || ours.IsValid != expected)
                    differences.Add($"{name} with {key}, {rule}: expected {expected}, skopeo {theirs}, verifier {ours}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>The key of the public Rekor instance (rekor.sigstore.dev), which made the fixtures' log entries.</summary>
    private const string PublicRekorKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2G2Y+2tabdTV5BcGiBIx0a9fAFwr
        kBbmLSGtks4L3qX6yYY0zufBnhC8Ur/iy55GhWP/9A/bY2LhC30M9+RYtw==
        -----END PUBLIC KEY-----

        """;

    private const string Fulcio = "\"fulcio\":{\"caPath\":\"fulcio_v1.crt.pem\",\"oidcIssuer\":\"https://github.com/login/oauth\",\"subjectEmail\":\"mitr@redhat.com\"}";
    private const string Pki = "\"pki\":{\"caRootsPath\":\"pki_root_crts.pem\",\"caIntermediatesPath\":\"pki_intermediate_crts.pem\",\"subjectEmail\":\"qiwan@redhat.com\",\"subjectHostname\":\"myhost.example.com\"}";

    /// <summary>Every sigstore image, with the repository that its claim names, and members of a requirement with the verdict of the
    /// reference's own tests.</summary>
    public static TheoryData<string, string, string, bool> SigstoreImages()
    {
        const string Single = "192.168.64.2:5000/cosign-signed-single-sample", WithKey = "192.168.64.2:5000/cosign-signed/key-1",
        WithFulcio = "192.168.64.2:5000/cosign-signed/fulcio-rekor-1", Own = "localhost:5000/test";
        const string Key = "\"keyPath\":\"cosign.pub\"", Key2 = "\"keyPath\":\"cosign2.pub\"",
            Log = ",\"rekorPublicKeyPath\":\"rekor.pub\"", WrongLog = ",\"rekorPublicKeyPath\":\"cosign.pub\"";
        TheoryData<string, string, string, bool> data = new()
        {
            { "valid", Single, Key, true },
            { "valid-2", Single, Key, true },
            { "mixed", Single, Key, true },
            { "valid-with-tag", "192.168.64.2:5000/skopeo-signed", Key, true },
            { "no-manifest", Single, Key, false },
            { "manifest-digest-error", Single, Key, false },
            { "modified-manifest", Single, Key, false },
            { "other-attachment", Single, Key, false },
            { "valid", "192.168.64.2:5000/other", Key, false },
            { "valid-2", "192.168.64.2:5000/other", Key, false },
            { "valid", Single, Key2, false },
            { "valid", Single, Key + Log, false },
            { "valid", Single, "\"keyPath\":\"rekor.pub\"", false },
            { "valid", Single, "\"keyPath\":\"missing.pub\"", false },
            { "valid", Single, "\"keyPath\":\"public-key.gpg\"", false },
            { "valid", Single, "\"keyPaths\":[\"cosign2.pub\",\"cosign.pub\"]", true },
            { "valid", Single, Fulcio + Log, false },
            { "valid", Single, Pki, false },
            { "key-rekor-valid", WithKey, Key2 + Log, true },
            { "key-rekor-valid", WithKey, Key2, true },
            { "key-rekor-valid", WithKey, Key, false },
            { "key-rekor-valid", WithKey, Key2 + WrongLog, false },
            { "key-rekor-valid", WithKey,
                "\"keyPaths\":[\"cosign.pub\",\"cosign2.pub\"],\"rekorPublicKeyPaths\":[\"cosign.pub\",\"rekor.pub\"]", true },
            { "key-rekor-valid", WithKey, "\"keyPaths\":[\"cosign.pub\",\"cosign2.pub\"],\"rekorPublicKeyPaths\":[\"cosign.pub\"]", false },
            { "fulcio-rekor-valid", WithFulcio, Fulcio + Log, true },
            { "fulcio-rekor-valid", WithFulcio, Fulcio + WrongLog, false },
            { "fulcio-rekor-valid", WithFulcio, Fulcio.Replace("mitr@", "other@", StringComparison.Ordinal) + Log, false },
            { "fulcio-rekor-valid", WithFulcio, Fulcio.Replace("/oauth", "", StringComparison.Ordinal) + Log, false },
            { "fulcio-rekor-valid", WithFulcio, Fulcio.Replace("fulcio_v1.crt.pem", "pki_root_crts.pem", StringComparison.Ordinal) + Log,
                false },
            { "fulcio-rekor-valid", WithFulcio, Key, false },
            { "pki-valid", Own, Pki, true },
            { "pki-valid", Own, Pki.Replace("\"caIntermediatesPath\":\"pki_intermediate_crts.pem\",", "", StringComparison.Ordinal), true },
            { "pki-valid", Own, Pki.Replace("qiwan@", "other@", StringComparison.Ordinal), false },
            { "pki-valid", Own, Pki.Replace("myhost", "other", StringComparison.Ordinal), false },
            { "pki-valid", Own, Pki.Replace("pki_root_crts.pem", "fulcio_v1.crt.pem", StringComparison.Ordinal), false },
            { "pki-valid", Own, Key, false },
        };
        return data;
    }

    [SkippableTheory]
    [MemberData(nameof(SigstoreImages))]
    public void A_sigstore_image_is_accepted_where_the_reference_accepts_it(string name, string repository, string members, bool expected)
    {
        string corpus = SigstoreCorpus();
        string where = members;
        foreach (string file in (ReadOnlySpan<string>)["cosign.pub", "cosign2.pub", "rekor.pub", "missing.pub", "public-key.gpg",
            "fulcio_v1.crt.pem", "pki_root_crts.pem", "pki_intermediate_crts.pem"])
            where = where.Replace($"\"{file}\"", $"\"{corpus}/{file}\"", StringComparison.Ordinal);
        string tag = name == "valid-with-tag" ? ":tag" : "";

        // An image in a directory has no name, so that only exact rules can accept it; cosign's claims have no tag, skopeo's have.
        foreach ((string rule, bool isRight) in new[]
        {
            (PolicyText.ExactRepository(repository), true), (PolicyText.ExactReference(repository + ":tag"), tag.Length > 0),
            (PolicyText.ExactReference(repository + ":othertag"), false), (PolicyText.MatchRepository, false),
            (PolicyText.MatchExact, false), ("", false),
        })
        {
            string policy = PolicyText
                .Of("dir", ("", $"{{\"type\":\"sigstoreSigned\",{where}{(rule.Length == 0 ? "" : ",\"signedIdentity\":" + rule)}}}"));
            OurVerdict ours = OurVerdict.OfDirectory($"dir:{corpus}/dir-img-cosign-{name}", policy);
            Assert.True(ours.IsValid == (expected && isRight), $"{rule}: {ours}");

            // A release that knows the requirement must agree.
            if (Environment.GetEnvironmentVariable("CONTAINERTRUST_SKOPEO") is { } program)
            {
                Skopeo skopeo = new(program, Directory.CreateDirectory(Path.Combine(_directory, "scratch")).FullName);
                SkopeoVerdict theirs = skopeo.Copy($"dir:{corpus}/dir-img-cosign-{name}", policy, new SkopeoQuery
                    { AcceptsMissingBlobs = true });
                bool isUnknown = theirs.Message.Contains("Unknown key", StringComparison.Ordinal);
                Assert.True(isUnknown || theirs.Answer == SkopeoAnswer.Accepted == ours.IsValid,
                    $"{rule}: skopeo {theirs}, verifier {ours}");
            }
        }
    }

    [SkippableTheory]
    [InlineData("dir-img-unsigned")]
    [InlineData("dir-img-valid")]
    [InlineData("dir-img-mixed")]
    public void An_image_without_sigstore_signatures_is_refused(string name)
    {
        string corpus = SigstoreCorpus();
        OurVerdict ours = OurVerdict.OfDirectory($"dir:{corpus}/{name}",
            PolicyText.Of("dir", ("", PolicyText.SigstoreSigned($"{corpus}/cosign.pub", PolicyText.ExactRepository("testing/manifest")))));
        Assert.False(ours.IsValid);
        Assert.Contains("ignature", ours.Reason, StringComparison.Ordinal);
    }

    // The corpus has a link instead of the log's key.
    private string SigstoreCorpus()
    {
        string corpus = Corpus.CopyOf("containers-image", Path.Combine(_directory, "corpus"));
        File.WriteAllText(Path.Combine(corpus, "rekor.pub"), PublicRekorKey);
        return corpus;
    }

    /// <summary>Every signature file, with the key that made it if it is good, and what it is for.</summary>
    public static TheoryData<string, string?, string?> Signatures() => new()
    {
        { "image.signature", Key, "testing/manifest" },
        { "no-optional-fields.signature", Key, "testing/manifest" },
        { "subkey.signature", Subkey, Reference },
        { "subkey.signature-v3", Subkey, Reference },
        { "corrupt.signature", null, null },
        { "corrupt.signature-v3", null, null },
        { "expired.signature", null, null },
        { "invalid-blob.signature", null, null },
        { "invalid-blob.signature-v3", null, null },
        { "invalid-reference.signature", null, null },
        { "subkey-revoked.signature", null, null },
        { "subkey-revoked.signature-v3", null, null },
        { "unknown-cosign-key.signature", null, null },
        { "unknown-key.signature", null, null },
        { "unknown-key.signature-v3", null, null },
        { "unsigned-encrypted.signature", null, null },
        { "unsigned-literal.signature", null, null },
    };

    [SkippableTheory]
    [MemberData(nameof(Signatures))]
    public void A_signature_is_good_where_skopeo_finds_it_good(string name, string? fingerprint, string? signedFor)
    {
        Skopeo skopeo = OpenSkopeo(out string corpus);
        string[] keys = [.. new[] { "public-key.gpg", "public-key-2.gpg", "public-key-with-subkey.gpg",
            "public-key-with-revoked-subkey.gpg" }.Select(k => Path.Combine(corpus, k))];
        _gpg.Run(0, ["--batch", "--import", .. keys]);
        string manifest = Path.Combine(corpus, "image.manifest.json"), signature = Path.Combine(corpus, name);
        foreach (string reference in (ReadOnlySpan<string>)[Reference, "docker.io/" + Reference, "testing/manifest",
            "testing/manifest:other"])
        {
            bool expected = fingerprint is not null && reference.Replace("docker.io/", "", StringComparison.Ordinal) == signedFor;
            ToolResult theirs = skopeo.StandaloneVerify(_gpg.Home, manifest, reference, fingerprint ?? Key, signature);
            Assert.True(expected == (theirs.ExitCode == 0), theirs.Error);
            OurVerdict ours = OurVerdict.OfFiles(manifest, reference, [signature], keys);
            Assert.True(expected == ours.IsValid, $"{reference}: {ours}");
        }
    }

    [SkippableTheory]
    [InlineData("e3f12513a4b22a2d7c0e7c9207f52128113758d9d68c7d06b11a0ac7672966f7", "redhat.txt", true)]
    [InlineData("e3f12513a4b22a2d7c0e7c9207f52128113758d9d68c7d06b11a0ac7672966f7", "combined.txt", true)]
    [InlineData("e3f12513a4b22a2d7c0e7c9207f52128113758d9d68c7d06b11a0ac7672966f7", "simple.txt", false)]
    [InlineData("edd9824f0404f1a139688017e7001370e2f3fbc088b94da84506653b473fe140", "redhat.txt", false)]
    [InlineData("edd9824f0404f1a139688017e7001370e2f3fbc088b94da84506653b473fe140", "combined.txt", false)]
    [InlineData("edd9824f0404f1a139688017e7001370e2f3fbc088b94da84506653b473fe140", "simple.txt", false)]
    public void A_release_signature_has_gpgs_verdict(string digest, string keyring, bool isGood)
    {
        GpgTool.Require();
        string corpus = Corpus.Require("openshift-release"), key = Path.Combine(corpus, "keyrings", keyring),
            signature = Path.Combine(corpus, "signatures", "sha256=" + digest, "signature-1");
        _gpg.Run(null, "--batch", "--import", key);
        string status = System.Text.Encoding.UTF8
            .GetString(_gpg.Run(null, "--batch", "--status-fd", "1", "--output", Path.Combine(_directory, "claim"), "--", signature));
        Assert.Equal(isGood, status.Contains("[GNUPG:] GOODSIG ", StringComparison.Ordinal));

        string claim = File.ReadAllText(Path.Combine(_directory, "claim"));
        string reference = DockerReferenceMember().Match(claim).Groups[1].Value;
        OurVerdict ours = OurVerdict.OfDigest("sha256:" + digest, reference, [signature], [key]);
        Assert.True(isGood == ours.IsValid, ours.ToString());
        Assert.False(OurVerdict.OfDigest("sha256:" + new string('0', 64), reference, [signature], [key]).IsValid);
        Assert.False(OurVerdict.OfDigest("sha256:" + digest, reference + "x", [signature], [key]).IsValid);
        if (status.Contains("[GNUPG:] EXPKEYSIG ", StringComparison.Ordinal))
            Assert.Contains("expired", ours.Reason, StringComparison.Ordinal);
        Assert.Equal(digest.StartsWith("edd9", StringComparison.Ordinal) && keyring != "redhat.txt",
            status.Contains("[GNUPG:] EXPKEYSIG ", StringComparison.Ordinal));
    }

    private Skopeo OpenSkopeo(out string corpus)
    {
        string program = Tools.RequireTool("skopeo");
        GpgTool.Require();
        corpus = Corpus.CopyOf("containers-image", Path.Combine(_directory, "corpus"));
        return new Skopeo(program, Directory.CreateDirectory(Path.Combine(_directory, "scratch")).FullName);
    }

    [GeneratedRegex("\"docker-reference\": ?\"([^\"]+)\"")]
    private static partial Regex DockerReferenceMember();
}
