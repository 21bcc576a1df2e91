namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Requirements alone and together, scopes, and stores with several or odd signatures: skopeo's verdict.</summary>
[Collection(RegistryTests.Name)]
public sealed class RequirementMatrixTests(RegistryFixture fixture)
{
    [SkippableFact]
    public void Every_shape_of_requirements_gives_skopeos_verdict()
    {
        SignedWorld world = fixture.Open();
        TestKey a = world.Keys["ed25519"], b = world.Keys["rsa2048"], c = world.Keys["nistp256"];
        string keys = world.NewDirectory("shapes");
        string empty = Write(keys, "empty.asc", []), text = Write(keys, "text.asc", "no key at all\n"u8.ToArray()),
            missing = Path.Combine(keys, "missing.asc");
        string both = Write(keys, "both.asc", [.. File.ReadAllBytes(a.File), .. File.ReadAllBytes(b.File)]);
        string binary = Write(keys, "binary.gpg", a.Home.Export(a.Fingerprint, isArmored: false));
        string half = Write(keys, "half.asc", File.ReadAllBytes(a.File)[..120]);
        byte[] aBinary = a.Home.Export(a.Fingerprint, isArmored: false);

        (string Name, string[] Requirements)[] shapes =
        [
            ("accept", [PolicyText.Accept]),
            ("reject", [PolicyText.Reject]),
            ("accept and reject", [PolicyText.Accept, PolicyText.Reject]),
            ("keyPath a", [PolicyText.SignedBy(a.File)]),
            ("keyPath a, binary", [PolicyText.SignedBy(binary)]),
            ("keyPath c", [PolicyText.SignedBy(c.File)]),
            ("keyPath, both in a file", [PolicyText.SignedBy(both)]),
            ("keyPaths a or c", [PolicyText.SignedByAny([a.File, c.File])]),
            ("keyPaths c or b", [PolicyText.SignedByAny([c.File, b.File])]),
            ("keyPaths a and a missing one", [PolicyText.SignedByAny([a.File, missing])]),
            ("keyPaths a and an empty one", [PolicyText.SignedByAny([a.File, empty])]),
            ("keyPaths a and a text", [PolicyText.SignedByAny([a.File, text])]),
            ("keyPaths a and half a key", [PolicyText.SignedByAny([a.File, half])]),
            ("keyData a, armored", [PolicyText.SignedByData(File.ReadAllBytes(a.File))]),
            ("keyData a, binary", [PolicyText.SignedByData(aBinary)]),
            ("keyData of a text", [PolicyText.SignedByData("no key"u8.ToArray())]),
            ("a and b", [PolicyText.SignedBy(a.File), PolicyText.SignedBy(b.File)]),
            ("a and c", [PolicyText.SignedBy(a.File), PolicyText.SignedBy(c.File)]),
            ("a and accept", [PolicyText.SignedBy(a.File), PolicyText.Accept]),
            ("a and reject", [PolicyText.SignedBy(a.File), PolicyText.Reject]),
            ("a twice", [PolicyText.SignedBy(a.File), PolicyText.SignedBy(a.File)]),
            ("missing key file", [PolicyText.SignedBy(missing)]),
            ("empty key file", [PolicyText.SignedBy(empty)]),
            ("text as key file", [PolicyText.SignedBy(text)]),
            ("key type of another kind", [PolicyText.SignedByWith($"\"keyPath\":\"{a.File}\"", keyType: "signedByGPGKeys")]),
            ("X.509", [PolicyText.SignedByWith($"\"keyPath\":\"{a.File}\"", keyType: "X509Certificates")]),
            ("base layer", ["""{"type":"signedBaseLayer","baseLayerIdentity":{"type":"matchExact"}}"""]),
            ("a and base layer", [PolicyText.SignedBy(a.File), """{"type":"signedBaseLayer","baseLayerIdentity":{"type":"matchExact"}}"""]),
            ("sigstore", [PolicyText.SigstoreSigned(a.File)]),
            ("a and sigstore", [PolicyText.SignedBy(a.File), PolicyText.SigstoreSigned(a.File)]),
        ];

        TestImage one = TestImage.Docker("shape one"), two = TestImage.Docker("shape two"), none = TestImage.Docker("shape none"),
            other = TestImage.Docker("shape other");
        world.Push(one, "shapes/one:v1", a);
        world.Push(two, "shapes/two:v1", a);
        world.WriteSignatures("shapes/two", two.Digest, SignedWorld.Sign(b, two.Claim($"{world.Host}/shapes/two:v1")),
            File.ReadAllBytes(world.SignatureFiles("shapes/two", two.Digest)[0]));
        world.Push(none, "shapes/none:v1");
        world.Push(other, "shapes/other:v1");
        world.WriteSignatures("shapes/other", other.Digest, SignedWorld.Sign(a, one.Claim($"{world.Host}/shapes/other:v1")));

        List<VerdictCase> cases = [];
        foreach ((string name, string[] requirements) in shapes)
        {
            foreach (string image in (ReadOnlySpan<string>)["one", "two", "none", "other"])
            {
                if (image is "none" or "other" && name.Contains("key file", StringComparison.Ordinal) && !VerdictComparison.Wide)
                    continue;
                cases.Add(new VerdictCase($"{name}: {image}", $"docker://{world.Host}/shapes/{image}:v1", PolicyText.Docker(requirements))
                {
                    StricterBecause = name.StartsWith("keyPaths a and", StringComparison.Ordinal)
                        && !name.EndsWith("missing one", StringComparison.Ordinal)
                        ? "a file that should have a key and has none is not passed over" : null,
                });
            }
        }

        VerdictComparison.AssertSame(world, cases);
    }

    [SkippableFact]
    public void The_scope_that_governs_is_the_one_that_skopeo_takes()
    {
        SignedWorld world = fixture.Open();
        string host = world.Host, image = $"docker://{host}/keys/ed25519:v1", digest = $"docker://{host}/keys/ed25519@{world.Image.Digest}";
        string good = PolicyText.SignedBy(world.Keys["ed25519"].File), bad = PolicyText.SignedBy(world.Keys["rsa2048"].File);
        List<VerdictCase> cases = [];
        foreach (string scope in (ReadOnlySpan<string>)
            [$"{host}/keys/ed25519:v1", $"{host}/keys/ed25519@{world.Image.Digest}", $"{host}/keys/ed25519:v2", $"{host}/keys/ed25519",
                $"{host}/keys", host, "127.0.0.1", "*.0.0.1", "*.1", $"{host}/keys/ed", ""])
        {
            foreach (string reference in (ReadOnlySpan<string>)[image, digest])
            {
                cases.Add(new VerdictCase($"good scope {scope}", reference, PolicyText.Scopes((scope, good))));
                if (scope.Length > 0)
                    cases.Add(new VerdictCase($"bad scope {scope} over a good default", reference,
                        PolicyText.Scopes(("", good), (scope, bad))));
            }
        }

        cases.Add(new VerdictCase("default of the policy", image, PolicyText.Default(good)) { Expected = true });
        cases.Add(new VerdictCase("another transport's scope", image, PolicyText.Of("docker-daemon", ("", good))) { Expected = false });
        VerdictComparison.AssertSame(world, cases);
    }

    [SkippableFact]
    public void A_store_with_several_or_odd_signatures_gives_skopeos_verdict()
    {
        SignedWorld world = fixture.Open();
        TestKey a = world.Keys["ed25519"], b = world.Keys["rsa2048"];
        byte[] Good(TestImage image, string name) => SignedWorld.Sign(a, image.Claim($"{world.Host}/{name}:v1"));
        (string Name, Func<TestImage, string, byte[][]> Signatures)[] stores =
        [
            ("none", static (_, _) => []),
            ("good", (i, n) => [Good(i, n)]),
            ("other-good", (i, n) => [SignedWorld.Sign(b, i.Claim($"{world.Host}/{n}:v1")), Good(i, n)]),
            ("good-other", (i, n) => [Good(i, n), SignedWorld.Sign(b, i.Claim($"{world.Host}/{n}:v1"))]),
            ("garbage-good", (i, n) => ["garbage"u8.ToArray(), Good(i, n)]),
            ("good-garbage", (i, n) => [Good(i, n), "garbage"u8.ToArray()]),
            ("high-garbage-good", (i, n) => [[0xA3, 1, 2, 3], Good(i, n)]),
            ("empty-good", (i, n) => [[], Good(i, n)]),
            ("good-empty", (i, n) => [Good(i, n), []]),
            ("sigstore-good", (i, n) => [[.. "\0sigstore-json\n"u8, .. "{}"u8], Good(i, n)]),
            ("good-sigstore", (i, n) =>
                [Good(i, n), [.. "\0sigstore-json\n"u8, .. """{"mimeType":"a","payload":"YQ==","annotations":{}}"""u8]]),
            ("unknown-format-good", (i, n) => [[.. "\0other-format\n"u8, .. "{}"u8], Good(i, n)]),
            ("marked-simple", (i, n) => [[.. "\0simple-signing\n"u8, .. Good(i, n)]]),
            ("armored", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--armor")]),
            ("clear", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--clear-sign")]),
            ("detached", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--detach-sign")]),
            ("uncompressed", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--compress-algo", "none")]),
            ("zlib", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--compress-algo", "zlib")]),
            ("bzip2", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--compress-algo", "bzip2")]),
            ("text-mode", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--textmode")]),
            ("two-signers", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--local-user", b.Fingerprint)]),
            ("sha512", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--digest-algo", "SHA512")]),
            ("sha224", (i, n) => [SignedWorld.Sign(b, i.Claim($"{world.Host}/{n}:v1"), "--digest-algo", "SHA224")]),
            ("sha1", (i, n) => [SignedWorld.Sign(b, i.Claim($"{world.Host}/{n}:v1"), "--digest-algo", "SHA1")]),
            ("ripemd160", (i, n) => [SignedWorld.Sign(b, i.Claim($"{world.Host}/{n}:v1"), "--digest-algo", "RIPEMD160")]),
            ("md5", (i, n) => [SignedWorld.Sign(b, i.Claim($"{world.Host}/{n}:v1"), "--digest-algo", "MD5", "--allow-weak-digest-algos")]),
            ("notation", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--sig-notation", "a@example.com=b")]),
            ("critical-notation", (i, n) => [SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1"), "--sig-notation", "!a@example.com=b")]),
            ("signature-twice", (i, n) => [[.. Good(i, n), .. Good(i, n)]]),
            ("trailing-zero", (i, n) => [[.. Good(i, n), 0]]),
            ("trailing-text", (i, n) => [[.. Good(i, n), .. "text"u8]]),
            ("truncated", (i, n) => [Good(i, n)[..^1]]),
            ("nested", (i, n) => [SignedWorld.Sign(a, SignedWorld.Sign(a, i.Claim($"{world.Host}/{n}:v1")))]),
        ];
        List<VerdictCase> cases = [];
        foreach ((string name, Func<TestImage, string, byte[][]> signatures) in stores)
        {
            TestImage image = TestImage.Docker("store " + name);
            string repository = "stores/" + name;
            world.Push(image, repository + ":v1");
            world.WriteSignatures(repository, image.Digest, signatures(image, repository));
            cases.Add(new VerdictCase(name, $"docker://{world.Host}/{repository}:v1",
                PolicyText.Docker(PolicyText.SignedByAny([a.File, b.File])))
            {
                StricterBecause = name is "sha1" or "ripemd160" or "text-mode" or "armored" ? "what is not needed is not believed" : null,
            });
            cases.Add(new VerdictCase(name + ", a and b", $"docker://{world.Host}/{repository}:v1",
                PolicyText.Docker(PolicyText.SignedBy(a.File), PolicyText.SignedBy(b.File))));
        }

        VerdictComparison.AssertSame(world, cases);
    }

    [SkippableFact]
    public void Every_way_to_name_the_store_gives_skopeos_verdict()
    {
        SignedWorld world = fixture.Open();
        string https = world.Lookaside.Url, http = world.PlainLookaside.Url, file = "file://" + world.LookasideDirectory,
            none = world.NewDirectory("no-store");
        string repository = $"{world.Host}/keys/ed25519", image = $"docker://{repository}:v1",
            policy = PolicyText.Docker(PolicyText.SignedBy(world.Keys["ed25519"].File));
        (string Name, string Yaml)[] stores =
        [
            ("https", $"default-docker:\n  lookaside: {https}\n"),
            ("http", $"default-docker:\n  lookaside: {http}\n"),
            ("file", $"default-docker:\n  lookaside: {file}\n"),
            ("trailing slash", $"default-docker:\n  lookaside: {https}/\n"),
            ("older name", $"default-docker:\n  sigstore: {https}\n"),
            ("both names", $"default-docker:\n  sigstore: file://{none}\n  lookaside: {https}\n"),
            ("both names, other way", $"default-docker:\n  sigstore: {https}\n  lookaside: file://{none}\n"),
            ("repository's", $"default-docker:\n  lookaside: file://{none}\ndocker:\n  {repository}:\n    lookaside: {https}\n"),
            ("namespace's", $"default-docker:\n  lookaside: file://{none}\ndocker:\n  {world.Host}/keys:\n    lookaside: {https}\n"),
            ("host's", $"docker:\n  {world.Host}:\n    lookaside: {file}\n"),
            ("another's", $"docker:\n  {world.Host}/other:\n    lookaside: {file}\n"),
            ("more specific but empty",
                $"docker:\n  {world.Host}:\n    lookaside: {https}\n  {repository}:\n    lookaside: file://{none}\n"),
            ("staging alone", $"default-docker:\n  lookaside-staging: {file}\n"),
            ("wrong path", $"default-docker:\n  lookaside: {https}/deeper\n"),
            ("nobody listens", "default-docker:\n  lookaside: http://127.0.0.1:1\n"),
            ("unknown scheme", "default-docker:\n  lookaside: ftp://127.0.0.1/store\n"),
        ];
        VerdictComparison.AssertSame(world,
        [
            .. stores.Select((s, i) => new VerdictCase(s.Name, image, policy)
            {
                MayFail = true,
                Query = new SkopeoQuery { RegistriesDirectory = world.WriteRegistriesDirectory($"stores-{i}.d", s.Yaml) },
            }),
        ]);
    }

    private static string Write(string directory, string name, byte[] content)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
