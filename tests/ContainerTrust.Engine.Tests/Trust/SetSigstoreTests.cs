using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore.X509;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>sigstoreSigned requirements: built from parameters, checked, and written together with the switch that makes them
/// work.</summary>
public sealed class SetSigstoreTests : IDisposable
{
    private const string PolicyPath = TrustLocations.SystemPolicyPath;
    private const string RegistriesPath = TrustLocations.SystemRegistriesDirectory;
    private readonly ScratchRoot _root = new();

    public SetSigstoreTests()
    {
        _root.Write("/k/a.pub", TestPemKeys.P256);
        _root.Write("/k/b.pub", TestPemKeys.P384);
        _root.Write("/k/rekor.pub", TestPemKeys.P256);
        _root.Write("/k/rekor2.pub", TestPemKeys.P521);
        _root.Write("/k/ca.pem", Certificate("CN=CA"));
        _root.Write("/k/middle.pem", Certificate("CN=Middle"));
    }

    public void Dispose() => _root.Dispose();

    private static readonly RequirementOptions Fulcio = new()
    {
        FulcioCAPath = "/k/ca.pem",
        OidcIssuer = "https://issuer.example.com",
        SubjectEmail = "dev@example.com",
        RekorPublicKeyPaths = ["/k/rekor.pub"],
    };

    private static readonly RequirementOptions Pki = new() { CARootsPath = "/k/ca.pem", SubjectHostname = "ci.example.com" };

    private static readonly RequirementOptions Keys = new() { Type = TrustType.SigstoreSigned, KeyPaths = ["/k/a.pub", "/k/b.pub"] };

    private static string Certificate(string name, bool isCA = true, int firstDay = -10, int lastDay = 3650, int rsaBits = 0) =>
        TestCertificates.Make(name, DateTimeOffset.UtcNow.AddDays(firstDay), DateTimeOffset.UtcNow.AddDays(lastDay), isCA, rsaBits);

    private IReadOnlyList<TrustRequirement> Build(RequirementOptions options) => _root.Open().Requirements.Build(options);

    private string Json(RequirementOptions options)
    {
        IReadOnlyList<TrustRequirement> built = Build(options);
        string json = Encoding.UTF8.GetString(RequirementWriter.ToCompactJson(built));

        // What is built can be read again by the strict reader, and says the same.
        PolicyDocument read = PolicyReader.Read(Encoding.UTF8.GetBytes($"{{\"default\":{json}}}"), "test");
        Assert.True(RequirementWriter.MeansSame(built, read.Default));
        return json;
    }

    private string Base64(string path) => Convert.ToBase64String(File.ReadAllBytes(_root.Full(path)));

    [Fact]
    public void Keys_with_logs_become_a_requirement_each_unless_any_is_enough()
    {
        Assert.Equal("""[{"type":"sigstoreSigned","keyPath":"/k/a.pub"},{"type":"sigstoreSigned","keyPath":"/k/b.pub"}]""", Json(Keys));
        RequirementOptions logged = Keys with { RekorPublicKeyPaths = ["/k/rekor.pub"], SignedIdentity = new MatchRepositoryIdentity() };
        const string End = "\"rekorPublicKeyPath\":\"/k/rekor.pub\",\"signedIdentity\":{\"type\":\"matchRepository\"}}";
        Assert.Equal($$"""[{"type":"sigstoreSigned","keyPath":"/k/a.pub",{{End}},{"type":"sigstoreSigned","keyPath":"/k/b.pub",{{End}}]""",
            Json(logged));
        Assert.Equal(
            """[{"type":"sigstoreSigned","keyPaths":["/k/a.pub","/k/b.pub"],"rekorPublicKeyPaths":["/k/rekor.pub","/k/rekor2.pub"]}]""",
            Json(Keys with { AnyKey = true, RekorPublicKeyPaths = ["/k/rekor.pub", "/k/rekor2.pub"] }));
    }

    [Fact]
    public void Keys_and_logs_can_be_stored()
    {
        Assert.Equal(
            $$"""[{"type":"sigstoreSigned","keyDatas":["{{Base64("/k/a.pub")}}","{{Base64("/k/b.pub")}}"],"rekorPublicKeyData":"{{Base64("/k/rekor.pub")}}"}]""",
            Json(Keys with { AnyKey = true, InlineKey = true, RekorPublicKeyPaths = ["/k/rekor.pub"] }));
        Assert.Equal(
            $$"""[{"type":"sigstoreSigned","keyData":"{{Base64("/k/a.pub")}}","rekorPublicKeyDatas":["{{Base64("/k/rekor.pub")}}","{{Base64("/k/rekor2.pub")}}"]}]""",
            Json(new RequirementOptions
                { KeyPaths = ["/k/a.pub"], InlineKey = true, RekorPublicKeyPaths = ["/k/rekor.pub", "/k/rekor2.pub"] }));
    }

    [Fact]
    public void Fulcio_is_built_and_can_be_stored()
    {
        Assert.Equal(
            """[{"type":"sigstoreSigned","fulcio":{"caPath":"/k/ca.pem","oidcIssuer":"https://issuer.example.com","subjectEmail":"dev@example.com"},"rekorPublicKeyPath":"/k/rekor.pub"}]""",
            Json(Fulcio));
        Assert.Equal(
            $$"""[{"type":"sigstoreSigned","fulcio":{"caData":"{{Base64("/k/ca.pem")}}","oidcIssuer":"https://issuer.example.com","subjectEmail":"dev@example.com"},"rekorPublicKeyData":"{{Base64("/k/rekor.pub")}}"}]""",
            Json(Fulcio with { InlineKey = true }));
    }

    [Fact]
    public void An_own_pki_is_built_and_can_be_stored()
    {
        Assert.Equal("""[{"type":"sigstoreSigned","pki":{"caRootsPath":"/k/ca.pem","subjectHostname":"ci.example.com"}}]""", Json(Pki));
        RequirementOptions full = Pki with { CAIntermediatesPath = "/k/middle.pem", SubjectEmail = "dev@example.com" };
        Assert.Equal(
            """[{"type":"sigstoreSigned","pki":{"caRootsPath":"/k/ca.pem","caIntermediatesPath":"/k/middle.pem","subjectEmail":"dev@example.com","subjectHostname":"ci.example.com"}}]""",
            Json(full));
        Assert.Equal(
            $$$"""[{"type":"sigstoreSigned","pki":{"caRootsData":"{{{Base64("/k/ca.pem")}}}","caIntermediatesData":"{{{Base64("/k/middle.pem")}}}","subjectEmail":"dev@example.com","subjectHostname":"ci.example.com"}}]""",
            Json(full with { InlineKey = true }));
        Assert.Equal($$$"""[{"type":"sigstoreSigned","pki":{"caRootsData":"{{{Base64("/k/ca.pem")}}}","subjectHostname":"ci.example.com"}}]""", Json(Pki with { InlineKey = true }));
    }

    [Fact]
    public void Every_combination_is_either_refused_clearly_or_read_back_by_the_strict_reader()
    {
        int refused = 0, built = 0;
        for (int bits = 0; bits < 1 << 10; bits++)
        {
            bool Has(int bit) => (bits >> bit & 1) != 0;
            RequirementOptions options = new()
            {
                Type = Has(9) ? TrustType.SigstoreSigned : null,
                KeyPaths = Has(0) ? ["/k/a.pub"] : [],
                FulcioCAPath = Has(1) ? "/k/ca.pem" : null,
                OidcIssuer = Has(2) ? "https://issuer.example.com" : null,
                SubjectEmail = Has(3) ? "dev@example.com" : null,
                RekorPublicKeyPaths = Has(4) ? ["/k/rekor.pub"] : [],
                CARootsPath = Has(5) ? "/k/ca.pem" : null,
                CAIntermediatesPath = Has(6) ? "/k/middle.pem" : null,
                SubjectHostname = Has(7) ? "ci.example.com" : null,
                InlineKey = Has(8),
            };
            try
            {
                Json(options);
                built++;
            }
            catch (TrustException e)
            {
                Assert.Equal(TrustErrorKind.InvalidArgument, e.Kind);
                Assert.Contains(e.ErrorId,
                    (string[])["MissingType", "MissingKey", "SeveralKeySources", "IncompleteIdentity", "ParametersNotTogether"]);
                refused++;
            }
        }

        // Keys with and without a log (and without one and without a type they are signedBy), Fulcio complete, PKI with three subjects,
        // with and without intermediates; inline or not.
        Assert.Equal(2 * (4 + 2 + (2 * 2 * 3)), built);
        Assert.Equal((1 << 10) - built, refused);
    }

    public static TheoryData<string, RequirementOptions> Refused => new()
    {
        { "SeveralKeySources", Fulcio with { KeyPaths = ["/k/a.pub"] } },
        { "SeveralKeySources", Pki with { KeyPaths = ["/k/a.pub"] } },
        { "SeveralKeySources", Fulcio with { CARootsPath = "/k/ca.pem" } },
        { "IncompleteIdentity", Fulcio with { OidcIssuer = null } },
        { "IncompleteIdentity", Fulcio with { SubjectEmail = null } },
        { "IncompleteIdentity", Fulcio with { RekorPublicKeyPaths = [] } },
        { "IncompleteIdentity", Pki with { SubjectHostname = null } },
        { "ParametersNotTogether", Fulcio with { SubjectHostname = "ci.example.com" } },
        { "ParametersNotTogether", Fulcio with { CAIntermediatesPath = "/k/middle.pem" } },
        { "ParametersNotTogether", Fulcio with { AnyKey = true } },
        { "ParametersNotTogether", Pki with { AnyKey = true } },
        { "ParametersNotTogether", Pki with { RekorPublicKeyPaths = ["/k/rekor.pub"] } },
        { "ParametersNotTogether", Pki with { OidcIssuer = "https://issuer.example.com" } },
        { "ParametersNotTogether", Keys with { SubjectEmail = "dev@example.com" } },
        { "ParametersNotTogether", Keys with { CAIntermediatesPath = "/k/middle.pem" } },
        { "ParametersNotTogether", new RequirementOptions { RekorPublicKeyPaths = ["/k/rekor.pub"] } },
        { "ParametersNotTogether", Fulcio with { Type = TrustType.SignedBy } },
        { "KeysNotUsed", Pki with { Type = TrustType.Reject } },
        { "KeysNotUsed", new RequirementOptions { Type = TrustType.Accept, RekorPublicKeyPaths = ["/k/rekor.pub"] } },
        { "MissingKey", new RequirementOptions { Type = TrustType.SigstoreSigned } },
        { "InvalidSubject", Fulcio with { SubjectEmail = "dev@example.com " } },
        { "InvalidSubject", Fulcio with { OidcIssuer = "https://issuer.example.com\n" } },
        { "InvalidSubject", Pki with { SubjectHostname = "" } },
        { "InvalidSubject", Pki with { SubjectHostname = "ci\ud800" } },
        { "InvalidKeyPath", Fulcio with { FulcioCAPath = "ca.pem" } },
        { "InvalidKeyPath", Fulcio with { RekorPublicKeyPaths = ["/k/rekor.pub", ""] } },
        { "InvalidKeyPath", Pki with { CARootsPath = "/k/\u0007" } },
        { "InvalidKeyPath", Pki with { CAIntermediatesPath = "middle.pem" } },
        { "KeyFileNotFound", Pki with { CARootsPath = "/k/none.pem", InlineKey = true } },
        { "InvalidIdentity", Fulcio with { SignedIdentity = new ExactReferenceIdentity { DockerReference = "a.example.com/app" } } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_policy_json_cannot_hold_is_refused(string id, RequirementOptions options)
    {
        TrustException e = Assert.Throws<TrustException>(() => Build(options));
        Assert.Equal(id, e.ErrorId);
        Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_stored_holds_no_private_key()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root.Write("/k/bundle.pem", Certificate("CN=CA") + key.ExportPkcs8PrivateKeyPem());
        foreach (RequirementOptions options in (RequirementOptions[])[Pki with { CARootsPath = "/k/bundle.pem" },
            Pki with { CAIntermediatesPath = "/k/bundle.pem" }, Fulcio with { FulcioCAPath = "/k/bundle.pem" },
            Fulcio with { RekorPublicKeyPaths = ["/k/bundle.pem"] }])
        {
            Assert.Equal("PrivateKey", Assert.Throws<TrustException>(() => Build(options with { InlineKey = true })).ErrorId);
            Assert.Contains(Assert.ThrowsAny<TrustException>(() => _root.Open().CheckKeys(Build(options))).ErrorId,
                (string[])["PrivateKey", "NoUsableKey"]);
        }

        _root.Write("/k/both.pub", TestPemKeys.P256 + "\n" + key.ExportPkcs8PrivateKeyPem());
        _root.Open().CheckKeys(Build(new RequirementOptions { Type = TrustType.SigstoreSigned, KeyPaths = ["/k/both.pub"] }));
        Assert.Contains(_root.Warnings, static w => w.Contains("private key", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_that_can_do_their_work_are_good()
    {
        foreach (RequirementOptions options in (RequirementOptions[])[Keys, Fulcio, Pki with { CAIntermediatesPath = "/k/middle.pem" }])
        {
            _root.Open().CheckKeys(Build(options));
            _root.Open().CheckKeys(Build(options with { InlineKey = true }));
        }

        Assert.Empty(_root.Warnings);
    }

    [Theory]
    [InlineData("Ed25519", "NotARekorKey")]
    [InlineData("CERTIFICATE", "NoUsableKey")]
    public void A_log_needs_an_ecdsa_key(string content, string id)
    {
        _root.Write("/k/rekor.pub", content == "Ed25519" ? TestPemKeys.Ed25519 : Certificate("CN=Log"));
        Assert.Equal(id, Assert.ThrowsAny<TrustException>(() => _root.Open().CheckKeys(Build(Fulcio))).ErrorId);
    }

    [Fact]
    public void Certificates_are_looked_at_before_a_policy_names_them()
    {
        string Fault(RequirementOptions options) => Assert.ThrowsAny<TrustException>(() => _root.Open().CheckKeys(Build(options))).ErrorId;
        const string Malformed = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
        _root.Write("/k/bad.pem", Malformed);
        Assert.Equal("NoCertificate", Fault(Pki with { CARootsPath = "/k/bad.pem" }));
        Assert.Equal("NoCertificate", Fault(Fulcio with { FulcioCAPath = "/k/bad.pem" }));
        Assert.Equal("NoCertificate", Fault(Pki with { CARootsPath = "/k/a.pub" }));
        Assert.Equal("KeyFileNotFound", Fault(Pki with { CAIntermediatesPath = "/k/none.pem" }));

        // Of roots the reference implementation passes over what it cannot read, of intermediates it does not.
        _root.Write("/k/mixed.pem", Malformed + Certificate("CN=Good"));
        Assert.Equal("NoCertificate", Fault(Pki with { CAIntermediatesPath = "/k/mixed.pem" }));
        _root.Warnings.Clear();
        _root.Open().CheckKeys(Build(Pki with { CARootsPath = "/k/mixed.pem" }));
        Assert.Contains("certificate 1 cannot be used, as it is malformed", Assert.Single(_root.Warnings), StringComparison.Ordinal);
        _root.Write("/k/trailing.pem", Certificate("CN=Good") + "trailing\n");
        Assert.Equal("NoCertificate", Fault(Pki with { CAIntermediatesPath = "/k/trailing.pem" }));
    }

    [Fact]
    public void Roots_must_be_in_force_now_and_fulcio_may_be_of_the_past()
    {
        _root.Write("/k/old.pem", Certificate("CN=Old", firstDay: -20, lastDay: -1));
        _root.Write("/k/new.pem", Certificate("CN=New", firstDay: 2));
        Assert.Equal("NoValidCertificate",
            Assert.Throws<TrustException>(() => _root.Open().CheckKeys(Build(Pki with { CARootsPath = "/k/old.pem" }))).ErrorId);
        Assert.Equal("NoValidCertificate",
            Assert.Throws<TrustException>(() => _root.Open().CheckKeys(Build(Pki with { CARootsPath = "/k/new.pem" }))).ErrorId);
        _root.Open().CheckKeys(Build(Fulcio with { FulcioCAPath = "/k/old.pem" }));
        Assert.Contains("CN=Old ended on", Assert.Single(_root.Warnings), StringComparison.Ordinal);
        _root.Write("/k/leaf.pem", Certificate("CN=Leaf", isCA: false));
        _root.Open().CheckKeys(Build(Pki with { CARootsPath = "/k/leaf.pem" }));
        Assert.Contains(_root.Warnings, static w => w.Contains("is not a CA certificate", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1024, "too short for a CA that is trusted from now on")]
    [InlineData(2048, null)]
    public void CAs_with_short_RSA_keys_are_named(int bits, string? warning)
    {
        _root.Write("/k/short.pem", Certificate("CN=Short", firstDay: -1, lastDay: 9, rsaBits: bits));
        _root.Open().CheckKeys(Build(Pki with { CARootsPath = "/k/short.pem" }));
        Assert.Equal(warning is null ? 0 : 1, _root.Warnings.Count);
        Assert.All(_root.Warnings, w => Assert.Contains($"{bits} bits, {warning}", w, StringComparison.Ordinal));
    }

    [Fact]
    public void Mutated_certificates_are_good_or_a_clear_error()
    {
        byte[] original = Encoding.UTF8.GetBytes(Certificate("CN=A") + Certificate("CN=B"));
        Random random = new(4);
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutated = [.. original];
            for (int m = random.Next(1, 4); m > 0; m--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            foreach (KeyMaterialUse use in Enum.GetValues<KeyMaterialUse>().Where(static u => u >= KeyMaterialUse.FulcioCA))
            {
                try
                {
                    CertificateCheck.Require("mutated", mutated.AsSpan(0, random.Next(1, mutated.Length)), use, DateTimeOffset.UtcNow,
                        TrustMessages.None);
                }
                catch (TrustException e)
                {
                    Assert.Contains("mutated", e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    private TrustChange Change(RequirementOptions options, string registry = "a.example.com", string transport = "docker") => new()
    {
        Transport = transport,
        Registry = registry,
        IsDefault = registry == "default",
        Requirements = Build(options),
        SwitchOnAttachments = true,
    };

    private bool? Reads(string registry) => _root.Open().Read(new TrustQuery { Registries = [registry] }).Single().UseSigstoreAttachments;

    [Fact]
    public void The_switch_for_attachments_goes_along()
    {
        TrustEditResult preview = _root.Open().Preview([Change(Pki)]);
        Assert.Equal("a.example.com", Assert.Single(preview.AttachmentsSwitchedOn).Registry);
        Assert.False(_root.Has(RegistriesPath + "/a.example.com.yaml"));
        TrustEditResult result = _root.Apply(Change(Pki));
        Assert.Equal([PolicyPath, RegistriesPath + "/a.example.com.yaml"], result.Files.Select(static f => f.Path));
        Assert.Equal("docker:\n  a.example.com:\n    use-sigstore-attachments: true\n", _root.Read(RegistriesPath + "/a.example.com.yaml"));
        Assert.DoesNotContain(_root.Warnings, static w => w.Contains("switched on", StringComparison.Ordinal));
        Assert.Empty(_root.Apply(Change(Pki)).Files);
        Assert.Empty(_root.Open().Preview([Change(Pki)]).AttachmentsSwitchedOn);
    }

    [Fact]
    public void The_switch_is_set_in_the_section_that_is_there_and_nothing_else_of_it_changes()
    {
        _root.Write(RegistriesPath + "/x.yaml",
            "# mine\ndocker:\n  a.example.com:\n    lookaside: https://a.example.com # here\n    use-sigstore-attachments: false\n");
        _root.Apply(Change(Pki));
        Assert.Equal("# mine\ndocker:\n  a.example.com:\n    lookaside: https://a.example.com # here\n    use-sigstore-attachments: true\n",
            _root.Read(RegistriesPath + "/x.yaml"));
    }

    [Fact]
    public void The_switch_joins_stores_that_are_set_at_the_same_time()
    {
        _root.Apply(Change(Pki) with { Section = new LookasideSection { SignatureStore = "https://a.example.com" } });
        ImageTrust trust = _root.Open().Read(new TrustQuery { Registries = ["a.example.com"] }).Single();
        Assert.Equal(new LookasideSection { SignatureStore = "https://a.example.com", UseSigstoreAttachments = true }, trust.Section);
    }

    [Fact]
    public void The_switch_is_not_set_where_it_is_in_force_or_not_asked_for_or_has_no_place()
    {
        _root.Write(RegistriesPath + "/default.yaml", "default-docker:\n  use-sigstore-attachments: true\n");
        Assert.Equal([PolicyPath], _root.Apply(Change(Pki)).Files.Select(static f => f.Path));
        _root.Write(RegistriesPath + "/default.yaml", "default-docker: {}\n");
        _root.Apply(Change(Pki, "b.example.com") with { SwitchOnAttachments = false });
        _root.Apply(new TrustChange { Transport = "docker", Registry = "c.example.com", Requirements = [new RejectRequirement()],
            SwitchOnAttachments = true });
        _root.Apply(Change(Pki, "/srv", "dir"));
        Assert.Null(Reads("b.example.com"));
        Assert.Null(Reads("c.example.com"));
        Assert.Equal(["default.yaml"], Directory.GetFiles(_root.Full(RegistriesPath)).Select(Path.GetFileName));
    }

    [Fact]
    public void The_default_gets_the_switch_for_every_registry()
    {
        _root.Apply(Change(Pki, "default"));
        Assert.Contains("use-sigstore-attachments: true", _root.Read(RegistriesPath + "/default.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_of_the_transport_has_no_section_and_the_advice_says_so()
    {
        _root.Apply(Change(Pki, ""));
        Assert.Contains(_root.Warnings, static w => w.Contains("-Default -UseSigstoreAttachments", StringComparison.Ordinal));
    }

    [Fact]
    public void With_a_policy_that_was_named_alone_registries_d_is_left_alone()
    {
        TrustEditResult result = _root.Open("/tmp/policy.json").Apply([Change(Pki)], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(["/tmp/policy.json"], result.Files.Select(static f => f.Path));
        Assert.Contains(_root.Warnings, static w => w.Contains("-UseSigstoreAttachments", StringComparison.Ordinal));
    }

    [Fact]
    public void Requirements_of_an_earlier_change_keep_the_wish_for_the_switch_unless_a_later_one_says_otherwise()
    {
        TrustChange store = new()
            { Transport = "docker", Registry = "a.example.com", Section = new LookasideSection
            { SignatureStore = "https://a.example.com" } };
        _root.Apply(Change(Pki), store);
        Assert.True(Reads("a.example.com"));
        _root.Apply(Change(Pki, "b.example.com"),
            store with { Registry = "b.example.com", Section = new LookasideSection { UseSigstoreAttachments = false } });
        Assert.False(Reads("b.example.com"));
        Assert.Contains(_root.Warnings, static w => w.StartsWith("b.example.com: ", StringComparison.Ordinal)
            && w.Contains("not switched on", StringComparison.Ordinal));
    }

    private IReadOnlyList<string> Doubts(params TrustChange[] changes) => _root.Open().Preview(changes).Warnings;

    [Theory]
    [InlineData(null, true)]
    [InlineData("matchExact", true)]
    [InlineData("matchRepoDigestOrExact", true)]
    [InlineData("exactReference", true)]
    [InlineData("remapIdentity", true)]
    [InlineData("matchRepository", false)]
    [InlineData("exactRepository", false)]
    public void Identities_that_cosign_may_not_satisfy_are_noted(string? rule, bool isNoted)
    {
        SignedIdentity? identity = rule switch
        {
            "matchExact" => new MatchExactIdentity(),
            "matchRepoDigestOrExact" => new MatchRepoDigestOrExactIdentity(),
            "exactReference" => new ExactReferenceIdentity { DockerReference = "a.example.com/app:v1" },
            "remapIdentity" => new RemapIdentity { Prefix = "a.example.com", SignedPrefix = "b.example.com" },
            "matchRepository" => new MatchRepositoryIdentity(),
            "exactRepository" => new ExactRepositoryIdentity { DockerRepository = "a.example.com/app" },
            _ => null,
        };
        Assert.DoesNotContain(Doubts(Change(Keys with { SignedIdentity = identity })),
            static w => w.Contains("cosign", StringComparison.Ordinal));
        Assert.Equal(isNoted, SigstoreDoubts.Notes([Change(Keys with { SignedIdentity = identity })])
            .Any(static n => n.StartsWith("a.example.com: signatures that cosign", StringComparison.Ordinal)));
        Assert.Empty(SigstoreDoubts.Notes([Change(Keys with { SignedIdentity = identity }, "registry.redhat.io/ubi9")]));

        // The warning is right: what cosign claims is refused by exactly these.
        string? refusal = IdentityMatcher.Refusal(identity, Image("a.example.com/app:v1"), "a.example.com/app");
        Assert.Equal(isNoted, refusal is not null);
    }

    private static DockerReference Image(string text) =>
        DockerReference.TryParse(text, out DockerReference? image, out string problem) ? image : throw new ArgumentException(problem);

    [Fact]
    public void Both_kinds_of_signature_in_one_list_are_warned_of()
    {
        TrustChange change = Change(Pki);
        Assert.DoesNotContain(Doubts(change), static w => w.Contains("both kinds", StringComparison.Ordinal));
        Assert.Contains(Doubts(change with { Requirements = [new SignedByRequirement { KeyPath = "/key" }, .. change.Requirements!] }),
            static w => w.Contains("both kinds", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("keys", null)]
    [InlineData("rekor", "5.24 ")]
    [InlineData("fulcio", "5.24 ")]
    [InlineData("any", "5.32.2 ")]
    [InlineData("rekors", "5.32.2 ")]
    [InlineData("pki", "5.35 ")]
    public void Members_that_older_releases_refuse_are_warned_of(string kind, string? release)
    {
        RequirementOptions options = kind switch
        {
            "rekor" => Keys with { RekorPublicKeyPaths = ["/k/rekor.pub"] },
            "fulcio" => Fulcio,
            "any" => Keys with { AnyKey = true },
            "rekors" => Fulcio with { RekorPublicKeyPaths = ["/k/rekor.pub", "/k/rekor2.pub"] },
            "pki" => Pki,
            _ => Keys,
        };
        string[] warnings = [.. Doubts(Change(options)).Where(static w => w.Contains("older ones refuse", StringComparison.Ordinal))];
        if (release is null)
            Assert.Empty(warnings);
        else
            Assert.Contains($"containers/image {release}", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Subjects_that_no_certificate_has_are_warned_of()
    {
        Assert.Contains(Doubts(Change(Fulcio with { OidcIssuer = "accounts.google.com" })),
            static w => w.Contains("not a URL", StringComparison.Ordinal));
        Assert.Contains(Doubts(Change(Fulcio with { SubjectEmail = "dev" })),
            static w => w.Contains("not an e-mail address", StringComparison.Ordinal));
        Assert.Contains(Doubts(Change(Pki with { SubjectHostname = "https://ci.example.com" })),
            static w => w.Contains("not a host name", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("registry.example.com", "mirror.example.com:5000/cache")]
    [InlineData("registry.example.com/team", "mirror.example.com:5000/cache/team")]
    [InlineData("registry.example.com/team/app:v1", "mirror.example.com:5000/cache/team/app")]
    [InlineData("other.example.com", null)]
    [InlineData("*.example.com", null)]
    [InlineData("default", null)]
    public void A_mirror_without_the_switch_is_warned_of(string scope, string? mirror)
    {
        _root.Write("/etc/containers/registries.conf",
            "[[registry]]\nlocation = \"registry.example.com\"\n[[registry.mirror]]\nlocation = \"mirror.example.com:5000/cache\"\n");
        string[] warnings = [.. Doubts(Change(Pki, scope)).Where(static w => w.Contains("mirror", StringComparison.Ordinal))];
        if (mirror is null)
        {
            Assert.Empty(warnings);
            return;
        }

        Assert.EndsWith($" Set-ImageTrust {mirror} -UseSigstoreAttachments -Root {_root.Path} switches it on.", Assert.Single(warnings),
            StringComparison.Ordinal);
        _root.Write(RegistriesPath + "/mirror.yaml", "docker:\n  mirror.example.com:5000:\n    use-sigstore-attachments: true\n");
        Assert.DoesNotContain(Doubts(Change(Pki, scope)), static w => w.Contains("mirror", StringComparison.Ordinal));
    }

    [Fact]
    public void Mirrors_for_digests_only_are_found_and_a_broken_registries_conf_is_no_obstacle()
    {
        _root.Write("/etc/containers/registries.conf.d/m.conf",
            "[[registry]]\nlocation = \"a.example.com\"\nmirror-by-digest-only = " +
            "true\n[[registry.mirror]]\nlocation = \"m.example.com\"\n");
        Assert.Contains(Doubts(Change(Pki)), static w => w.Contains("the mirror m.example.com first", StringComparison.Ordinal));
        _root.Write("/etc/containers/registries.conf", "not TOML");
        Assert.DoesNotContain(Doubts(Change(Pki)), static w => w.Contains("mirror", StringComparison.Ordinal));
        Assert.Equal(2, _root.Apply(Change(Pki)).Files.Count);
    }

    [Fact]
    public void Scopes_with_the_same_trouble_share_a_sentence()
    {
        string warning = Assert.Single(Doubts([.. Enumerable.Range(1, 8).Select(i => Change(Pki, $"r{i}.example.com"))]),
            static w => w.Contains("5.35", StringComparison.Ordinal));
        Assert.StartsWith("r1.example.com, r2.example.com, r3.example.com, r4.example.com, r5.example.com and 3 others: ", warning,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Requirements_are_told_with_everything_that_decides()
    {
        string Words(RequirementOptions options) => string.Join(" + ", Build(options).Select(RequirementText.Describe));
        Assert.Equal("sigstoreSigned /k/a.pub + sigstoreSigned /k/b.pub", Words(Keys));
        Assert.Equal("sigstoreSigned any of /k/a.pub, /k/b.pub, log /k/rekor.pub (matchRepository)",
            Words(Keys with { AnyKey = true, RekorPublicKeyPaths = ["/k/rekor.pub"], SignedIdentity = new MatchRepositoryIdentity() }));
        Assert.Equal("sigstoreSigned any of 2 inline keys, log any of 2 in the policy",
            Words(Keys with { AnyKey = true, InlineKey = true, RekorPublicKeyPaths = ["/k/rekor.pub", "/k/rekor2.pub"] }));
        Assert.Equal("sigstoreSigned dev@example.com (https://issuer.example.com), CA /k/ca.pem, log /k/rekor.pub", Words(Fulcio));
        Assert.Equal("sigstoreSigned dev@example.com (https://issuer.example.com), CA in the policy, log in the policy",
            Words(Fulcio with { InlineKey = true }));
        Assert.Equal("sigstoreSigned dev@example.com and ci.example.com, CA /k/ca.pem, intermediates /k/middle.pem",
            Words(Pki with { SubjectEmail = "dev@example.com", CAIntermediatesPath = "/k/middle.pem" }));
        Assert.Equal(["dev@example.com (https://issuer.example.com)", "ci.example.com (/k/ca.pem)", "ci.example.com (CA in the policy)"],
            RequirementText.Subjects([.. Build(Fulcio), .. Build(Pki), .. Build(Pki with { InlineKey = true }), .. Build(Keys)]));
    }
}
