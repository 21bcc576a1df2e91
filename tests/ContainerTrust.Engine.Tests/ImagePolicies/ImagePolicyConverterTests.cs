using System.Text;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Tests.Sigstore;

namespace ContainerTrust.Engine.Tests.ImagePolicies;

public sealed class ImagePolicyConverterTests : IDisposable
{
    private readonly PolicyHost _host = new();

    public static TheoryData<string> Kinds =>
        ["key", "keyPaths", "keyData", "keyDatas", "rekor", "rekorData", "rekorPaths", "fulcio", "fulcioData", "pki", "pkiData", "pkiHost"];

    public static TheoryData<string> Identities =>
        ["none", "matchRepoDigestOrExact", "matchRepository", "exactRepository", "remapIdentity"];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_public_key_becomes_this_document()
    {
        ImagePolicyDocument document = _host
            .One(PolicyHost.Entry("quay.example.com",
            PolicyHost.ByKey() with { RekorPublicKeyPath = "/keys/rekor.pub", SignedIdentity = new MatchRepositoryIdentity() }));
        Assert.Equal(
            $"""
            apiVersion: config.openshift.io/v1
            kind: ClusterImagePolicy
            metadata:
              name: quay.example.com
            spec:
              scopes:
                - quay.example.com
              policy:
                rootOfTrust:
                  policyType: PublicKey
                  publicKey:
                    keyData: {_host.Data("/keys/cosign.pub")}
                    rekorKeyData: {_host.Data("/keys/rekor.pub")}
                signedIdentity:
                  matchPolicy: MatchRepository

            """,
            document.Yaml);
        Assert.Equal(document.Yaml, document.ToString());
        Assert.Equal(("ClusterImagePolicy", "quay.example.com", null, "PublicKey", "MatchRepository"),
            (document.Kind, document.Name, document.Namespace, document.PolicyType, document.MatchPolicy));
        Assert.Equal(["quay.example.com"], document.Scopes);
        Assert.Empty(_host.Warnings);
    }

    [SkippableTheory]
    [MemberData(nameof(Kinds))]
    public void Every_root_of_trust_is_valid_by_the_schema_and_carries_the_files(string kind)
    {
        ImageTrust entry = PolicyHost.Entry("registry.example.com:5000/team/app", Requirement(kind));
        ImagePolicyDocument document = _host.One(entry);
        Assert.Empty(CrdSchema.Of("ClusterImagePolicy").Faults(document.Yaml));
        YamlNode root = CrdSchema.Get(CrdSchema.Get(CrdSchema.Get(CrdSchema.Parse(document.Yaml), "spec")!, "policy")!, "rootOfTrust")!;
        Assert.Equal(document.PolicyType, CrdSchema.Value(root, "policyType"));
        string rekor = _host.Data("/keys/rekor.pub");
        string ca = _host.Data("/keys/ca.pem");
        switch (document.PolicyType)
        {
            case "PublicKey":
                Assert.Equal(_host.Data("/keys/cosign.pub"), CrdSchema.Value(root, "publicKey.keyData"));
                Assert.Equal(kind.StartsWith("rekor", StringComparison.Ordinal) ? rekor : null,
                    CrdSchema.Value(root, "publicKey.rekorKeyData"));
                break;
            case "FulcioCAWithRekor":
                Assert.Equal((ca, rekor),
                    (CrdSchema.Value(root, "fulcioCAWithRekor.fulcioCAData"), CrdSchema.Value(root, "fulcioCAWithRekor.rekorKeyData")));
                Assert.Equal(("https://login.example.com/oauth", "dev@example.com"),
                    (CrdSchema.Value(root, "fulcioCAWithRekor.fulcioSubject.oidcIssuer"),
                    CrdSchema.Value(root, "fulcioCAWithRekor.fulcioSubject.signedEmail")));
                break;
            default:
                Assert.Equal(ca, CrdSchema.Value(root, "pki.caRootsData"));
                Assert.Equal(kind == "pkiHost" ? null : _host.Data("/keys/middle.pem"), CrdSchema.Value(root, "pki.caIntermediatesData"));
                Assert.Equal((kind == "pkiHost" ? null : "dev@example.com", "*.ci.example.com"),
                    (CrdSchema.Value(root, "pki.pkiCertificateSubject.email"),
                    CrdSchema.Value(root, "pki.pkiCertificateSubject.hostname")));
                break;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Identities))]
    public void Every_identity_is_valid_by_the_schema_and_means_the_same(string type)
    {
        ImagePolicyConversion conversion = _host
            .Convert([PolicyHost.Entry("registry.example.com", PolicyHost.ByKey() with { SignedIdentity = Identity(type) })],
            @namespace: "team-a");
        ImagePolicyDocument document = Assert.Single(conversion.Documents);
        Assert.Equal(("ImagePolicy", "team-a"), (document.Kind, document.Namespace));
        Assert.Empty(CrdSchema.Of("ImagePolicy").Faults(document.Yaml));
        YamlNode policy = CrdSchema.Get(CrdSchema.Get(CrdSchema.Parse(document.Yaml), "spec")!, "policy")!;
        Assert.Equal(type == "none" ? null : char.ToUpperInvariant(type[0]) + type[1..],
            CrdSchema.Value(policy, "signedIdentity.matchPolicy"));
        Assert.Equal(document.MatchPolicy, CrdSchema.Value(policy, "signedIdentity.matchPolicy"));
        Assert.Equal(type == "exactRepository" ? "example.com:5000/app" : null,
            CrdSchema.Value(policy, "signedIdentity.exactRepository.repository"));
        Assert.Equal(type == "remapIdentity" ? "mirror.example.com" : null, CrdSchema.Value(policy, "signedIdentity.remapIdentity.prefix"));
        Assert.Equal(type == "remapIdentity" ? "vendor.example.com/images" : null,
            CrdSchema.Value(policy, "signedIdentity.remapIdentity.signedPrefix"));
    }

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox")]
    [InlineData("registry.example.com/app:v1", "registry.example.com/app")]
    [InlineData("example.com", "docker.io/library/example.com")]
    public void A_repository_is_written_as_policy_json_understands_it(string repository, string expanded)
    {
        ImagePolicyDocument document = _host
            .One(PolicyHost.Entry("quay.example.com",
            PolicyHost.ByKey() with { SignedIdentity = new ExactRepositoryIdentity { DockerRepository = repository } }));
        Assert.Equal(expanded, CrdSchema.Value(CrdSchema.Parse(document.Yaml), "spec.policy.signedIdentity.exactRepository.repository"));
    }

    [Theory]
    [InlineData("default", "DefaultNotPossible", "default")]
    [InlineData("daemon", "TransportNotPossible", "docker-daemon")]
    [InlineData("empty", "ScopeNotPossible", "empty scope")]
    [InlineData("shortHost", "ScopeNotPossible", "fully qualified domain name")]
    [InlineData("wildcardPath", "ScopeNotPossible", "wildcard")]
    [InlineData("longScope", "ScopeNotPossible", "512")]
    [InlineData("accept", "RequirementNotPossible", "accepts every image")]
    [InlineData("reject", "RequirementNotPossible", "blockedRegistries")]
    [InlineData("signedBy", "RequirementNotPossible", "signedBy")]
    [InlineData("baseLayer", "RequirementNotPossible", "signedBaseLayer")]
    [InlineData("both", "RequirementNotPossible", "2 requirements (signedBy, sigstoreSigned)")]
    [InlineData("twice", "RequirementNotPossible", "2 requirements (sigstoreSigned)")]
    [InlineData("none", "IncompleteEntry", "no requirements")]
    [InlineData("noList", "IncompleteEntry", "no requirements")]
    [InlineData("noKey", "IncompleteEntry", "a key, fulcio or pki")]
    [InlineData("twoSources", "IncompleteEntry", "a key, fulcio or pki")]
    [InlineData("keyPaths", "KeysNotPossible", "keyPaths")]
    [InlineData("keyDatas", "KeysNotPossible", "keyDatas")]
    [InlineData("rekorPaths", "KeysNotPossible", "rekorPublicKeyPaths")]
    [InlineData("rekorDatas", "KeysNotPossible", "rekorPublicKeyDatas")]
    [InlineData("rekorTwice", "IncompleteEntry", "a Rekor key")]
    [InlineData("fulcioNoRekor", "IncompleteEntry", "a Rekor key")]
    [InlineData("fulcioNoCa", "IncompleteEntry", "fulcio.caPath")]
    [InlineData("pkiRekor", "RequirementNotPossible", "pki and a Rekor key")]
    [InlineData("pkiNobody", "SubjectNotPossible", "neither")]
    [InlineData("pkiUpper", "SubjectNotPossible", "ci.example.com, which means the same")]
    [InlineData("email", "SubjectNotPossible", "e-mail address")]
    [InlineData("issuer", "SubjectNotPossible", "https://login.example.com")]
    [InlineData("matchExact", "IdentityNotPossible", "matchExact")]
    [InlineData("exactReference", "IdentityNotPossible", "exactReference")]
    [InlineData("remapPort", "IdentityNotPossible", "mirror.example.com:5000")]
    [InlineData("remapShort", "IdentityNotPossible", "fully qualified domain name")]
    [InlineData("rekorRsa", "RekorKeyNotEcdsa", "/keys/rsa.pub")]
    [InlineData("missing", "KeyFileNotFound", "/keys/gone.pub")]
    [InlineData("relative", "InvalidKeyPath", "absolute path")]
    [InlineData("noBase64", "InvalidKeyData", "keyData of 'quay.example.com'")]
    [InlineData("private", "PrivateKey", "keyData of 'quay.example.com'")]
    [InlineData("certificateAsKey", "NoUsableKey", "certificate")]
    [InlineData("keyAsCertificate", "InvalidCertificate", "/keys/cosign.pub:1")]
    [InlineData("noCertificate", "NoCertificate", "pki.caRootsData of 'quay.example.com'")]
    [InlineData("tooLong", "DataTooLong", "8192")]
    public void What_cannot_be_expressed_is_refused_by_name(string what, string errorId, string words)
    {
        TrustException error = _host.Refusal(Impossible(what));
        Assert.Equal(errorId, error.ErrorId);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Target);
    }

    [Fact]
    public void A_refused_entry_does_not_end_the_others()
    {
        ImagePolicyConversion conversion = _host
            .Convert([Impossible("default"), PolicyHost.Entry("a.example.com"), Impossible("accept"), PolicyHost.Entry("b.example.com")]);
        Assert.Equal(["a.example.com", "b.example.com"], conversion.Documents.Select(static d => d.Name));
        Assert.Equal(["DefaultNotPossible", "RequirementNotPossible"], conversion.Refusals.Select(static r => r.ErrorId));
        Assert.Empty(_host.Warnings);
    }

    [Theory]
    [InlineData("registry.example.com", "registry.example.com/prod")]
    [InlineData("registry.example.com/app", "registry.example.com/app:v1")]
    [InlineData("*.example.com", "registry.example.com:5000/prod")]
    [InlineData("registry.example.com", "registry.example.com")]
    public void A_refused_scope_that_falls_to_a_policy_above_it_is_warned_of(string above, string scope)
    {
        _host.Convert([PolicyHost.Entry(above), PolicyHost.Entry(scope, new RejectRequirement())]);
        Assert.Contains($"'{scope}' has become no policy", Assert.Single(_host.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry.example.com", "registry.example.com.evil.org/prod")]
    [InlineData("registry.example.com/app", "registry.example.com/apple")]
    [InlineData("*.example.com", "example.com")]
    public void A_refused_scope_beside_a_policy_is_not(string beside, string scope)
    {
        _host.Convert([PolicyHost.Entry(beside), PolicyHost.Entry(scope, new RejectRequirement())]);
        Assert.Empty(_host.Warnings);
    }

    [Theory]
    [InlineData("quay.io")]
    [InlineData("quay.io/openshift-release-dev")]
    [InlineData("quay.io/openshift-release-dev/ocp-release")]
    public void Scopes_of_the_cluster_s_own_images_are_warned_of(string scope)
    {
        _host.One(PolicyHost.Entry(scope));
        Assert.Contains("OpenShift itself", Assert.Single(_host.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_scope_that_governs_nothing_is_warned_of()
    {
        _host.One(PolicyHost.Entry("index.docker.io/team/app"));
        Assert.Contains("'docker.io/team/app'", Assert.Single(_host.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_demand_the_same_become_one_policy_with_a_name()
    {
        ImagePolicyDocument document = Assert
            .Single(_host.Convert([PolicyHost.Entry("b.example.com"), PolicyHost.Entry("a.example.com/x"),
            PolicyHost.Entry("b.example.com")], name: "vendor").Documents);
        Assert.Equal("vendor", document.Name);
        Assert.Equal(["b.example.com", "a.example.com/x"], document.Scopes);

        // The same key in a file and in the policy is the same demand.
        ImageTrust inline = PolicyHost.Entry("c.example.com", new SigstoreSignedRequirement { KeyData = _host.Data("/keys/cosign.pub") });
        Assert.Equal(2, Assert.Single(_host.Convert([PolicyHost.Entry("b.example.com"), inline], name: "vendor").Documents).Scopes.Count);
    }

    [Fact]
    public void Entries_that_demand_different_things_become_no_policy_with_a_name()
    {
        ImageTrust other = PolicyHost.Entry("a.example.com", new SigstoreSignedRequirement { KeyPath = "/keys/other.pub" });
        TrustException error = Assert
            .Throws<TrustException>(() => _host.Convert([PolicyHost.Entry("b.example.com"), other], name: "vendor"));
        Assert.Equal("PoliciesDiffer", error.ErrorId);
        Assert.Contains("'b.example.com' and 'a.example.com'", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_policy_has_256_scopes_at_most()
    {
        ImageTrust[] entries = [.. Enumerable.Range(0, 257).Select(static i => PolicyHost.Entry($"r{i}.example.com"))];
        Assert.Equal("TooManyScopes", Assert.Throws<TrustException>(() => _host.Convert(entries, name: "many")).ErrorId);
        ImagePolicyDocument document = Assert.Single(_host.Convert(entries[1..], name: "many").Documents);
        Assert.Empty(CrdSchema.Of("ClusterImagePolicy").Faults(document.Yaml));
        Assert.Equal(257, _host.Convert(entries).Documents.Count);
    }

    [Fact]
    public void Contradicting_entries_for_one_scope_become_no_policy()
    {
        ImageTrust other = PolicyHost.Entry("a.example.com", new SigstoreSignedRequirement { KeyPath = "/keys/other.pub" });
        ImagePolicyConversion conversion = _host.Convert([PolicyHost.Entry("a.example.com"), other, PolicyHost.Entry("b.example.com")]);
        Assert.Equal("b.example.com", Assert.Single(conversion.Documents).Name);
        Assert.Equal(("ScopeConflict", "a.example.com"), (conversion.Refusals[0].ErrorId, conversion.Refusals[0].Target));
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("under_score")]
    [InlineData("-a")]
    [InlineData("a.")]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("ä")]
    public void What_is_no_name_is_refused(string name)
    {
        Assert.Equal("InvalidName", Assert.Throws<TrustException>(() => _host.Convert([], name: name)).ErrorId);
        Assert.Equal("InvalidNamespace", Assert.Throws<TrustException>(() => _host.Convert([], @namespace: name)).ErrorId);
    }

    [Fact]
    public void Names_that_are_the_cluster_s_own_or_too_long_are_refused()
    {
        Assert.Equal("ReservedName", Assert.Throws<TrustException>(() => _host.Convert([], name: "openshift")).ErrorId);
        Assert.Equal("ReservedName", Assert.Throws<TrustException>(() => _host.Convert([], name: "openshift-vendor")).ErrorId);
        Assert.Equal("InvalidName", Assert.Throws<TrustException>(() => _host.Convert([], name: new string('a', 254))).ErrorId);
        Assert.Equal("InvalidNamespace", Assert.Throws<TrustException>(() => _host.Convert([], @namespace: new string('a', 64))).ErrorId);
        Assert.Equal("InvalidNamespace", Assert.Throws<TrustException>(() => _host.Convert([], @namespace: "a.b")).ErrorId);
    }

    private static SignedIdentity? Identity(string type) => type switch
    {
        "matchRepoDigestOrExact" => new MatchRepoDigestOrExactIdentity(),
        "matchRepository" => new MatchRepositoryIdentity(),
        "exactRepository" => new ExactRepositoryIdentity { DockerRepository = "example.com:5000/app" },
        "remapIdentity" => new RemapIdentity { Prefix = "mirror.example.com", SignedPrefix = "vendor.example.com/images" },
        _ => null,
    };

    private SigstoreSignedRequirement Requirement(string kind)
    {
        string key = _host.Data("/keys/cosign.pub");
        string rekor = _host.Data("/keys/rekor.pub");
        string ca = _host.Data("/keys/ca.pem");
        return kind switch
        {
            "keyPaths" => new() { KeyPaths = ["/keys/cosign.pub"] },
            "keyData" => new() { KeyData = key },
            "keyDatas" => new() { KeyDatas = [key] },
            "rekor" => PolicyHost.ByKey() with { RekorPublicKeyPath = "/keys/rekor.pub" },
            "rekorData" => PolicyHost.ByKey() with { RekorPublicKeyData = rekor },
            "rekorPaths" => PolicyHost.ByKey() with { RekorPublicKeyPaths = ["/keys/rekor.pub"] },
            "fulcio" => PolicyHost.ByFulcio(),
            "fulcioData" => new() { Fulcio = PolicyHost.ByFulcio().Fulcio! with { CaPath = null, CaData = ca },
                RekorPublicKeyDatas = [rekor] },
            "pki" => PolicyHost.ByPki(),
            "pkiData" => new() { Pki = PolicyHost.ByPki().Pki! with { CaRootsPath = null, CaRootsData = ca, CaIntermediatesPath = null,
                CaIntermediatesData = _host.Data("/keys/middle.pem") } },
            "pkiHost" => new() { Pki = PolicyHost.ByPki().Pki! with { CaIntermediatesPath = null, SubjectEmail = null } },
            _ => PolicyHost.ByKey(),
        };
    }

    private ImageTrust Impossible(string what)
    {
        SigstoreSignedRequirement key = PolicyHost.ByKey();
        SigstoreSignedRequirement fulcio = PolicyHost.ByFulcio();
        PkiIdentity pki = PolicyHost.ByPki().Pki!;
        string data = _host.Data("/keys/cosign.pub");
        ImageTrust entry = PolicyHost.Entry("quay.example.com");
        return what switch
        {
            "default" => entry with { IsDefault = true, Transport = "all", Registry = "default" },
            "daemon" => entry with { Transport = "docker-daemon" },
            "empty" => entry with { Registry = "" },
            "shortHost" => entry with { Registry = "registry:5000/app" },
            "wildcardPath" => entry with { Registry = "*.example.com/app" },
            "longScope" => entry with { Registry = $"quay.example.com/{new string('a', 500)}" },
            "none" => entry with { Requirements = [] },
            "noList" => entry with { Requirements = null! },
            _ => entry with
            {
                Requirements = what switch
                {
                    "accept" => [new AcceptRequirement()],
                    "reject" => [new RejectRequirement()],
                    "signedBy" => [new SignedByRequirement { KeyPath = "/keys/a.asc" }],
                    "baseLayer" => [new SignedBaseLayerRequirement { BaseLayerIdentity = new MatchExactIdentity() }],
                    "both" => [new SignedByRequirement { KeyPath = "/keys/a.asc" }, key],
                    "twice" => [key, key],
                    "noKey" => [new SigstoreSignedRequirement()],
                    "twoSources" => [key with { KeyData = data }],
                    "keyPaths" => [new SigstoreSignedRequirement { KeyPaths = ["/keys/cosign.pub", "/keys/other.pub"] }],
                    "keyDatas" => [new SigstoreSignedRequirement { KeyDatas = [data, data] }],
                    "rekorPaths" => [key with { RekorPublicKeyPaths = ["/keys/rekor.pub", "/keys/other.pub"] }],
                    "rekorDatas" => [key with { RekorPublicKeyDatas = [data, data] }],
                    "rekorTwice" => [key with { RekorPublicKeyPath = "/keys/rekor.pub", RekorPublicKeyData = data }],
                    "fulcioNoRekor" => [fulcio with { RekorPublicKeyPath = null }],
                    "fulcioNoCa" => [fulcio with { Fulcio = fulcio.Fulcio! with { CaPath = null } }],
                    "pkiRekor" => [new SigstoreSignedRequirement { Pki = pki, RekorPublicKeyPath = "/keys/rekor.pub" }],
                    "pkiNobody" => [new SigstoreSignedRequirement { Pki = pki with { SubjectEmail = null, SubjectHostname = null } }],
                    "pkiUpper" => [new SigstoreSignedRequirement { Pki = pki with { SubjectHostname = "CI.example.com" } }],
                    "email" => [fulcio with { Fulcio = fulcio.Fulcio! with { SubjectEmail = "dev example.com" } }],
                    "issuer" => [fulcio with { Fulcio = fulcio.Fulcio! with { OidcIssuer = "login.example.com" } }],
                    "matchExact" => [key with { SignedIdentity = new MatchExactIdentity() }],
                    "exactReference" => [key with { SignedIdentity = new ExactReferenceIdentity
                        { DockerReference = "example.com/app:v1" } }],
                    "remapPort" => [key with { SignedIdentity = new RemapIdentity
                        { Prefix = "mirror.example.com:5000", SignedPrefix = "example.com" } }],
                    "remapShort" => [key with { SignedIdentity = new RemapIdentity
                        { Prefix = "mirror/team", SignedPrefix = "example.com" } }],
                    "rekorRsa" => [key with { RekorPublicKeyPath = "/keys/rsa.pub" }],
                    "missing" => [new SigstoreSignedRequirement { KeyPath = "/keys/gone.pub" }],
                    "relative" => [new SigstoreSignedRequirement { KeyPath = "keys/cosign.pub" }],
                    "noBase64" => [new SigstoreSignedRequirement { KeyData = "no base64" }],
                    "private" => [new SigstoreSignedRequirement
                        { KeyData = PolicyHost.Base64($"{TestPemKeys.P256}\n-----BEGIN EC PRIVATE " +
                        "KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n") }],
                    "certificateAsKey" => [new SigstoreSignedRequirement { KeyPath = "/keys/ca.pem" }],
                    "keyAsCertificate" => [new SigstoreSignedRequirement { Pki = pki with { CaRootsPath = "/keys/cosign.pub" } }],
                    "noCertificate" => [new SigstoreSignedRequirement { Pki = pki with { CaRootsPath = null, CaRootsData = "YQ==" } }],
                    "tooLong" => [new SigstoreSignedRequirement
                        { Pki = pki with { CaRootsPath = null,
                        CaRootsData = PolicyHost.Base64(string.Concat(Enumerable.Repeat(TestCertificates.Root, 20))) } }],
                    _ => throw new ArgumentException(what),
                },
            },
        };
    }
}
