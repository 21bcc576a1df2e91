using System.Text;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Tests.Policy;
using ContainerTrust.Engine.Tests.Sigstore;

namespace ContainerTrust.Engine.Tests.ImagePolicies;

/// <summary>What holds of every entry: it becomes a document that the schema takes and that says what the entry says, or an error with an
/// id.</summary>
public sealed class ImagePolicyPropertyTests : IDisposable
{
    private static readonly string[] ScopeParts =
    [
        "quay", "io", "example.com", "localhost", "localhost:5000", "registry.example.com:5000", "10.0.0.1", "a-b", "a_b", "a__b", "a___b",
        "a..b", "a--b", "-a", "a-", "Upper", "UPPER.example.com",
        "*", "*.example.com", "*.com", "**", ":v1", ":latest", ":", "@",
        "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "@sha512:aa", "@md5:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/", "/", "/", ".", "_", "é", " ", "\n", "\"", "'", "#", "{", "\u2028", "\ud800", "null", "0x10", "1e3", "team", "app",
        "openshift.example.com",
    ];

    private static readonly string[] Words = ["dev@example.com", "a+b@example.com", "@", "a@", "@b", "a@@b", "\"a b\"@c", "true@null",
        "#a@b", "a: b@c", "a@b #c", "é@ü.example", "a@b\u0085c", "a@\u200bb", "a@b\ud83d\ude00", "\ud800@b", "'a'@b\\", "-@-",
        "null@", "a\n@b"];

    private readonly PolicyHost _host = new();

    public void Dispose() => _host.Dispose();

    [SkippableFact]
    public void Random_entries_become_valid_documents_or_errors()
    {
        CrdSchema cluster = CrdSchema.Of("ClusterImagePolicy");
        CrdSchema namespaced = CrdSchema.Of("ImagePolicy");
        int documents = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            RandomPolicy random = new(seed);
            ImageTrust entry = Entry(random);
            bool isNamespaced = seed % 2 == 0;
            ImagePolicyConversion conversion = _host.Convert([entry], @namespace: isNamespaced ? "team" : null);
            Assert.Equal(1, conversion.Documents.Count + conversion.Refusals.Count);
            foreach (TrustException refusal in conversion.Refusals)
            {
                Assert.Matches("^[A-Z][A-Za-z0-9]+$", refusal.ErrorId);
                Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(refusal.Message, char.IsControl);
            }

            foreach (ImagePolicyDocument document in conversion.Documents)
            {
                documents++;
                Assert.Empty((isNamespaced ? namespaced : cluster).Faults(document.Yaml));
                AssertSaysTheSame(entry, document);
            }
        }

        Assert.InRange(documents, 300, 2700);
    }

    [SkippableFact]
    public void Scopes_are_those_of_the_schema_as_far_as_images_can_have_them()
    {
        CrdSchema schema = CrdSchema.Of("ClusterImagePolicy");
        Random random = new(17);
        int taken = 0;
        for (int i = 0; i < 10_000; i++)
        {
            string scope = string.Concat(Enumerable.Range(0, 1 + random.Next(5)).Select(_ => ScopeParts[random.Next(ScopeParts.Length)]));
            bool bySchema = schema.ScopeFaults(scope).Count == 0;
            bool byUs = ImagePolicyScopes.Refusal(scope) is null;
            taken += byUs ? 1 : 0;
            Assert.True(bySchema || !byUs, scope);

            // The schema also takes a registry with a tag, and digests of algorithms that nobody knows; no image is looked up so.
            if (bySchema && !byUs)
                Assert.True(TransportScopes.Unreachable(scope, out _) is not null || scope.Contains('@', StringComparison.Ordinal), scope);
        }

        Assert.InRange(taken, 200, 9_500);
    }

    [SkippableFact]
    public void Names_in_identities_are_those_of_the_schema()
    {
        CrdSchema schema = CrdSchema.Of("ClusterImagePolicy");
        Random random = new(18);
        int taken = 0;
        for (int i = 0; i < 10_000; i++)
        {
            string name = string.Concat(Enumerable.Range(0, 1 + random.Next(5)).Select(_ => ScopeParts[random.Next(ScopeParts.Length)]));
            bool byUs = ImagePolicyScopes.IdentityRefusal(name) is null;
            taken += byUs ? 1 : 0;
            Assert.True(byUs == (schema.RepositoryFaults(name).Count == 0), name);
        }

        Assert.InRange(taken, 200, 9_500);
    }

    [SkippableFact]
    public void Subjects_are_never_more_than_the_schema_takes()
    {
        CrdSchema schema = CrdSchema.Of("ClusterImagePolicy");
        Random random = new(19);
        string[] parts = [.. Words, .. ScopeParts];
        foreach (string text in Enumerable.Range(0, 3_000)
            .Select(_ => string.Concat(Enumerable.Range(0, 1 + random.Next(3)).Select(_ => parts[random.Next(parts.Length)]))))
        {
            Assert.True(Subjects.EmailRefusal(text) is not null || schema.EmailFaults(text).Count == 0, text);
            Assert.True(Subjects.HostnameRefusal(text) is null == (schema.HostnameFaults(text).Count == 0), text);
        }

        Assert.Null(Subjects.EmailRefusal(new string('a', 318) + "@b"));
        Assert.NotNull(Subjects.EmailRefusal(new string('a', 319) + "@b"));
        Assert.NotNull(Subjects.HostnameRefusal(new string('a', 254)));
        Assert.NotNull(Subjects.HostnameRefusal("*."));
    }

    [Theory]
    [InlineData("https://accounts.google.com", true)]
    [InlineData("https://github.com/login/oauth", true)]
    [InlineData("https://login.example.com:8443/realms/a%20b?x=1&y=~", true)]
    [InlineData("accounts.google.com", false)]
    [InlineData("/login", false)]
    [InlineData("https://", false)]
    [InlineData("https:///a", false)]
    [InlineData("https://a b", false)]
    [InlineData("https://a/%zz", false)]
    [InlineData("https://a/b c", false)]
    [InlineData("https://a/\u00e9", false)]
    [InlineData("https://user@a/", false)]
    [InlineData("1https://a/", false)]
    [InlineData("", false)]
    public void Issuers_are_plain_URLs(string issuer, bool isPossible) => Assert.Equal(isPossible, Subjects.IssuerRefusal(issuer) is null);

    [Fact]
    public void Names_are_possible_and_depend_on_nothing_but_the_scope()
    {
        Dictionary<string, string> names = [];
        string[] alike =
        [
            "quay.io/a/b", "quay.io/a-b", "quay.io/a_b", "quay.io-a-b", "quay.io/a/b:v1", "quay.io/a/b-v1", "quay.io:5000", "quay.io/5000",
            "*.example.com", "wildcard.example.com",
            "QUAY.io", "quay.io", "openshift.example.com", "registry-openshift.example.com", "Openshift.example.com", "localhost",
            "localhost:5000", "a.example.com/__x", $"a.example.com/{new string('x', 300)}",
            $"a.example.com/{new string('x', 301)}",
        ];
        foreach (string scope in alike)
        {
            string name = PolicyNames.FromScope(scope);
            PolicyNames.RequireName(name);
            Assert.True(names.TryAdd(name, scope), $"{scope} and {names[name]} are both {name}");
            Assert.Equal(name, PolicyNames.FromScope(scope));
        }

        Assert.Equal("quay.io", PolicyNames.FromScope("quay.io"));
        Assert.Matches("^quay\\.io-a-b-[0-9a-f]{10}$", PolicyNames.FromScope("quay.io/a/b"));
        Assert.Matches("^wildcard\\.example\\.com-[0-9a-f]{10}$", PolicyNames.FromScope("*.example.com"));
    }

    [SkippableFact]
    public void Damaged_files_become_valid_documents_or_errors()
    {
        CrdSchema schema = CrdSchema.Of("ClusterImagePolicy");
        Random random = new(23);
        int documents = 0;
        byte[] key = Encoding.UTF8.GetBytes(TestPemKeys.P256 + "\n");
        byte[] bundle = Encoding.UTF8.GetBytes(TestCertificates.Root + TestCertificates.Intermediate);
        for (int i = 0; i < 1000; i++)
        {
            bool isKey = i % 2 == 0;
            byte[] damaged = Damage(isKey ? key : bundle, random);
            SigstoreSignedRequirement requirement = isKey
                ? new() { KeyData = Convert.ToBase64String(damaged) }
                : new() { Pki = new PkiIdentity { CaRootsData = Convert.ToBase64String(damaged), SubjectEmail = "dev@example.com" } };
            ImagePolicyConversion conversion = _host.Convert([PolicyHost.Entry("quay.example.com", requirement)]);
            Assert.Equal(1, conversion.Documents.Count + conversion.Refusals.Count);
            foreach (ImagePolicyDocument document in conversion.Documents)
            {
                documents++;
                Assert.Empty(schema.Faults(document.Yaml));
            }
        }

        Assert.InRange(documents, 10, 950);
    }

    private static byte[] Damage(byte[] content, Random random)
    {
        List<byte> bytes = [.. content];
        for (int n = 1 + random.Next(3); n > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(80), bytes.Count - at - 1));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(0, Math.Min(random.Next(200), bytes.Count)));
                    break;
                default:
                    bytes.AddRange("\r\n"u8.ToArray());
                    break;
            }
        }

        return [.. bytes];
    }

    // Requirements of every kind; keys and certificates that exist more often than not.
    private static ImageTrust Entry(RandomPolicy random)
    {
        TrustRequirement[] requirements = random.Random.Next(5) == 0 ? random.Requirements() : [Sigstore(random)];
        string scope = random.Random.Next(4) == 0
            ? string.Concat(Enumerable.Range(0, 1 + random.Random.Next(4)).Select(_ => random.Pick(ScopeParts)))
            : random.Pick("quay.example.com", "registry.example.com:5000/team", "*.example.com", "localhost:5000",
                "registry.example.com/app:v1");
        return PolicyHost.Entry(scope, requirements) with { Transport = random.Random.Next(10) == 0 ? random.Transport() : "docker" };
    }

    private static SigstoreSignedRequirement Sigstore(RandomPolicy random)
    {
        string Key() => random.Pick("/keys/cosign.pub", "/keys/other.pub", "/keys/rsa.pub", "/keys/rekor.pub", "/keys/ca.pem",
            "/keys/gone.pub");
        string Ca() => random.Pick("/keys/ca.pem", "/keys/middle.pem", "/keys/ca.pem", "/keys/cosign.pub");
        SigstoreSignedRequirement r = random.SigstoreSigned() with { KeyPath = null, KeyPaths = null, KeyData = null, KeyDatas = null,
            Fulcio = null, Pki = null };
        r = random.Random.Next(3) > 0
            ? r with { RekorPublicKeyPath = null, RekorPublicKeyPaths = null, RekorPublicKeyData = null, RekorPublicKeyDatas = null } : r;
        string email = random.Pick(Words);
        return random.Random.Next(4) switch
        {
            0 => r with { Fulcio = new FulcioIdentity
                { CaPath = Ca(), OidcIssuer = random.Pick("https://login.example.com", "https://a b/", "x"), SubjectEmail = email },
                RekorPublicKeyPath = "/keys/rekor.pub" },
            1 => r with { Pki = new PkiIdentity
                { CaRootsPath = Ca(), CaIntermediatesPath = random.Pick(null, "/keys/middle.pem"), SubjectEmail = random.Pick(null, email),
                SubjectHostname = random.Pick(null, "ci.example.com", "*.ci.example.com", "CI") } },
            _ => r with { KeyPath = Key() },
        };
    }

    private static void AssertSaysTheSame(ImageTrust entry, ImagePolicyDocument document)
    {
        YamlNode root = CrdSchema.Parse(document.Yaml);
        Assert.Equal(document.Name, CrdSchema.Value(root, "metadata.name"));
        Assert.Equal(document.Namespace, CrdSchema.Value(root, "metadata.namespace"));
        YamlNode scopes = CrdSchema.Get(CrdSchema.Get(root, "spec")!, "scopes")!;
        Assert.Equal(entry.Registry, Assert.Single(scopes.Children!).Value);
        SigstoreSignedRequirement r = Assert.IsType<SigstoreSignedRequirement>(Assert.Single(entry.Requirements));
        const string Trust = "spec.policy.rootOfTrust.";
        Assert.Equal(r.Fulcio?.SubjectEmail, CrdSchema.Value(root, Trust + "fulcioCAWithRekor.fulcioSubject.signedEmail"));
        Assert.Equal(r.Fulcio?.OidcIssuer, CrdSchema.Value(root, Trust + "fulcioCAWithRekor.fulcioSubject.oidcIssuer"));
        Assert.Equal(r.Pki?.SubjectEmail, CrdSchema.Value(root, Trust + "pki.pkiCertificateSubject.email"));
        Assert.Equal(r.Pki?.SubjectHostname, CrdSchema.Value(root, Trust + "pki.pkiCertificateSubject.hostname"));
        Assert.Equal(r.SignedIdentity?.Type, CrdSchema.Value(root, "spec.policy.signedIdentity.matchPolicy") is { } policy
            ? char.ToLowerInvariant(policy[0]) + policy[1..] : null);
    }
}
