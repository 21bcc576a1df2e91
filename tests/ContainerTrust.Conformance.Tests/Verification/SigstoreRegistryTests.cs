using System.Text;
using ContainerTrust.Conformance.Tests.Sigstore;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// Images with sigstore signatures in a registry, most of them made by skopeo: our verdict is that skopeo's. Debian builds its skopeo
/// without sigstore; another is named with CONTAINERTRUST_SKOPEO.
/// </summary>
[Collection(RegistryTests.Name)]
public sealed class SigstoreRegistryTests(RegistryFixture fixture)
{
    private const string Repository = "sigstore/app";

    [SkippableFact]
    public void Every_identity_rule_gives_skopeos_verdict_with_and_without_the_switch()
    {
        SigstoreWorld sigstore = Open();
        SignedWorld world = sigstore.World;
        string name = $"{world.Host}/{Repository}";

        // What the claim says, and whether skopeo itself can be made to sign that.
        (string What, string Identity, bool CanSkopeo)[] claims =
        [
            ("tag", $"{name}:WHAT", true),
            ("other-tag", $"{name}:other", true),
            ("digest", $"{name}@DIGEST", true),
            ("vendor", "vendor.example.com/sigstore/app:WHAT", true),
            ("cosign", name, false),
            ("cosign-vendor", "vendor.example.com/sigstore/app", false),
            ("other-manifest", $"{name}:WHAT", false),
            ("upper-case", $"{world.Host}/Sigstore/app:WHAT", false),
        ];
        List<VerdictCase> core = [], rest = [];
        foreach ((string what, string identity, bool canSkopeo) in claims)
        {
            TestImage image = what == "vendor" ? TestImage.Docker("sigstore " + what) : TestImage.Oci("sigstore " + what);
            string said = identity.Replace("WHAT", what, StringComparison.Ordinal)
                .Replace("DIGEST", image.Digest, StringComparison.Ordinal);
            if (canSkopeo)
                sigstore.PushSigned(image, $"{Repository}:{what}", said);
            else
                sigstore.PushWith(image, $"{Repository}:{what}",
                    sigstore.File(said, what == "other-manifest" ? TestImage.Oci("another").Digest : image.Digest));
            (string Rule, string? Identity)[] rules =
            [
                ("none", null),
                ("matchExact", PolicyText.MatchExact),
                ("matchRepoDigestOrExact", PolicyText.MatchRepoDigestOrExact),
                ("matchRepository", PolicyText.MatchRepository),
                ("exactReference tag", PolicyText.ExactReference($"{name}:{what}")),
                ("exactReference digest", PolicyText.ExactReference($"{name}@{image.Digest}")),
                ("exactReference vendor", PolicyText.ExactReference($"vendor.example.com/sigstore/app:{what}")),
                ("exactRepository", PolicyText.ExactRepository(name)),
                ("exactRepository vendor", PolicyText.ExactRepository("vendor.example.com/sigstore/app")),
                ("remap host", PolicyText.Remap(world.Host, "vendor.example.com")),
                ("remap repository", PolicyText.Remap(name, "vendor.example.com/sigstore/app")),
                ("remap elsewhere", PolicyText.Remap("elsewhere.example.com", "vendor.example.com")),
            ];
            foreach ((string rule, string? rulesIdentity) in rules)
            {
                foreach (string reference in new[] { $"{name}:{what}", $"{name}@{image.Digest}" })
                {
                    foreach (bool isOn in new[] { true, false })
                    {
                        foreach (bool isRightKey in new[] { true, false })
                        {
                            string policy = PolicyText.Docker(SigstoreSigned(sigstore.KeyFile(isRightKey), rulesIdentity));
                            VerdictCase one = new($"claims {what}, rule {rule}, switch {(isOn ? "on" : "off")}, key " +
                                $"{(isRightKey ? "right" : "wrong")}", "docker://" + reference, policy)
                            {
                                Expected = isOn && isRightKey && what != "other-manifest" ? null : false,
                                Query = new SkopeoQuery { RegistriesDirectory = sigstore.Registries(isOn) },
                            };
                            (isOn && isRightKey ? core : rest).Add(one);
                        }
                    }
                }
            }
        }

        VerdictComparison.AssertSame(world, [.. VerdictComparison.Sample(core, 96), .. VerdictComparison.Sample(rest, 37)],
            sigstore.Skopeo);
    }

    [SkippableTheory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    [InlineData("RSA-2048")]
    [InlineData("Ed25519")]
    public void Every_kind_of_key_is_good_where_skopeo_signed_with_it(string kind)
    {
        SigstoreWorld sigstore = Open(kind);
        string name = $"sigstore/keys:{kind.ToLowerInvariant()}";
        sigstore.PushSigned(TestImage.Oci("key " + kind), name, null);
        List<VerdictCase> cases =
            [.. new[] { true, false }.Select(isRight => new VerdictCase($"{kind} {isRight}", $"docker://{sigstore.World.Host}/{name}",
            PolicyText.Docker(SigstoreSigned(sigstore.KeyFile(isRight), null)))
        {
            Expected = isRight,
            Query = new SkopeoQuery { RegistriesDirectory = sigstore.Registries(true) },
        })];
        VerdictComparison.AssertSame(sigstore.World, cases, sigstore.Skopeo);
    }

    [SkippableFact]
    public void Several_signatures_and_both_kinds_give_skopeos_verdict()
    {
        SigstoreWorld sigstore = Open();
        SignedWorld world = sigstore.World;
        TestKey gpg = world.Keys["rsa2048"];
        const string Name = "sigstore/both:v1";
        TestImage image = TestImage.Oci("both kinds");
        string reference = $"{world.Host}/{Name}";
        world.Push(image, Name, gpg);
        sigstore.PushSigned(image, Name, null);
        byte[] foreign = sigstore.File(reference, image.Digest, SigstoreSigner.Make("P-256"));
        byte[] attachment = SkopeoSigstore.MakeFile("not a signature"u8.ToArray(), new byte[70], "text/plain");
        TestImage mixed = TestImage.Oci("mixed"), foreigns = TestImage.Oci("foreign"), unsigned = TestImage.Oci("unsigned sigstore");
        sigstore.PushWith(mixed, "sigstore/mixed:v1", foreign, attachment, sigstore.File($"{world.Host}/sigstore/mixed:v1", mixed.Digest));
        sigstore.PushWith(foreigns, "sigstore/foreign:v1",
            sigstore.File($"{world.Host}/sigstore/foreign:v1", foreigns.Digest, SigstoreSigner.Make("P-256")), attachment);
        world.Push(unsigned, "sigstore/unsigned:v1");
        string byGpg = PolicyText.SignedBy(gpg.File), bySigstore = SigstoreSigned(sigstore.KeyFile(true), null),
            byWrong = SigstoreSigned(sigstore.KeyFile(false), null);
        List<VerdictCase> cases = [];
        foreach (bool isOn in new[] { true, false })
        {
            foreach ((string what, string pushed, string policy, bool expected) in new[]
            {
                ("both", Name, PolicyText.Docker(byGpg, bySigstore), isOn),
                ("both the other way", Name, PolicyText.Docker(bySigstore, byGpg), isOn),
                ("OpenPGP alone", Name, PolicyText.Docker(byGpg), true),
                ("sigstore alone", Name, PolicyText.Docker(bySigstore), isOn),
                ("one of both is wrong", Name, PolicyText.Docker(byGpg, byWrong), false),
                ("one of both is missing", "sigstore/mixed:v1", PolicyText.Docker(byGpg, bySigstore), false),
                ("a good one among others", "sigstore/mixed:v1", PolicyText.Docker(bySigstore), isOn),
                ("others only", "sigstore/foreign:v1", PolicyText.Docker(bySigstore), false),
                ("none", "sigstore/unsigned:v1", PolicyText.Docker(bySigstore), false),
                ("no key file", Name, PolicyText.Docker(SigstoreSigned("/nonexistent/key.pub", null)), false),
            })
            {
                cases.Add(new VerdictCase($"{what}, switch {isOn}", $"docker://{world.Host}/{pushed}", policy)
                    { Expected = expected, Query = new SkopeoQuery { RegistriesDirectory = sigstore.Registries(isOn) } });
            }
        }

        VerdictComparison.AssertSame(world, cases, sigstore.Skopeo);
        OurVerdict off = OurVerdict.Of(world, cases.Single(static c => c.Name == "sigstore alone, switch False"));
        Assert.Contains("use-sigstore-attachments", off.Reason, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_mirror_needs_a_switch_of_its_own()
    {
        SigstoreWorld sigstore = Open();
        SignedWorld world = sigstore.World;
        TestImage image = TestImage.Oci("mirrored");
        sigstore.PushSigned(image, "sigstore-mirror/app:v1", "origin.example.com/team/app:v1");
        string directory = world.NewDirectory("sigstore-mirror"), registries = Path.Combine(directory, "registries.conf");
        File.WriteAllText(registries,
            $"[[registry]]\nlocation = \"origin.example.com/team\"\n[[registry.mirror]]\nlocation = \"{world.Host}/sigstore-mirror\"\n");
        List<VerdictCase> cases = [];
        foreach ((string scope, bool expected) in new[] { ("origin.example.com/team", false), ($"{world.Host}/sigstore-mirror", true) })
        {
            cases.Add(new VerdictCase($"the switch for {scope}", "docker://origin.example.com/team/app:v1",
                PolicyText.Docker(SigstoreSigned(sigstore.KeyFile(true), null)))
            {
                Expected = expected,
                Query = new SkopeoQuery
                {
                    RegistriesConf = registries,
                    RegistriesDirectory = world.WriteRegistriesDirectory($"mirror-{expected}.d",
                        $"default-docker:\n  lookaside: {world.Lookaside.Url}\ndocker:\n  {scope}:\n    use-sigstore-attachments: true\n"),
                },
            });
        }

        VerdictComparison.AssertSame(world, cases, sigstore.Skopeo);
        Assert.Contains("the mirror that answered", OurVerdict.Of(world, cases[0]).Reason, StringComparison.Ordinal);
    }

    private static string SigstoreSigned(string keyFile, string? identity) =>
        $$"""{"type":"sigstoreSigned","keyPath":"{{keyFile}}"{{(identity is null ? "" : ",\"signedIdentity\":" + identity)}}}""";

    private SigstoreWorld Open(string kind = "P-256")
    {
        string program = Environment.GetEnvironmentVariable("CONTAINERTRUST_SKOPEO") ?? Tools.RequireTool("skopeo");
        return new SigstoreWorld(fixture.Open(), program, kind);
    }

    /// <summary>A skopeo that can sigstore, a key of its own, and a wrong one.</summary>
    private sealed class SigstoreWorld
    {
        private readonly string _directory;
        private readonly SigstoreSigner _signer;

        public SigstoreWorld(SignedWorld world, string program, string kind)
        {
            World = world;
            _directory = world.NewDirectory("sigstore-" + Guid.NewGuid().ToString("N"));
            _signer = SigstoreSigner.Make(kind);
            System.IO.File.WriteAllText(KeyFile(true), _signer.PublicPem);
            System.IO.File.WriteAllText(KeyFile(false), SigstoreSigner.Make(kind).PublicPem);
            System.IO.File.WriteAllText(PathOf("signer.key"), _signer.EncryptedPem());
            System.IO.File.WriteAllText(PathOf("passphrase"), SigstoreSigner.Passphrase);
            foreach (bool isOn in new[] { true, false })
                world.WriteRegistriesDirectory(Registries(isOn),
                    $"default-docker:\n  lookaside: {world.Lookaside.Url}\n  lookaside-staging: file://{world.LookasideDirectory}\n  " +
                    $"use-sigstore-attachments: {(isOn ? "true" : "false")}\n");
            Skopeo = new Skopeo(program, Directory.CreateDirectory(PathOf("scratch")).FullName)
                { SourceOptions = world.Skopeo.SourceOptions };
        }

        public SignedWorld World { get; }

        public Skopeo Skopeo { get; }

        public string KeyFile(bool isRight) => PathOf(isRight ? "right.pub" : "wrong.pub");

        public string Registries(bool isOn) => PathOf(isOn ? "on.d" : "off.d");

        public byte[] File(string reference, string digest, SigstoreSigner? signer = null)
        {
            byte[] payload = Encoding.UTF8.GetBytes($$$"""{"critical":{"identity":{"docker-reference":"{{{reference}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},"type":"cosign container image signature"},"optional":null}""");
            return SkopeoSigstore.MakeFile(payload, (signer ?? _signer).Sign(payload));
        }

        /// <summary>Has skopeo sign and push an image.</summary>
        public void PushSigned(TestImage image, string name, string? identity) => Push(image, name, [
            "--sign-by-sigstore-private-key", PathOf("signer.key"), "--sign-passphrase-file", PathOf("passphrase"), .. identity is null
                ? Array.Empty<string>() : ["--sign-identity", identity]]);

        /// <summary>Has skopeo push an image with signatures that it cannot make.</summary>
        public void PushWith(TestImage image, string name, params byte[][] signatures) => Push(image, name, [], signatures);

        private void Push(TestImage image, string name, string[] options, params byte[][] signatures)
        {
            string source = image.WriteTo(PathOf("image-" + Guid.NewGuid().ToString("N")));
            for (int i = 0; i < signatures.Length; i++)
                System.IO.File.WriteAllBytes(Path.Combine(source, $"signature-{i + 1}"), signatures[i]);
            ToolResult result = Skopeo.Run([
                "--insecure-policy", "--registries.d", Registries(true), "copy", "--quiet", "--preserve-digests", "--dest-authfile",
                World.AuthFile, "--dest-cert-dir", World.CertificateDirectory,
                .. options, $"dir:{source}", $"docker://{World.Host}/{name}"]);
            Skip.If(result.Error.Contains("sigstore disabled", StringComparison.Ordinal),
                "This skopeo was built without sigstore; name another with CONTAINERTRUST_SKOPEO.");
            Assert.True(result.ExitCode == 0, result.Error);
        }

        private string PathOf(string name) => Path.Combine(_directory, name);
    }
}
