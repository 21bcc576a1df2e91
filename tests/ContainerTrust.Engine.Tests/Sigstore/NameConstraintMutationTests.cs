using System.Diagnostics;
using System.Formats.Asn1;
using System.Text;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>
/// The readers of names and constraints before damaged and random input: a clear refusal or a value that holds together, and neither time
/// nor memory out of proportion. Set CONTAINERTRUST_SEED for other input.
/// </summary>
public sealed class NameConstraintMutationTests
{
    private const int Rounds = 20_000;
    private const string Alphabet = "aB.@\"\\*-_ :/%2[]#?\t\0\x7F";

    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("CONTAINERTRUST_SEED"), out int seed) ? seed : 20251203;

    [Fact]
    public void Damaged_constraints()
    {
        byte[][] whole = [.. new[]
        {
            "+d:example.com -d:bar.example.com +e:u@example.com -e:.example.org",
            "-i:C0000200FFFFFF00 +i:20010DB8000000000000000000000000FFFFFFFF000000000000000000000000",
            "-u:example.com +u:.example.org", "-o: +d:", "-d:",
        }.Select(static c => TestNames.Constraints(c)!.RawData)];
        int read = Run(whole, static der =>
        {
            NameConstraints constraints = NameConstraints.Read(der);
            Assert.True(constraints.HasUnknown || constraints.Permitted.Count + constraints.Excluded.Count > 0);
            foreach (NameSubtrees subtrees in (NameSubtrees[])[constraints.Permitted, constraints.Excluded])
            {
                foreach (string domain in subtrees.DnsNames.Concat(subtrees.EmailHosts).Concat(subtrees.UriHosts))
                    Assert.True(DomainName.IsReadableConstraint(domain));
                Assert.True(subtrees.Count <= der.Length / 4);
            }
        });
        Assert.InRange(read, Rounds / 50, Rounds);
    }

    [Fact]
    public void Damaged_names()
    {
        byte[][] whole = [.. new[]
        {
            "d:example.com e:u@example.com u:https://example.com/a i:C0000201", "e:%22a%20b%22@example.com u:urn:a o:",
            "u:https://a:b@[2001:db8::1]:443/%41#a",
        }.Select(static n => TestNames.Names(n)!.RawData)];
        int read = Run(whole, static der => Assert.True(CertificateNames.Read(der).Count <= der.Length / 2));
        Assert.InRange(read, Rounds / 50, Rounds);
    }

    [Fact]
    public void Random_texts_are_read_or_refused()
    {
        Random random = new(Seed);
        for (int i = 0; i < Rounds; i++)
        {
            string text = Text(random);
            if (Mailbox.TryParse(text, out Mailbox mailbox))
            {
                Assert.True(DomainName.IsReadable(mailbox.Domain));
                Assert.EndsWith("@" + mailbox.Domain, text, StringComparison.Ordinal);
                Assert.True(mailbox.Local.Length <= text.Length);

                // The same mailbox, written plainly.
                string quoted = $"\"{string.Concat(mailbox.Local.Select(static c => $"\\{c}"))}\"@{mailbox.Domain}";
                if (!mailbox.Local.AsSpan().ContainsAny('\0', '\n', '\r'))
                    Assert.True(Mailbox.TryParse(quoted, out Mailbox again) && again.IsSame(mailbox), quoted);
            }

            if (UriHost.TryRead(text, out string host))
                Assert.True(host.Length == 0 || (DomainName.IsReadable(host) && text.Contains(host, StringComparison.Ordinal)), text);

            string name = Text(random);
            if (DomainName.IsReadable(text) && DomainName.IsReadableConstraint(name))
            {
                Assert.True(!DomainName.IsPermittedHost(text, name) || DomainName.IsWithin(text, name));
                Assert.True(!DomainName.IsWithin(text, name) || DomainName.IsExcluded(text, name));
            }
        }
    }

    [Fact]
    public void Long_input_costs_time_in_proportion()
    {
        foreach (string part in (string[])["a.", ".", "@", "\\", "\"", "%41", ":", "/", "a@", "[", "*."])
        {
            string text = string.Concat(Enumerable.Repeat(part, 100_000 / part.Length));
            foreach (string input in (string[])[text, "u@" + text, "\"" + text, "https://" + text, "https://" + text + "@a", text + "a"])
            {
                long allocated = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                _ = Mailbox.TryParse(input, out _);
                _ = UriHost.TryRead(input, out _);
                if (DomainName.IsReadable(input))
                    _ = DomainName.IsExcluded(input, "x" + input);
                Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 4 * 1024 * 1024);
            }
        }
    }

    [Fact]
    public void Damaged_paths_never_become_better()
    {
        NameConstraintCase excluded = new("", "-d:bar.example.com -e:", "", "d:*.example.com e:u@example.org", "d:bar.example.com");
        byte[] constraints = TestNames.Constraints(excluded.Constraints)!.RawData;
        Random random = new(Seed);
        for (int i = 0; i < 500; i++)
        {
            byte[] damaged = Damage(constraints, random);
            TestCertificate ca = TestCertificate.Authority("damaged", excluded.Root);
            ca.Extensions.Add(new(TestNames.ConstraintsOid, damaged, critical: true));
            TestCertificate leaf = new() { Issuer = ca };
            leaf.Extensions.AddRange(excluded.Leaf.Extensions);
            SigstoreVerification verification = SigstoreTrust.FromPki(excluded.Root.Source, null, null, "bar.example.com")
                .Verify(TestSignature.By(leaf.Key).With(leaf, ca, excluded.Root).Make(), TestCertificate.Begin);
            if (!verification.IsGood)
                continue;

            // What was damaged is both exclusions, and what they say now does not hit these names.
            NameConstraints read = NameConstraints.Read(damaged);
            Assert.False(read.Excluded.ExcludesDnsName("bar.example.com"), Convert.ToHexString(damaged));
            Assert.False(read.Excluded.ExcludesEmail(new Mailbox("u", "example.org")), Convert.ToHexString(damaged));
        }
    }

    private static int Run(byte[][] whole, Action<byte[]> read)
    {
        Random random = new(Seed);
        int good = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] damaged = Damage(whole[random.Next(whole.Length)], random);
            long start = Stopwatch.GetTimestamp();
            try
            {
                read(damaged);
                good++;
            }
            catch (AsnContentException e)
            {
                Assert.NotEmpty(e.Message);
            }

            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        }

        return good;
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        List<byte> octets = [.. whole];
        for (int n = random.Next(3); n >= 0 && octets.Count > 0; n--)
        {
            int at = random.Next(octets.Count);
            switch (random.Next(4))
            {
                case 0:
                    octets[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    octets[at] = (byte)Alphabet[random.Next(Alphabet.Length)];
                    break;
                case 2:
                    octets.RemoveAt(at);
                    break;
                default:
                    octets.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. octets];
    }

    private static string Text(Random random)
    {
        StringBuilder text = new(random.Next(4) == 0 ? "https://" : random.Next(4) == 0 ? "u@" : "");
        for (int n = random.Next(12); n > 0; n--)
            text.Append(Alphabet[random.Next(Alphabet.Length)]);
        return text.ToString();
    }
}
