using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.OpenPgp.Packets;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Looser;

namespace ContainerTrust.Engine.Tests.Trust.Looser;

/// <summary>What accepts more than before is said, whatever changes it; and what does not is not.</summary>
public sealed class LooserScopesTests : IDisposable
{
    private const string PolicyPath = TrustLocations.SystemPolicyPath;
    private const string Accept = """{"type":"insecureAcceptAnything"}""";
    private const string Reject = """{"type":"reject"}""";
    private const string Weaker = "Images are accepted with fewer or weaker checks than before: ";
    private const string Unchecked = "Images are accepted without a check that were not before: ";

    private static readonly ClaimSigner s_alice = new("Alice <alice@example.com>"), s_bob = new("Bob <bob@example.com>");

    private readonly ScratchRoot _root = new();

    public void Dispose() => _root.Dispose();

    private static string Keys(params string[] files) => Named(null, files);

    private static string Named(string? identity, params string[] files)
    {
        string keys = files.Length == 1 ? $"\"keyPath\":\"{files[0]}\""
            : $"\"keyPaths\":[{string.Join(',', files.Select(static f => $"\"{f}\""))}]";
        return $$"""{"type":"signedBy","keyType":"GPGKeys",{{keys}}{{(identity is null ? "" : $",\"signedIdentity\":{identity}")}}}""";
    }

    private static string Type(string type, string rest = "") => $$"""{"type":"{{type}}"{{rest}}}""";

    private static string Sigstore(string members) => $$"""{"type":"sigstoreSigned",{{members}}}""";

    private static PolicyDocument Document(string scopes, string @default = Reject) => PolicyReader.Read(
        Encoding.UTF8.GetBytes($$"""{"default":[{{@default}}],"transports":{ {{scopes}} } }"""), "/p.json");

    private static PolicyDocument One(string requirements) => Document($"\"docker\":{{\"a.example.com\":[{requirements}]}}");

    private static string? Describe(PolicyDocument before, PolicyDocument after) => LooserScopes.Describe(LooserScopes.Find(before, after));

    public static TheoryData<string, string, string?> Lists()
    {
        string exact = Type("matchExact"), repository = Type("matchRepository"), a = Keys("/a"), b = Keys("/b"), c = Keys("/c"),
            ab = Keys("/a", "/b");
        const string Log = "\"rekorPublicKeyPath\":\"/log\"";
        string reference(string text) => Type("exactReference", $",\"dockerReference\":\"{text}\"");
        string all(string text) => Type("exactRepository", $",\"dockerRepository\":\"{text}\"");
        return new TheoryData<string, string, string?>
        {
            // What is not looser.
            { a, Reject, null },
            { a, a, null },
            { Accept, a, null },
            { Accept, Reject, null },
            { Reject, Type("signedBaseLayer", ",\"baseLayerIdentity\":{\"type\":\"matchExact\"}"), null },
            { Reject, """{"type":"signedBy","keyType":"X509Certificates","keyPath":"/a"}""", null },
            { a, $"{a},{b}", null },
            { a, $"{Accept},{a}", null },
            { $"{a},{b}", $"{b},{a}", null },
            { ab, a, null },
            { $"{ab},{Keys("/a", "/c")}", a, null },
            { a, Named(exact, "/a"), null },
            { Named(repository, "/a"), a, null },
            { Named(all("r.example/x"), "/a"), Named(reference("r.example/x:1"), "/a"), null },
            { Sigstore("\"keyPath\":\"/a\""), Sigstore($"\"keyPath\":\"/a\",{Log}"), null },

            // Another of its kind in its place is a change.
            { a, b, null },
            { $"{a},{b}", $"{a},{c}", null },
            { a, Sigstore("\"keyPath\":\"/a.pub\""), null },
            { Named(reference("r.example/x:1"), "/a"), Named(reference("r.example/x:2"), "/a"), null },

            // What is.
            { Reject, Accept, "reject -> accept" },
            { a, Accept, "signedBy /a -> accept" },
            { Reject, a, "reject -> signedBy /a" },
            { $"{a},{b}", a, "fewer requirements: signedBy /a and signedBy /b -> signedBy /a" },
            { $"{a},{b}", c, "fewer requirements: signedBy /a and signedBy /b -> signedBy /c" },
            { $"{a},{b}", $"{a},{a}", "fewer requirements: signedBy /a and signedBy /b -> signedBy /a and signedBy /a" },
            { a, ab, "more keys: signedBy /a -> signedBy any of /a, /b" },
            { a, Keys("/b", "/c"), "more keys: signedBy /a -> signedBy any of /b, /c" },
            { a, Named(repository, "/a"), "a wider identity: signedBy /a -> signedBy /a (matchRepository)" },
            { Named(exact, "/a"), Named(repository, "/b"), "a wider identity: signedBy /a (matchExact) -> signedBy /b (matchRepository)" },
            { Named(exact, "/a"), a, "a wider identity: signedBy /a (matchExact) -> signedBy /a" },
            { a, Named(all("r.example/x"), "/a"), "a wider identity: signedBy /a -> signedBy /a (exactRepository r.example/x)" },
            { Named(reference("r.example/x:1"), "/a"), Named(all("r.example/x"), "/a"),
                "a wider identity: signedBy /a (exactReference r.example/x:1) -> signedBy /a (exactRepository r.example/x)" },
            { Sigstore($"\"keyPath\":\"/a\",{Log}"), Sigstore("\"keyPath\":\"/a\""),
                "no log: sigstoreSigned /a, log /log -> sigstoreSigned /a" },
            { Sigstore($"\"keyPath\":\"/a\",{Log}"), Sigstore("\"keyPath\":\"/a\",\"rekorPublicKeyPaths\":[\"/log\",\"/other\"]"),
                "more logs: sigstoreSigned /a, log /log -> sigstoreSigned /a, log any of /log, /other" },
            { Sigstore("\"pki\":{\"caRootsPath\":\"/r\",\"subjectEmail\":\"a@b.c\",\"subjectHostname\":\"h\"}"),
                Sigstore("\"pki\":{\"caRootsPath\":\"/r\",\"subjectEmail\":\"a@b.c\"}"),
                "fewer subjects: sigstoreSigned a@b.c and h, CA /r -> sigstoreSigned a@b.c, CA /r" },
            { Sigstore("\"pki\":{\"caRootsPath\":\"/r\",\"subjectEmail\":\"a@b.c\"}"),
                Sigstore("\"pki\":{\"caRootsPath\":\"/r\",\"caIntermediatesPath\":\"/i\",\"subjectEmail\":\"a@b.c\"}"),
                "more intermediate CAs: sigstoreSigned a@b.c, CA /r -> sigstoreSigned a@b.c, CA /r, intermediates /i" },
            { Sigstore("\"pki\":{\"caRootsPath\":\"/r\",\"caIntermediatesPath\":\"/i\",\"subjectEmail\":\"a@b.c\"}"),
                Sigstore("\"pki\":{\"caRootsPath\":\"/r\",\"subjectEmail\":\"a@b.c\"}"), null },
        };
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void Lists_are_compared(string before, string after, string? expected)
    {
        string? said = Describe(One(before), One(after));
        string begin = expected?.EndsWith("accept", StringComparison.Ordinal) == true ? Unchecked : Weaker;
        Assert.Equal(expected is null ? null : $"{begin}a.example.com ({expected}).", said);
    }

    /// <summary>Scopes that only one of the policies has are governed by what is above them in the other.</summary>
    [Theory]
    [InlineData("\"docker\":{\"a.example.com\":[R]}", "", "A", "a.example.com (reject -> accept)")]
    [InlineData("\"docker\":{\"a.example.com\":[R]}", "", "R", null)]
    [InlineData("\"docker\":{\"a.example.com\":[R]}", "\"docker\":{\"a.example.com\":[R],\"a.example.com/b\":[A]}", "R",
        "a.example.com/b (reject -> accept)")]
    [InlineData("\"docker\":{\"a.example.com\":[A]}", "\"docker\":{\"a.example.com\":[A],\"a.example.com/b\":[R]}", "R", null)]
    [InlineData("\"docker\":{\"*.example.com\":[R],\"b.example.com/x:1\":[R]}", "\"docker\":{\"*.example.com\":[A]}", "R",
        "*.example.com (reject -> accept), b.example.com/x:1 (reject -> accept)")]
    [InlineData("\"docker\":{\"b.example.com/x\":[A]}", "\"docker\":{\"b.example.com/x\":[A],\"b.example.com/x:1\":[A]}", "R", null)]
    [InlineData("\"docker\":{\"\":[R],\"a.example.com\":[R]}", "\"docker\":{\"a.example.com\":[R]}", "A",
        "all of docker (reject -> accept)")]
    [InlineData("\"dir\":{\"/srv\":[R]}", "\"dir\":{\"/srv\":[R],\"/srv/x\":[A]}", "R", "dir:/srv/x (reject -> accept)")]
    [InlineData("\"containers-storage\":{\"[/g]\":[R]}", "\"containers-storage\":{\"[/g]\":[R],\"[/g]a.example.com/x\":[A]}", "R",
        "containers-storage:[/g]a.example.com/x (reject -> accept)")]
    [InlineData("\"oci\":{}", "\"oci\":{\"\":[A]}", "R", "all of oci (reject -> accept)")]
    public void Scopes_are_those_of_both(string before, string after, string @default, string? expected)
    {
        static string Fill(string text) => text.Replace("[R]", $"[{Reject}]", StringComparison.Ordinal)
            .Replace("[A]", $"[{Accept}]", StringComparison.Ordinal);
        string rest = @default == "A" ? Accept : Reject;
        Assert.Equal(expected is null ? null : $"{Unchecked}{expected}.",
            Describe(Document(Fill(before), rest), Document(Fill(after), rest)));
    }

    [Fact]
    public void The_default_is_one_and_many_are_counted()
    {
        string some = string.Join(',', Enumerable.Range(0, 7).Select(static i => $"\"r{i}.example.com\":[{Reject}]"));
        Assert.Equal($"{Unchecked}the default (reject -> accept), r0.example.com (reject -> accept), r1.example.com (reject -> accept), "
            + "r2.example.com (reject -> accept), r3.example.com (reject -> accept) and 3 more.",
            Describe(Document($"\"docker\":{{ {some} }}"), Document("", Accept)));
        Assert.Equal($"{Unchecked}b.example.com (reject -> accept). {Weaker}a.example.com (reject -> signedBy /a).",
            Describe(Document(""), Document($"\"docker\":{{\"a.example.com\":[{Keys("/a")}],\"b.example.com\":[{Accept}]}}")));
    }

    /// <summary>A file with more keys in it in place of another is more keys; a copy of a file is the same.</summary>
    [Fact]
    public void Keys_are_told_by_what_they_are()
    {
        WriteKeys("/keys/a", s_alice);
        WriteKeys("/keys/copy", s_alice);
        WriteKeys("/keys/b", s_bob);
        WriteKeys("/keys/both", s_alice, s_bob);
        Assert.Null(Swap("/keys/a", "/keys/copy"));
        Assert.Null(Swap("/keys/a", "/keys/b"));
        Assert.Null(Swap("/keys/both", "/keys/a"));
        Assert.Null(Swap("/keys/a", "/keys/missing"));
        Assert.Null(Swap(["/keys/a"], ["/keys/a", "/keys/copy"]));
        Assert.Equal($"{Weaker}a.example.com (more keys: signedBy /keys/a -> signedBy /keys/both).", Swap("/keys/a", "/keys/both"));
        Assert.Equal($"{Weaker}a.example.com (more keys: signedBy /keys/copy -> signedBy any of /keys/a, /keys/b).",
            Swap(["/keys/copy"], ["/keys/a", "/keys/b"]));
    }

    [Fact]
    public void A_file_that_revokes_another_ones_key_is_missed()
    {
        TestSigner first = TestSigner.EcdsaP256(), second = TestSigner.EcdsaP256(TestPackets.Created + 5);
        WriteKeys("/keys/first", first.Certificate());
        WriteKeys("/keys/second", second.Certificate(),
            first.Sign(SignatureType.KeyRevocation, first.Hashed, TestPackets.Created + 50));
        Assert.Equal($"{Weaker}a.example.com (a key that was revoked: signedBy any of /keys/first, /keys/second -> signedBy /keys/first).",
            Swap(["/keys/first", "/keys/second"], ["/keys/first"]));
        Assert.Null(Swap(["/keys/first", "/keys/second"], ["/keys/second"]));
    }

    private string? Swap(string before, string after) => Swap([before], [after]);

    private string? Swap(string[] before, string[] after)
    {
        _root.Write(PolicyPath, $"{{\"default\":[{Reject}],\"transports\":{{\"docker\":{{\"a.example.com\":[{Keys(before)}] }} }} }}");
        SignedByRequirement next = after.Length == 1 ? new() { KeyPath = after[0] } : new() { KeyPaths = after };
        return _root.Open().Preview([Set("a.example.com", next)]).Warnings
            .SingleOrDefault(static w => w.StartsWith("Images", StringComparison.Ordinal));
    }

    private void WriteKeys(string path, params ClaimSigner[] signers) =>
        WriteKeys(path, [.. signers.Select(static s => s.PublicKey)]);

    private void WriteKeys(string path, params byte[][] packets)
    {
        _root.Write(path, "");
        File.WriteAllBytes(_root.Full(path), [.. packets.SelectMany(static p => p)]);
    }

    private static TrustChange Set(string registry, TrustRequirement requirement) =>
        new() { Transport = "docker", Registry = registry, Requirements = [requirement] };

    [Fact]
    public void Every_change_says_it_once()
    {
        _root.Write(PolicyPath,
            $"{{\"default\":[{Accept}],\"transports\":{{\"docker\":{{\"a.example.com\":[{Reject}],\"b.example.com\":[{Reject}] }} }} }}");
        Once($"{Unchecked}a.example.com (reject -> accept).", Set("a.example.com", new AcceptRequirement()));
        Once($"{Unchecked}b.example.com (reject -> accept).",
            new TrustChange { Transport = "docker", Registry = "b.example.com", Remove = true });
        Once(null, Set("c.example.com", new RejectRequirement()));
        Once(null, new TrustChange { Transport = "all", Registry = "default", IsDefault = true, Requirements = [new RejectRequirement()] });
        Once($"{Unchecked}the default (reject -> accept).",
            new TrustChange { Transport = "all", Registry = "default", IsDefault = true, Requirements = [new AcceptRequirement()] });
        Once($"{Unchecked}c.example.com/d (reject -> accept).", Set("c.example.com/d", new AcceptRequirement()));
        Once($"{Weaker}c.example.com (reject -> signedBy /a).", Set("c.example.com", new SignedByRequirement { KeyPath = "/a" }));
        Once(null, Set("c.example.com", new SignedByRequirement { KeyPath = "/b" }));
    }

    private void Once(string? expected, TrustChange change)
    {
        string[] said = expected is null ? [] : [expected];
        Assert.Equal(said, _root.Open().Preview([change]).Warnings);
        _root.Warnings.Clear();
        Assert.Equal(said, _root.Apply(change).Warnings);
        Assert.Equal(said, _root.Warnings);
    }

    [Fact]
    public void A_policy_with_ten_thousand_scopes_is_no_long_wait()
    {
        string many = string.Join(',', Enumerable.Range(0, 10_000).Select(static i => $"\"r{i}.example.com/a/b/c\":[{Keys("/a")}]"));
        PolicyDocument before = Document($"\"docker\":{{ {many} }}"), after = Document("", Accept);
        long start = Environment.TickCount64;
        Assert.Equal(10_001, LooserScopes.Find(before, after).Count);
        Assert.Empty(LooserScopes.Find(before, before));
        Assert.InRange(Environment.TickCount64 - start, 0, 10_000);
    }
}
