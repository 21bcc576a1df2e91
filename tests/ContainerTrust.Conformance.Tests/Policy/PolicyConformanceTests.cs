using System.Text;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Conformance.Tests.Policy;

/// <summary>Our reader and skopeo accept the same policies.</summary>
public sealed partial class PolicyConformanceTests
{
    /// <summary>
    /// Members of <c>sigstoreSigned</c> that came after containers/image 5.23, which skopeo 1.9.3 and podman 4.3.1 of Debian 12 have:
    /// <c>fulcio</c>, <c>rekorPublicKeyPath</c> and <c>rekorPublicKeyData</c> with 5.24, the members of several keys with 5.33, <c>pki</c>
    /// with 5.35. An old tool refuses every policy that has one as an unknown key, so it cannot say whether ours is right.
    /// </summary>
    private static readonly HashSet<string> MembersSince523 = ["keyPaths", "keyDatas", "fulcio", "pki", "rekorPublicKeyPath",
        "rekorPublicKeyPaths", "rekorPublicKeyData", "rekorPublicKeyDatas"];

    /// <summary>What we refuse on purpose although the reference implementation accepts it: text that is not Unicode, which Go replaces by
    /// U+FFFD.</summary>
    private static readonly HashSet<string> DeliberateRefusals = ["PolicyInvalidText"];

    /// <summary>
    /// What we refuse as the newest reference implementation does, and this tool accepts: before 5.24 a <c>sigstoreSigned</c> with an empty
    /// path or null for its only key was read (and refused every image); and a build without the transport <c>atomic</c> takes any scope in
    /// it.
    /// </summary>
    private static bool IsKnownDifference(TrustException ours) =>
        (SkopeoPolicy.IsBefore524 && ours.ErrorId == "PolicyKeySource"
            && ours.Message.Contains("keyDatas, fulcio and pki must be there, but none is", StringComparison.Ordinal))
        || (!SkopeoPolicy.KnowsAtomic && ours is TrustFormatException { ErrorId: "PolicyInvalidScope" } e
            && e.DocumentPath.StartsWith("$.transports.atomic", StringComparison.Ordinal));

    [SkippableFact]
    public void Policies_made_by_hand_are_accepted_or_refused_by_both()
    {
        IReadOnlyList<(bool Accepted, string Policy)> table = PolicyTable.All;
        Assert.InRange(table.Count, 300, 1_000);
        Assert.Empty(table.GroupBy(static t => t.Policy).Where(static g => g.Count() > 1).Select(static g => g.Key));
        byte[][] policies = [.. table.Select(static t => PolicyTable.Bytes(t.Policy))];
        Compare(policies, least: 300);
        Assert.All(table, static t => Assert.True(Refusal(PolicyTable.Bytes(t.Policy)) is null == t.Accepted, t.Policy));
    }

    [SkippableFact]
    public void Every_member_with_every_kind_of_value_is_accepted_or_refused_by_both()
    {
        string[] values =
        [
            "null", "true", "0", "\"\"", "\"x\"", "\"YQ==\"", "\"GPGKeys\"", "[]", "[null]", "[\"\"]", "[\"/k\"]", "[\"YQ==\"]", "[1]",
            "[[1]]", "[300]", "{}", """{"type":"matchExact"}""",
            """{"caPath":"/c","oidcIssuer":"i","subjectEmail":"e"}""", """{"caRootsPath":"/r","subjectEmail":"e"}""",
        ];
        (string Type, string[] Members)[] kinds =
        [
            ("reject", ["keyPath"]),
            ("signedBaseLayer", ["baseLayerIdentity", "signedIdentity"]),
            ("signedBy", ["keyPath", "keyPaths", "keyData", "keyType", "signedIdentity", "keyDatas"]),
            ("sigstoreSigned", ["keyPath", "keyPaths", "keyData", "keyDatas", "fulcio", "pki", "rekorPublicKeyPath", "rekorPublicKeyPaths",
                "rekorPublicKeyData", "rekorPublicKeyDatas", "signedIdentity", "keyType"]),
        ];
        List<byte[]> policies = [];
        foreach ((string type, string[] members) in kinds)
        {
            foreach (string member in members)
            {
                foreach (string value in values)
                {
                    policies.Add(Policy($$"""{"type":"{{type}}","{{member}}":{{value}}}"""));
                    string rest = type switch
                    {
                        "signedBy" => member == "keyType" ? "\"keyPath\":\"/k\"," : "\"keyType\":\"GPGKeys\"," +
                            (member is "signedIdentity" ? "\"keyPath\":\"/k\"," : ""),
                        "sigstoreSigned" => member is "signedIdentity" or "keyType" || member.StartsWith("rekor", StringComparison.Ordinal)
                            ? "\"keyPath\":\"/k\"," : member == "fulcio" ? "\"rekorPublicKeyPath\":\"/r\"," : "",
                        _ => "",
                    };
                    if (rest.Length > 0)
                        policies.Add(Policy($$"""{"type":"{{type}}",{{rest}}"{{member}}":{{value}}}"""));
                }
            }
        }

        Compare(policies, least: 250);

        static byte[] Policy(string requirement) => PolicyTable.Bytes($$"""{"default":[{{requirement}}]}""");
    }

    [SkippableFact]
    public void Generated_policies_are_accepted_or_refused_by_both()
    {
        // Two policies of the table as one, each scope's list taken from anywhere: what is right stays right in company, and what is wrong
        // stays wrong.
        Random random = new(1);
        string[] lists = [.. PolicyTable.All.Select(static t => List().Match(t.Policy)).Where(static m => m.Success)
            .Select(static m => m.Groups[1].Value)];
        string[] good = [.. lists.Where(static l => Refusal(PolicyTable.Bytes($$"""{"default":{{l}}}""")) is null
            && MembersSince523.All(m => !l.Contains($"\"{m}\"", StringComparison.Ordinal)
            || l.Contains("signedBy\"", StringComparison.Ordinal)))];
        string[] scopes = ["", "/a", "/a/", "a", "example.com/ns/app", "[/a]b", "a/b/c/d"];
        string[] transports = ["docker", "dir", "oci", "atomic", "docker-archive", "containers-storage", "docker-daemon", "future"];
        List<byte[]> policies = [];
        for (int i = 0; i < 300; i++)
        {
            IEnumerable<string> sections = Enumerable.Range(0, random.Next(4)).Select(_ =>
                $"\"{transports[random.Next(transports.Length)]}\":{{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"\"{scopes[random.Next(scopes.Length)]}\": {Any()}"))}}}");
            policies.Add(PolicyTable.Bytes($"{{\"default\": {Any()}, \"transports\": {{{string.Join(" , ", sections)}}}}}"));
        }

        Compare(policies, least: 200);

        string Any() => random.Next(20) == 0 ? lists[random.Next(lists.Length)] : good[random.Next(good.Length)];
    }

    [SkippableFact]
    public void Mutated_policies_are_accepted_or_refused_by_both()
    {
        Random random = new(2);
        string[] sources = [.. PolicyTable.All.Where(static t => t.Accepted && t.Policy.Length < 600).Select(static t => t.Policy)];
        string[] tokens =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "1", "\"\"", "\"type\":", "\"default\":", "\"docker\":{}",
            "\"reject\"", "\\u0000", "\\u00e9", "\\/", "\\n", "\0", "/", "=", " ", "\n", "\t", "A", "\u00e9",
        ];
        List<byte[]> policies = [];
        for (int i = 0; i < 900; i++)
        {
            string text = sources[random.Next(sources.Length)];
            if (random.Next(2) == 0)
            {
                // Another name or value in place of one.
                MatchCollection strings = JsonString().Matches(text);
                Match old = strings[random.Next(strings.Count)];
                MatchCollection others = JsonString().Matches(sources[random.Next(sources.Length)]);
                text = text[..old.Index] + others[random.Next(others.Count)].Value + text[(old.Index + old.Length)..];
            }
            else
            {
                int at = random.Next(text.Length), length = Math.Min(random.Next(4), text.Length - at);
                text = text[..at] + (random.Next(3) == 0 ? "" : tokens[random.Next(tokens.Length)]) + text[(at + length)..];
            }

            byte[] policy = PolicyTable.Bytes(text);
            if (random.Next(10) == 0)
                policy[random.Next(policy.Length)] ^= (byte)(1 << random.Next(8));
            policies.Add(policy);
        }

        Compare(policies, least: 600);
    }

    [SkippableFact]
    public void What_an_edit_writes_is_accepted()
    {
        Random random = new(3);
        string[] sources = [.. PolicyTable.All.Where(static t => t.Accepted
            && !MembersSince523.Any(m => t.Policy.Contains($"\"{m}\"", StringComparison.Ordinal)
            && t.Policy.Contains("sigstoreSigned", StringComparison.Ordinal))).Select(static t => t.Policy)];
        TrustRequirement[][] lists =
        [
            [new RejectRequirement()],
            [new AcceptRequirement(), new SignedByRequirement
                { KeyPaths = ["/a \"quoted\"", "/\u00e9\n"], SignedIdentity = new MatchRepositoryIdentity() }],
            [new SignedByRequirement { KeyData = "YW\nJj", SignedIdentity = new RemapIdentity
                { Prefix = "mirror:5000/a", SignedPrefix = "example.com" } }],
            [new SigstoreSignedRequirement
                { KeyPath = "/k", SignedIdentity = new ExactReferenceIdentity { DockerReference = "example.com/app:v1" } }],
            [new SignedBaseLayerRequirement { BaseLayerIdentity = new ExactRepositoryIdentity { DockerRepository = "example.com/app" } }],
        ];
        List<byte[]> policies = [];
        for (int i = 0; i < 120; i++)
        {
            PolicyEditor editor = new(PolicyTable.Bytes(sources[random.Next(sources.Length)]), "policy.json");
            editor.SetScope("docker", $"registry{random.Next(3)}.example.com/\u0001\"\\\ud83d\ude00", lists[random.Next(lists.Length)]);
            editor.SetScope(random.Next(2) == 0 ? "dir" : "oci", "/images", lists[random.Next(lists.Length)]);
            if (random.Next(2) == 0)
                editor.SetDefault(lists[random.Next(lists.Length)]);
            if (editor.Before.Transports.FirstOrDefault(static t => t.Scopes.Count > 0) is { } transport)
                editor.RemoveScope(transport.Name, transport.Scopes[0].Name);
            policies.Add(editor.ToBytes());
        }

        Assert.All(SkopeoPolicy.Refusals(policies).Zip(policies),
            static p => Assert.True(p.First is null, $"{Encoding.UTF8.GetString(p.Second)}\n{p.First}"));
    }

    [SkippableFact]
    public void Text_that_is_not_Unicode_is_refused_by_us_alone()
    {
        byte[][] policies =
        [
            .. new byte[][] { [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80] }.Select(static b =>
                (byte[])[.. "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{\""u8, .. b,
                    .. "\":[{\"type\":\"reject\"}]}}}"u8]),
            .. new[] { "\\ud800", "\\udc00", "\\ud800\\ud800", "\\udc00\\ud800" }
                .Select(static s => PolicyTable.Bytes("{\"default\":[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPath\":\"/" +
                s + "\"}]}")),
        ];
        string?[] refusals = SkopeoPolicy.Refusals(policies);
        for (int i = 0; i < policies.Length; i++)
        {
            Assert.Null(refusals[i]);
            Assert.Equal("PolicyInvalidText", Refusal(policies[i])?.ErrorId);
        }
    }

    [SkippableFact]
    public void What_the_newest_release_refuses_an_old_one_may_accept()
    {
        byte[][] policies =
        [
            PolicyTable.Bytes("""{"default":[{"type":"sigstoreSigned","keyPath":""}]}"""),
            PolicyTable.Bytes("""{"default":[{"type":"sigstoreSigned","keyPath":null}]}"""),
            PolicyTable.Bytes("""{"default":[{"type":"sigstoreSigned","keyData":null}]}"""),
            PolicyTable.Bytes("""{"default":[{"type":"reject"}],"transports":{"atomic":{"a/b/c/d":[{"type":"reject"}]}}}"""),
        ];
        string?[] refusals = SkopeoPolicy.Refusals(policies);
        Assert.All(policies, static p => Assert.NotNull(Refusal(p)));
        Assert.Equal([SkopeoPolicy.IsBefore524, SkopeoPolicy.IsBefore524, SkopeoPolicy.IsBefore524, !SkopeoPolicy.KnowsAtomic],
            refusals.Select(static r => r is null));
    }

    [SkippableFact]
    public void A_policy_of_unusual_size_is_refused_by_us_alone()
    {
        byte[] policy = [.. "{\"default\":[{\"type\":\"reject\"}]}"u8, .. Enumerable.Repeat((byte)' ', PolicyReader.MaxBytes)];
        Assert.Null(SkopeoPolicy.Refusals([policy])[0]);
        Assert.Equal("FileTooLarge", Refusal(policy)?.ErrorId);
    }

    // Each member since 5.23 is refused by an old skopeo, and for no other reason than that it does not know it; a new one accepts it.
    [SkippableFact]
    public void What_the_tool_is_too_old_for_is_known()
    {
        byte[][] policies =
        [
            .. new[]
            {
                "\"keyPaths\":[\"/k\"]", "\"keyDatas\":[\"YQ==\"]", "\"rekorPublicKeyPath\":\"/r\",\"keyPath\":\"/k\"",
                "\"rekorPublicKeyPaths\":[\"/r\"],\"keyPath\":\"/k\"", "\"rekorPublicKeyData\":\"YQ==\",\"keyPath\":\"/k\"",
                "\"rekorPublicKeyDatas\":[\"YQ==\"],\"keyPath\":\"/k\"",
                "\"fulcio\":{\"caPath\":\"/c\",\"oidcIssuer\":\"i\",\"subjectEmail\":\"e\"},\"rekorPublicKeyPath\":\"/r\"",
                "\"pki\":{\"caRootsPath\":\"/r\",\"subjectEmail\":\"e\"}",
            }.Select(static m => PolicyTable.Bytes($$"""{"default":[{"type":"sigstoreSigned",{{m}}}]}""")),
        ];
        Assert.Equal(MembersSince523.Count, policies.Length);
        string?[] refusals = SkopeoPolicy.Refusals(policies);
        for (int i = 0; i < policies.Length; i++)
        {
            Assert.Null(Refusal(policies[i]));
            if (refusals[i] is { } refusal)
                Assert.Contains(UnknownKey(refusal) ?? refusal, MembersSince523);
        }
    }

    private static void Compare(IReadOnlyList<byte[]> policies, int least)
    {
        string?[] refusals = SkopeoPolicy.Refusals(policies);
        int decided = 0;
        List<string> different = [];
        for (int i = 0; i < policies.Count; i++)
        {
            TrustException? ours = Refusal(policies[i]);
            if (refusals[i] is null && ours is not null && IsKnownDifference(ours))
                continue;
            if (refusals[i] is { } refusal && UnknownKey(refusal) is { } key && MembersSince523.Contains(key)
                && policies[i].AsSpan().IndexOf("sigstoreSigned"u8) >= 0)
                continue;
            decided++;
            if ((ours is null) == (refusals[i] is null) || (refusals[i] is null && DeliberateRefusals.Contains(ours!.ErrorId)))
                continue;
            different.Add($"{Encoding.UTF8.GetString(policies[i])}\n  ours: {ours?.Message ?? "accepted"}\n  " +
                $"skopeo: {refusals[i] ?? "accepted"}");
        }

        Assert.True(different.Count == 0, $"{different.Count} different:\n{string.Join('\n', different.Take(20))}");
        Assert.InRange(decided, least, policies.Count);
    }

    private static TrustException? Refusal(byte[] policy)
    {
        try
        {
            PolicyReader.Read(policy, "policy.json");
            return null;
        }
        catch (TrustException e)
        {
            return e;
        }
    }

    private static string? UnknownKey(string refusal) =>
        UnknownKeyMessage().Match(refusal) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex("Unknown key \\\\?\"([A-Za-z]*)\\\\?\"")]
    private static partial Regex UnknownKeyMessage();

    [GeneratedRegex("\"[^\"\\\\]*\"")]
    private static partial Regex JsonString();

    [GeneratedRegex("^\\{\"default\":(\\[\\{[^{}]*(\\{[^{}]*\\})?[^{}]*\\}\\])\\}$")]
    private static partial Regex List();
}
