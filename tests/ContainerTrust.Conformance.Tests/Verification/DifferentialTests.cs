using System.Collections.Concurrent;
using System.Security.Cryptography;
using ContainerTrust.Conformance.Tests.OpenPgp;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// A hundred thousand changed messages, keys, claims and manifests: whatever the verifier accepts is put before gpg or skopeo, and must be
/// accepted there too; of the rest a sample is. Nothing may throw, take 100 ms or allocate 64 MB. Set CONTAINERTRUST_SEED for other
/// changes.
/// </summary>
public sealed class DifferentialTests : IDisposable
{
    private const string Reference = "docker.io/library/busybox:1";
    private const uint Later = WriterKey.DefaultCreated + 40 * 86400;

    // So many messages are put to one gpg.
    private const int AtOnce = 40;

    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("CONTAINERTRUST_SEED"), out int seed)
        ? seed : 20240607;
    private static readonly TestImage s_image = TestImage.Docker("changed");
    private static readonly byte[] s_content = s_image.Claim(Reference);

    private readonly WriterKey _primary = new();
    private readonly WriterKey _subkey = new();
    private readonly WriterKey _other = new();
    private readonly GpgHomes _homes = new();
    private readonly GpgTool _gpg = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("ct-diff-").FullName;

    public DifferentialTests() => File.WriteAllBytes(Manifest, s_image.Manifest);

    private string Manifest => Path.Combine(_directory, "manifest.json");

    public void Dispose()
    {
        _primary.Dispose();
        _subkey.Dispose();
        _other.Dispose();
        _homes.Dispose();
        _gpg.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [SkippableFact]
    public void A_changed_message_is_never_accepted_where_gpg_refuses_it()
    {
        Skopeo skopeo = Open();
        List<byte[]> originals = [];
        List<byte> keys = [.. _primary.Certificate(), .. _primary.Subkey(_subkey, 2, true)];
        SignatureSpec spec = new() { Created = Later };
        foreach (WriterKey key in new[] { _primary, _subkey })
        {
            originals.Add(OpenPgpWriter.Message(key, spec, s_content));
            originals.Add(OpenPgpWriter.Message(key, spec with { Version = 3 }, s_content, PacketFraming.Old));
            originals.Add([.. OpenPgpWriter.Packet(OpenPgpWriter.SignatureTag, OpenPgpWriter.Signature(key, spec, s_content)),
                .. OpenPgpWriter.Packet(OpenPgpWriter.LiteralTag, OpenPgpWriter.Literal(s_content), PacketFraming.NewPartial)]);
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
        Compare(skopeo, 60_000, 900, 1,
            mutator => (file, mutator.Mutate(originals[mutator.Random.Next(originals.Count)],
                originals[mutator.Random.Next(originals.Count)])),
            (_, message) => OurOpenPgp.Of(keyring, message));
    }

    [SkippableFact]
    public void A_message_put_together_at_random_is_never_accepted_where_gpg_refuses_it()
    {
        Skopeo skopeo = Open();
        byte[] file = [.. _primary.Certificate(), .. _primary.Subkey(_subkey, 2, true)];
        OpenPgpKeyring keyring = OpenPgpKeyring.Import([new KeyringSource("keys", file)]);
        RandomCases cases = new(_primary, _subkey, _other, s_seed);
        Lock oneSigner = new();
        Compare(skopeo, 8_000, 400, 2,
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
        Skopeo skopeo = Open();
        byte[] byPrimary = OpenPgpWriter.Message(_primary, new SignatureSpec { Created = Later }, s_content),
            bySubkey = OpenPgpWriter.Message(_subkey, new SignatureSpec { Created = Later }, s_content);
        byte[] whole = [.. _primary.Certificate(), .. _primary.Subkey(_subkey, 2, true)];
        string fingerprint = _gpg.MakeKey("Ed <ed@example.com>", "ed25519", "sign,cert", "never");
        byte[] ed = _gpg.Export(fingerprint, isArmored: false), byEd = _gpg.Sign(s_content, fingerprint, null);
        (byte[] Key, byte[] Message)[] originals =
        [
            (whole, bySubkey),
            (whole, byPrimary),
            ([.. OpenPgpWriter.Packet(OpenPgpWriter.PublicKeyTag, _primary.Body), .. _primary.KeySignature(0x20, [], Later),
                .. _primary.UserId("Revoked")], byPrimary),
            (_primary.Certificate([.. OpenPgpWriter.Subpacket(27, [3]), .. OpenPgpWriter.Subpacket(9, OpenPgpWriter.UInt32(86400))]),
                byPrimary),
            (_primary.Certificate(OpenPgpWriter.Subpacket(27, [1])), byPrimary),
            ([.. _primary.Certificate(), .. _primary.Subkey(_subkey, 2, false)], bySubkey),
            ([.. _primary.Certificate(), .. OpenPgpWriter.Packet(OpenPgpWriter.SubkeyTag, _subkey.Body),
                .. _primary.SubkeySignature(_subkey, 0x28, [], Later),
                .. _primary.Subkey(_subkey, 2, true)[OpenPgpWriter.Packet(OpenPgpWriter.SubkeyTag, _subkey.Body).Length..]], bySubkey),
            (ed, byEd),
        ];
        RandomCases cases = new(_primary, _subkey, _other, s_seed + 1);
        Lock oneSigner = new();
        Compare(skopeo, 8_000, 400, 3,
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

    /// <summary>
    /// Claims that are properly signed, but are not quite what a claim must be. The verifier is stricter in one thing: octets and
    /// escapes that are not Unicode are not replaced by something else.
    /// </summary>
    [SkippableFact]
    public void A_changed_claim_is_never_accepted_where_skopeo_refuses_it()
    {
        Skopeo skopeo = Open();
        byte[] key = _primary.Certificate();
        string keyFile = Path.Combine(_directory, "key.gpg");
        File.WriteAllBytes(keyFile, key);
        FileVerifier verifier = new(static _ => { });
        string[] claims = [.. ChangedClaims.Of(s_image.Digest, s_seed).Take(2_000)];
        ConcurrentBag<string> faults = [], stricter = [];
        ConcurrentDictionary<string, bool> seen = new();
        int accepted = 0, asked = 0;
        Mutator bytes = new(s_seed);
        byte[][] contents = [.. claims.Select(ChangedClaims.Encode), .. Enumerable.Range(0, 8_000)
            .Select(_ => bytes.Mutate(s_content, s_content))];
        int next = -1;
        Lock oneSigner = new();
        Parallel.For(0, 2, part =>
        {
            Random random = new(s_seed + part);
            string file = Path.Combine(_directory, $"claim-{part}");
            for (int i = Interlocked.Increment(ref next); i < contents.Length && faults.Count < 20; i = Interlocked.Increment(ref next))
            {
                byte[] content = contents[i], message;
                if (!seen.TryAdd(Convert.ToHexString(SHA256.HashData(content)), true))
                    continue;
                lock (oneSigner)
                    message = OpenPgpWriter.Message(_primary, new SignatureSpec { Created = Later }, content);
                File.WriteAllBytes(file, message);
                ImageSignatureResult? ours = Watched
                    .Run(() => verifier.Verify(new FileVerification
                    { ManifestPath = Manifest, Reference = Reference, SignaturePaths = [file], KeyPaths = [keyFile] }), out string? fault);
                if (ours is null)
                {
                    faults.Add($"{fault}\n{Convert.ToBase64String(content)}");
                    continue;
                }

                // Half of the sample is of claims that are nearly right.
                if (!ours.IsValid && random.Next(i < claims.Length ? claims.Length : contents.Length) >= 150)
                    continue;
                Interlocked.Increment(ref asked);
                ToolResult theirs = skopeo.StandaloneVerify(_homes.Home(key), Manifest, Reference, _primary.Fingerprint, file);
                if (ours.IsValid)
                    Interlocked.Increment(ref accepted);
                if (ours.IsValid && theirs.ExitCode != 0)
                    faults.Add("accepted, but skopeo says " +
                        $"{theirs.Error}\n{System.Text.Encoding.UTF8.GetString(content)}\n{Convert.ToBase64String(content)}");
                else if (!ours.IsValid && theirs.ExitCode == 0 && !ours.Reason.Contains("not valid UTF-8", StringComparison.Ordinal)
                    && !ours.Reason.Contains("not valid Unicode", StringComparison.Ordinal))
                    stricter.Add($"{ours.Reason}\n{System.Text.Encoding.UTF8.GetString(content)}");
            }
        });
        Assert.True(faults.IsEmpty, string.Join("\n\n", faults));
        Assert.True(stricter.IsEmpty, $"{stricter.Count} of {asked} are refused that skopeo accepts:\n{string.Join('\n', stricter)}");
        Assert.True(accepted > 50, $"Only {accepted} were accepted.");
    }

    [SkippableFact]
    public void A_changed_manifest_is_never_taken_for_the_signed_one_where_skopeo_does_not()
    {
        Skopeo skopeo = Open();
        TestImage amd64 = TestImage.Oci("changed"), index = TestImage.Index((amd64, "amd64", null));
        List<byte[]> originals = [s_image.Manifest, amd64.Manifest, index.Manifest];
        if (SharedCorpus.Find("containers-image/image.manifest.json") is { } schema1)
            originals.Add(File.ReadAllBytes(schema1));
        Mutator mutator = new(s_seed + 4);
        string file = Path.Combine(_directory, "changed.json");
        int accepted = 0, asked = 0;
        for (int i = 0; i < 14_000; i++)
        {
            // A signed manifest of schema 1 has octets that its digest does not cover.
            byte[] original = originals[i < 12_000 ? i % 3 : ^1],
                changed = mutator.Mutate(original, originals[mutator.Random.Next(originals.Count)]);
            string digest = ManifestDigest.Compute(original);
            string? isSame = Watched.Run(() => Matches(changed, digest), out string? fault);
            Assert.True(fault is null, $"{fault}\n{Convert.ToBase64String(changed)}");
            bool wasChanged = !changed.AsSpan().SequenceEqual(original);
            Assert.False(isSame!.Length > 0 && wasChanged && i < 12_000, Convert.ToBase64String(changed));
            if (!wasChanged || (isSame.Length == 0 && mutator.Random.Next(14_000) >= 100) || (isSame.Length > 0 && accepted >= 300))
                continue;
            asked++;
            File.WriteAllBytes(file, changed);
            ToolResult theirs = skopeo.Run(["manifest-digest", file]);
            bool theyMatch = theirs.ExitCode == 0 && theirs.Output.Trim() == digest;
            if (isSame.Length > 0)
                accepted++;
            Assert.True(theyMatch || isSame.Length == 0,
                $"taken for {digest}, but skopeo says {theirs}\n{Convert.ToBase64String(changed)}");
            Assert.True(!theyMatch || isSame.Length > 0, $"not taken for {digest}, but skopeo does\n{Convert.ToBase64String(changed)}");
        }

        Assert.True(asked > 50);
    }

    private static string Matches(byte[] manifest, string digest)
    {
        try
        {
            return ManifestDigest.Matches(manifest, digest) && JudgedManifest.FromContent(manifest).Matches(digest) ? "matches" : "";
        }
        catch (TrustException)
        {
            return "";
        }
    }

    private Skopeo Open()
    {
        GpgTool.RequireVersion22();
        return new Skopeo(Tools.RequireTool("skopeo"), Directory.CreateDirectory(Path.Combine(_directory, "scratch")).FullName);
    }

    // Makes items on two threads, asks the verifier about all and gpg about those it accepts and about some of the others; skopeo about
    // some of these, and wherever gpg and the verifier do not agree, as it is skopeo that decides.
    private void Compare(Skopeo skopeo, int count, int sample, int salt, Func<Mutator, (byte[] Key, byte[] Message)> make,
        Func<byte[], byte[], OurOpenPgp> judge)
    {
        ConcurrentBag<string> faults = [], stricter = [];
        ConcurrentDictionary<string, bool> seen = new();
        int accepted = 0, asked = 0, askedSkopeo = 0;
        Parallel.For(0, 2, part =>
        {
            Mutator mutator = new(s_seed * 31 + salt * 7 + part);
            Random picks = new(s_seed * 17 + salt * 5 + part);
            List<(byte[] Key, byte[] Message, OurOpenPgp Ours)> pending = [];
            for (int i = 0; i < count / 2 && faults.Count < 40; i++)
            {
                (byte[] key, byte[] message) = make(mutator);
                OurOpenPgp? ours = Watched.Run(() => judge(key, message), out string? fault);
                if (fault is not null)
                    faults.Add(Describe(fault, key, message));
                if (ours is null || (!ours.IsGood && mutator.Random.Next(count) >= sample)
                    || !seen.TryAdd(Convert.ToHexString(SHA256.HashData([.. key, .. message])), true))
                    continue;

                // A bad signature ends gpg, so that only those that should be good are put to it together.
                if (!ours.IsGood)
                {
                    Ask([(key, message, ours)], picks, part);
                    continue;
                }

                if (pending.Count > 0 && (pending.Count == AtOnce || !pending[0].Key.AsSpan().SequenceEqual(key)))
                {
                    Ask(pending, picks, part);
                    pending.Clear();
                }

                pending.Add((key, message, ours));
            }

            if (pending.Count > 0)
                Ask(pending, picks, part);
        });

        // All with one key.
        void Ask(IReadOnlyList<(byte[] Key, byte[] Message, OurOpenPgp Ours)> items, Random picks, int part)
        {
            byte[] key = items[0].Key;
            string file = Path.Combine(_directory, $"message-{salt}-{part}");
            IReadOnlyList<GpgVerdict> verdicts = _homes.Verdicts(key, [.. items.Select(static i => i.Message)]);
            foreach (((_, byte[] message, OurOpenPgp ours), GpgVerdict theirs) in items.Zip(verdicts))
            {
                Interlocked.Increment(ref asked);
                if (ours.IsGood)
                    Interlocked.Increment(ref accepted);
                bool isAccepted = theirs.IsGood;
                if (theirs.IsGood != ours.IsGood || picks.Next(12) == 0)
                {
                    Interlocked.Increment(ref askedSkopeo);
                    File.WriteAllBytes(file, message);
                    string signer = theirs.KeyFingerprint ?? _primary.Fingerprint;
                    isAccepted = skopeo.StandaloneVerify(_homes.Home(key), Manifest, Reference, signer, file).ExitCode == 0;
                    if (isAccepted != theirs.IsGood)
                        faults.Add(Describe($"skopeo says {isAccepted}, and these lines of gpg were taken for " +
                            $"{theirs.IsGood}:\n{theirs.Status}", key, message));
                }

                if (ours.IsGood && !isAccepted)
                    faults.Add(Describe($"accepted, but gpg says\n{theirs.Status}", key, message));
                else if (ours.IsGood && (ours.Fingerprint != theirs.Fingerprint || !ours.Content.Span.SequenceEqual(theirs.Content)))
                    faults.Add(Describe("has another signer or content than gpg gives", key, message));
                else if (isAccepted && !ours.IsGood)
                    stricter.Add(ours.Reason);
            }

            if (salt == 3)
                _homes.Forget(key);
        }

        string[] reasons = [.. stricter.GroupBy(static r => r[..Math.Min(60, r.Length)]).Select(static g => $"{g.Count()}x {g.Key}")
            .Order(StringComparer.Ordinal)];
        string summary = $"{count} items, {asked} put to gpg, {askedSkopeo} to skopeo, {accepted} accepted, {stricter.Count} refused " +
            $"that gpg accepts:\n{string.Join('\n', reasons)}";
        if (Environment.GetEnvironmentVariable("CONTAINERTRUST_SUMMARY") is { } report)
            File.AppendAllText(report, summary + "\n");
        Assert.True(faults.IsEmpty, $"{faults.Count} faults; {summary}\n{string.Join("\n\n", faults)}");

        // Enough is accepted for the comparison to mean something, and little of what gpg accepts is refused.
        Assert.True(accepted > count / 1000, summary);
        Assert.True(stricter.Count <= asked / 20, summary);
    }

    private static string Describe(string what, byte[] key, byte[] message) =>
        $"{what}\nkey {Convert.ToBase64String(key)}\nmessage {Convert.ToBase64String(message)}";
}
