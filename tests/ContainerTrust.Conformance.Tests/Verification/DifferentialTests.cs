using System.Collections.Concurrent;
using System.Security.Cryptography;
using ContainerTrust.Conformance.Tests.OpenPgp;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// A hundred thousand changed messages, keys, claims and manifests: whatever the verifier accepts is put before gpg or skopeo, and must be accepted there
/// too; of the rest a sample is. Nothing may throw, take 100 ms or allocate 64 MB. Set CONTAINERTRUST_SEED for other changes.
/// </summary>
public sealed class DifferentialTests : IDisposable
{
    private const uint Later = WriterKey.DefaultCreated + 40 * 86400;

    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("CONTAINERTRUST_SEED"), out int seed) ? seed : 20240607;
    private static readonly byte[] s_content = TestImage.Claim("registry.example.com/app:v1", "sha256:" + new string('a', 64));

    private readonly WriterKey _primary = new();
    private readonly WriterKey _subkey = new();
    private readonly WriterKey _other = new();
    private readonly GpgHomes _homes = new();
    private readonly GpgTool _gpg = new();

    public void Dispose()
    {
        _primary.Dispose();
        _subkey.Dispose();
        _other.Dispose();
        _homes.Dispose();
        _gpg.Dispose();
    }

    [SkippableFact]
    public void A_changed_message_is_never_accepted_where_gpg_refuses_it()
    {
        GpgTool.RequireVersion22();
        List<byte[]> originals = [];
        List<byte> keys = [.. _primary.Certificate(), .. _primary.Subkey(_subkey, 2, true)];
        SignatureSpec spec = new() { Created = Later };
        foreach (WriterKey key in new[] { _primary, _subkey })
        {
            originals.Add(OpenPgpWriter.Message(key, spec, s_content));
            originals.Add(OpenPgpWriter.Message(key, spec with { Version = 3 }, s_content, PacketFraming.Old));
            originals.Add([.. OpenPgpWriter.Packet(OpenPgpWriter.SignatureTag, OpenPgpWriter.Signature(key, spec, s_content)), .. OpenPgpWriter.Packet(OpenPgpWriter.LiteralTag, OpenPgpWriter.Literal(s_content), PacketFraming.NewPartial)]);
            originals.Add(OpenPgpWriter.Compressed(1, originals[0]));
            originals.Add(OpenPgpWriter.Compressed(0, originals[0], PacketFraming.New));
        }

        foreach (string algorithm in new[] { "ed25519", "nistp256", "dsa2048", "brainpoolP384r1" })
        {
            string fingerprint = _gpg.MakeKey($"{algorithm} <{algorithm}@example.com>", algorithm, "sign,cert", "never");
            originals.Add(_gpg.Sign(s_content, fingerprint, null));
            originals.Add(_gpg.Sign(s_content, fingerprint, null, "--compress-algo", "none"));
            originals.Add(_gpg.Sign(s_content, fingerprint, null, "--armor"));
            keys.AddRange(_gpg.Export(fingerprint, isArmored: false));
        }

        byte[] file = [.. keys];
        OpenPgpKeyring keyring = OpenPgpKeyring.Import([new KeyringSource("keys", file)]);
        Assert.All(originals, o => Assert.True(OurOpenPgp.Of(keyring, o).IsGood, Convert.ToBase64String(o)));
        Compare(60_000, 1_200, 1,
            mutator => (file, mutator.Mutate(originals[mutator.Random.Next(originals.Count)], originals[mutator.Random.Next(originals.Count)])),
            (_, message) => OurOpenPgp.Of(keyring, message));
    }

    [SkippableFact]
    public void A_message_put_together_at_random_is_never_accepted_where_gpg_refuses_it()
    {
        GpgTool.RequireVersion22();
        byte[] file = [.. _primary.Certificate(), .. _primary.Subkey(_subkey, 2, true)];
        OpenPgpKeyring keyring = OpenPgpKeyring.Import([new KeyringSource("keys", file)]);
        RandomCases cases = new(_primary, _subkey, _other, s_seed);
        Lock oneSigner = new();
        Compare(8_000, 400, 2,
            _ =>
            {
                lock (oneSigner)
                    return (file, cases.Message(s_content));
            },
            (_, message) => OurOpenPgp.Of(keyring, message));
    }

    [SkippableFact]
    public void A_changed_key_never_makes_a_signature_good_that_gpg_refuses()
    {
        GpgTool.RequireVersion22();
        byte[] byPrimary = OpenPgpWriter.Message(_primary, new SignatureSpec { Created = Later }, s_content), bySubkey = OpenPgpWriter.Message(_subkey, new SignatureSpec { Created = Later }, s_content);
        byte[] whole = [.. _primary.Certificate(), .. _primary.Subkey(_subkey, 2, true)];
        string fingerprint = _gpg.MakeKey("Ed <ed@example.com>", "ed25519", "sign,cert", "never");
        byte[] ed = _gpg.Export(fingerprint, isArmored: false), byEd = _gpg.Sign(s_content, fingerprint, null);
        (byte[] Key, byte[] Message)[] originals =
        [
            (whole, bySubkey),
            (whole, byPrimary),
            ([.. OpenPgpWriter.Packet(OpenPgpWriter.PublicKeyTag, _primary.Body), .. _primary.KeySignature(0x20, [], Later), .. _primary.UserId("Revoked")], byPrimary),
            (_primary.Certificate([.. OpenPgpWriter.Subpacket(27, [3]), .. OpenPgpWriter.Subpacket(9, OpenPgpWriter.UInt32(86400))]), byPrimary),
            (_primary.Certificate(OpenPgpWriter.Subpacket(27, [1])), byPrimary),
            ([.. _primary.Certificate(), .. _primary.Subkey(_subkey, 2, false)], bySubkey),
            ([.. _primary.Certificate(), .. OpenPgpWriter.Packet(OpenPgpWriter.SubkeyTag, _subkey.Body), .. _primary.SubkeySignature(_subkey, 0x28, [], Later), .. _primary.Subkey(_subkey, 2, true)[OpenPgpWriter.Packet(OpenPgpWriter.SubkeyTag, _subkey.Body).Length..]], bySubkey),
            (ed, byEd),
        ];
        RandomCases cases = new(_primary, _subkey, _other, s_seed + 1);
        Lock oneSigner = new();
        Compare(8_000, 400, 3,
            mutator =>
            {
                if (mutator.Random.Next(3) != 0)
                {
                    (byte[] key, byte[] message) = originals[mutator.Random.Next(originals.Length)];
                    return (mutator.Mutate(key, originals[mutator.Random.Next(originals.Length)].Key), message);
                }

                lock (oneSigner)
                    return (cases.Certificate(), mutator.Random.Next(2) == 0 ? byPrimary : bySubkey);
            },
            OurOpenPgp.Of);
    }

    // Makes items on two threads, asks the verifier about all and gpg about those it accepts and about some of the others.
    private void Compare(int count, int sample, int salt, Func<Mutator, (byte[] Key, byte[] Message)> make, Func<byte[], byte[], OurOpenPgp> judge)
    {
        ConcurrentBag<string> faults = [], stricter = [];
        ConcurrentDictionary<string, bool> seen = new();
        int accepted = 0, asked = 0;
        Parallel.For(0, 2, part =>
        {
            Mutator mutator = new(s_seed * 31 + salt * 7 + part);
            for (int i = 0; i < count / 2 && faults.Count < 20; i++)
            {
                (byte[] key, byte[] message) = make(mutator);
                OurOpenPgp? ours = Watched.Run(() => judge(key, message), out string? fault);
                if (fault is not null)
                    faults.Add(Describe(fault, key, message));
                if (ours is null || (!ours.IsGood && mutator.Random.Next(count) >= sample) || !seen.TryAdd(Convert.ToHexString(SHA256.HashData([.. key, .. message])), true))
                    continue;
                Interlocked.Increment(ref asked);
                if (ours.IsGood)
                    Interlocked.Increment(ref accepted);
                GpgVerdict theirs = _homes.Verdict(key, message);
                if (salt == 3)
                    _homes.Forget(key);
                if (ours.IsGood && !theirs.IsGood)
                    faults.Add(Describe($"accepted, but gpg says\n{theirs.Status}", key, message));
                else if (ours.IsGood && (ours.Fingerprint != theirs.Fingerprint || !ours.Content.Span.SequenceEqual(theirs.Content)))
                    faults.Add(Describe("has another signer or content than gpg gives", key, message));
                else if (theirs.IsGood && !ours.IsGood)
                    stricter.Add(ours.Reason);
            }
        });
        Assert.True(faults.IsEmpty, string.Join("\n\n", faults));
        string[] reasons = [.. stricter.GroupBy(static r => r).Select(static g => $"{g.Count()}x {g.Key}").Order(StringComparer.Ordinal)];
        Console.WriteLine($"{count} items, {asked} put to gpg, {accepted} accepted, {stricter.Count} refused that gpg accepts:\n{string.Join('\n', reasons)}");

        // Enough is accepted for the comparison to mean something, and little of what gpg accepts is refused.
        Assert.True(accepted > count / 1000, $"Only {accepted} were accepted.");
        Assert.True(stricter.Count <= asked / 20, $"{stricter.Count} of {asked} are refused that gpg accepts:\n{string.Join('\n', reasons)}");
    }

    private static string Describe(string what, byte[] key, byte[] message) => $"{what}\nkey {Convert.ToBase64String(key)}\nmessage {Convert.ToBase64String(message)}";
}
