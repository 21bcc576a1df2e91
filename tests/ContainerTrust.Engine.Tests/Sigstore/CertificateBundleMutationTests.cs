using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Bundles;
using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Whatever is changed in a good bundle, in its bytes or in its JSON, no other signature, signer or manifest is ever
/// accepted.</summary>
public sealed class CertificateBundleMutationTests(ITestOutputHelper output)
{
    private const int Count = 50_000;

    private static readonly TestInstance s_instance = new() { DemandsCertificateLog = true };

    [Fact]
    public void No_change_makes_a_wrong_yes()
    {
        SigstoreTrust trust = s_instance.Trust();
        TestCertificate leaf = s_instance.Logged(s_instance.NewLeaf());
        (byte[] Text, byte[] Signed)[] good =
        [
            .. new[]
            {
                new TestBundle(s_instance) { Leaf = leaf }, With(TestBundle.Second(s_instance), leaf),
                new TestBundle(s_instance) { Leaf = leaf, Kind = "hashedrekord 0.0.1", IsOfFile = true },
                With(TestBundle.Second(s_instance, "dsse 0.0.2"), leaf),
            }.Select(static b => (Encoding.UTF8.GetBytes(b.Make()), b.SignedBytes)),
        ];

        // What a forger has beside them: good parts of a bundle by another signer, whom nobody trusts here, over another manifest.
        TestBundle foreign = new(s_instance) { Leaf = s_instance.Logged(s_instance.NewLeaf("other@example.com", key: "other")) };
        foreign.Statement = foreign.Statement.Replace(TestBundle.Hex, new string('a', 64), StringComparison.Ordinal);
        string other = foreign.Make();
        TestBundle foreignSecond = With(TestBundle.Second(s_instance), foreign.Leaf);
        foreignSecond.Statement = foreign.Statement;
        JsonNode[] donors = [JsonNode.Parse(other)!, JsonNode.Parse(foreignSecond.Make())!,
            .. good.Select(static g => JsonNode.Parse(g.Text)!)];
        Random random = new(20261129);
        int read = 0;
        int accepted = 0;
        Stopwatch slowest = new();
        TimeSpan worst = TimeSpan.Zero;
        for (int i = 0; i < Count; i++)
        {
            (byte[] text, byte[] signed) = good[i % good.Length];
            byte[] changed = random.Next(3) == 0 ? Bytes(text, random) : Structure(text, donors, random);
            slowest.Restart();
            if (SigstoreBundle.TryParse(changed, out SigstoreBundle? bundle, out _))
            {
                read++;
                SigstoreVerification verification = trust.Verify(bundle, "sha256:" + TestBundle.Hex, TestBundle.Manifest);
                if (verification.IsGood)
                {
                    accepted++;
                    byte[] now = bundle.UntrustedEnvelope?.SignedBytes() ?? TestBundle.Manifest;
                    Assert.True(good.Any(g => g.Signed.AsSpan().SequenceEqual(now)), Encoding.UTF8.GetString(changed));
                    Assert.Equal(leaf.Key.Fingerprint, verification.KeyFingerprint);
                    Assert.Equal(TestInstance.Time, verification.ProvenTime);
                }
            }

            if (slowest.Elapsed > worst)
                worst = slowest.Elapsed;
        }

        output.WriteLine($"{Count} changes, {read} could be read, {accepted} changed nothing that counts; the slowest took " +
            $"{worst.TotalMilliseconds:F0} ms");
        Assert.True(read > Count / 4 && accepted > 100 && read > accepted + 5000, $"{read} read, {accepted} accepted");
        Assert.True(worst < TimeSpan.FromSeconds(5), $"{worst}");
    }

    private static TestBundle With(TestBundle bundle, TestCertificate leaf)
    {
        bundle.Leaf = leaf;
        return bundle;
    }

    private static byte[] Bytes(byte[] original, Random random)
    {
        byte[] changed = [.. original];
        int at = random.Next(changed.Length);
        switch (random.Next(4))
        {
            case 0:
                changed[at] = (byte)random.Next(32, 127);
                return changed;
            case 1:
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
            case 2:
                return [.. changed[..at], .. changed[Math.Min(changed.Length, at + random.Next(1, 4))..]];
            default:
                return [.. changed[..at], (byte)random.Next(32, 127), .. changed[at..]];
        }
    }

    // A value is taken away, replaced by another of the documents, doubled, or changed in its decoded bytes.
    private static byte[] Structure(byte[] original, JsonNode[] donors, Random random)
    {
        JsonNode root = JsonNode.Parse(original)!;
        for (int i = random.Next(1, 3); i > 0; i--)
        {
            List<JsonNode> nodes = [.. Below(root)];
            JsonNode node = nodes[random.Next(nodes.Count)];
            JsonNode donor = donors[random.Next(donors.Length)];
            JsonNode[] same = [.. Below(donor).Where(n => n.GetPath() == node.GetPath())];
            switch (random.Next(5))
            {
                case 0 when node.Parent is JsonObject parent:
                    parent.Remove(node.GetPropertyName());
                    break;
                case 1 when node.Parent is JsonArray list:
                    list.Add(node.DeepClone());
                    break;
                case 2 when node is JsonValue value && value.TryGetValue(out string? text) && text.Length > 8:
                    node.ReplaceWith(Decoded(text, random));
                    break;
                default:
                    if (same.Length > 0)
                        node.ReplaceWith(same[0].DeepClone());
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static string Decoded(string text, Random random)
    {
        Span<byte> bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int length) || length == 0)
            return text[..random.Next(text.Length)];
        bytes[random.Next(length)] ^= (byte)(1 << random.Next(8));
        return Convert.ToBase64String(bytes[..length]);
    }

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node is JsonObject o ? o.Select(static p => p.Value) : node is JsonArray a ? a : [];
        foreach (JsonNode? child in children)
        {
            if (child is null)
                continue;
            yield return child;
            foreach (JsonNode inner in Below(child))
                yield return inner;
        }
    }
}
