using System.Text;
using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Tests.Config.Policy;

/// <summary>Whatever the file contains: a clear refusal, soon, and nothing worse.</summary>
public sealed class PolicyRobustnessTests
{
    private const long BytesPerInputByte = 400;
    private const long FixedBytes = 512 * 1024;

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "1", "1e999", "-0", "\"\"", "\"type\"", "\"default\"", "\"transports\"",
        "\"docker\"", "\"dir\"", "\"/\"", "\"reject\"",
        "\"signedBy\"", "\"keyPath\"", "\"keyPaths\"", "\"keyData\"", "\"sigstoreSigned\"", "\"fulcio\"", "\"pki\"", "\"signedIdentity\"",
        "\\u0000", "\\ud800", "\\udc00", "\\u", "\0",
        "\u00ef\u00bb\u00bf", "//", "/*", " ", "\n", "\r", "\t", "\u007f", "\u2028",
    ];

    private static readonly IReadOnlyList<byte[]> s_words = [.. Tokens.Select(Encoding.UTF8.GetBytes)];
    private static readonly string[] s_strings = [.. Tokens.Where(static t => t.StartsWith('"') && t.Length > 1)];

    [Fact]
    public void Mutated_policies_are_read_or_refused()
    {
        Random random = new(7);
        int accepted = 0;
        Dictionary<string, int> refused = [];
        TimeSpan slowest = TimeSpan.Zero;
        for (int seed = 0; seed < 40_000; seed++)
        {
            byte[] policy = Damaged(new RandomPolicy(seed % 4_000), random);
            TimeSpan start = ProcessorTime.Now;
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                PolicyReader.Read(policy, PolicyText.Path);
                accepted++;
            }
            catch (TrustException e)
            {
                Assert.Equal(TrustErrorKind.InvalidData, e.Kind);
                Assert.StartsWith(PolicyText.Path, e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(e.Message, char.IsControl);
                Assert.InRange(e.Message.Length, PolicyText.Path.Length + 10, 3_000);
                refused[e.ErrorId] = refused.GetValueOrDefault(e.ErrorId) + 1;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, (policy.Length * BytesPerInputByte) + FixedBytes);
            TimeSpan took = ProcessorTime.Since(start);
            slowest = took > slowest ? took : slowest;
        }

        Assert.InRange(accepted, 1_000, 39_000);
        Assert.Superset(
            new HashSet<string> { "PolicySyntax", "PolicyInvalidText", "PolicyWrongType", "PolicyUnknownMember", "PolicyDuplicateMember",
                "PolicyMissingMember", "PolicyInvalidScope", "PolicyInvalidValue", "PolicyKeySource", "PolicyUnknownType" },
            refused.Keys.ToHashSet());

        // Generous: a garbage collection may come between.
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void Every_beginning_of_a_policy_is_refused()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RandomPolicy random = new(seed);
            byte[] policy = random.Write(random.Policy());
            int end = policy.AsSpan().TrimEnd(" \t\r\n"u8).Length;
            for (int length = 0; length < end; length++)
                Assert.Throws<TrustFormatException>(() => PolicyReader.Read(policy.AsSpan(0, length), PolicyText.Path));
            PolicyReader.Read(policy.AsSpan(0, end), PolicyText.Path);
        }
    }

    [Fact]
    public void A_policy_that_survives_mutation_can_be_edited()
    {
        Random random = new(8);
        int edited = 0;
        for (int seed = 0; seed < 10_000; seed++)
        {
            byte[] policy = Damaged(new RandomPolicy(seed), random);
            PolicyEditor editor;
            try
            {
                editor = new PolicyEditor(policy, PolicyText.Path);
            }
            catch (TrustFormatException)
            {
                continue;
            }

            editor.SetScope("docker", "new.example.com", [new RejectRequirement()]);
            editor.SetDefault([new AcceptRequirement()]);
            PolicyDocument after = PolicyReader.Read(editor.ToBytes(), PolicyText.Path);
            Assert.Equal(TrustType.Accept, ImageTrust.Summarize(after.Default));
            Assert.Equal(TrustType.Reject, ImageTrust.Summarize(after.FindTransport("docker")!.Find("new.example.com")!));
            edited++;
        }

        Assert.InRange(edited, 500, 9_500);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"default\":", "}")]
    [InlineData("{\"default\":[{\"a\":", "}]}")]
    [InlineData("{\"transports\":", "}")]
    [InlineData("{\"\":", "}")]
    public void Deep_nesting_is_refused(string open, string close)
    {
        string deep = string.Concat(Enumerable.Repeat(open, 10_000));
        foreach (string policy in new[] { deep, deep + string.Concat(Enumerable.Repeat(close, 10_000)), "{\"default\":[{\"x\":" + deep,
            "{\"default\":[{\"type\":\"signedBy\",\"signedIdentity\":{\"x\":" + deep })
        {
            TrustFormatException e = PolicyText.Refused(policy);
            Assert.InRange(e.Message.Length, 20, 1_000);
        }
    }

    [Fact]
    public void Nesting_that_no_policy_has_is_named()
    {
        TrustFormatException e = PolicyText.Refused("{\"default\":[{\"x\":" + new string('[', 100));
        Assert.Equal(("PolicyTooDeep", 1), (e.ErrorId, e.Line));
        Assert.InRange(e.Column, 40, 60);
        Assert.Contains("32", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_than_the_limit_is_refused_without_looking_at_it()
    {
        byte[] large = new byte[PolicyReader.MaxBytes + 1];
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TrustException e = Assert.Throws<TrustException>(() => PolicyReader.Read(large, PolicyText.Path));
        Assert.Equal(("FileTooLarge", TrustErrorKind.LimitsExceeded, PolicyText.Path), (e.ErrorId, e.Kind, e.Target));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 100_000);
        Assert.Equal("FileTooLarge",
            Assert.Throws<TrustException>(() => PolicyReader.Read(new byte[100_000_000], PolicyText.Path)).ErrorId);
        Assert.Equal("PolicySyntax",
            Assert.Throws<TrustFormatException>(() => PolicyReader.Read(large.AsSpan(1), PolicyText.Path)).ErrorId);
    }

    [Fact]
    public void Large_strings_and_lists_are_refused_or_read_in_bounded_time()
    {
        TimeSpan start = ProcessorTime.Now;
        const int Large = 8_000_000;
        string name = new('a', Large);
        Assert.Equal("PolicyUnknownMember", PolicyText.Refused($$"""{"{{name}}": 1}""").ErrorId);
        Assert.Equal("PolicySyntax", PolicyText.Refused("{\"" + name).ErrorId);
        Assert.Equal("PolicyUnknownType", PolicyText.Refused(PolicyText.WithRequirement($$"""{"type": "{{name}}"}""")).ErrorId);
        Assert.Equal("PolicyInvalidValue",
            PolicyText.Refused(PolicyText.WithIdentity($$"""{"type": "exactReference", "dockerReference": "{{name}}"}""")).ErrorId);
        Assert.Equal("PolicyInvalidValue",
            PolicyText.Refused(PolicyText
            .WithRequirement($$"""{"type": "signedBy", "keyType": "GPGKeys", "keyData": "{{name}}?"}""")).ErrorId);
        Assert.Equal("PolicyInvalidScope", PolicyText.Refused(PolicyText.WithScope("dir", $"\"{name}\"")).ErrorId);
        Assert.Equal("PolicyInvalidScope", PolicyText.Refused(PolicyText.WithScope("dir", $"\"/{new string('/', Large)}\"")).ErrorId);
        Assert.Equal("PolicySyntax", PolicyText.Refused("{\"default\": [" + new string(' ', Large) + "x").ErrorId);
        Assert.Equal("PolicyUnknownMember",
            PolicyText.Refused("{\"default\": [{\"x\": [" + string.Concat(Enumerable.Repeat("1,", Large / 2)) +
            "1], \"type\": \"reject\"}]}").ErrorId);
        Assert.Equal(Large / 4, Assert
            .IsType<SignedByRequirement>(PolicyText.ReadRequirement("{\"type\": \"signedBy\", \"keyType\": \"GPGKeys\", \"keyPaths\": [" +
            string.Concat(Enumerable.Repeat("\"\",", (Large / 4) - 1)) + "\"\"]}")).KeyPaths!.Count);
        ProcessorTime.AtMost(TimeSpan.FromSeconds(10), start);
    }

    private static byte[] Damaged(RandomPolicy source, Random random)
    {
        byte[] policy = source.Write(source.Policy());
        return random.Next(3) == 0 ? Mutation.OfStrings(policy, s_strings, random) : new Mutation(random).Of(policy, words: s_words);
    }
}
