using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>Messages and keys that GnuPG makes get the verdict that GnuPG gives.</summary>
public sealed class GpgSignatureTests : IClassFixture<GpgSignatureTests.Signer>
{
    private readonly GpgTool _gpg;
    private readonly Signer _signer;

    public GpgSignatureTests(Signer signer)
    {
        _signer = signer;
        _gpg = signer.Gpg;
    }

    [SkippableTheory]
    [InlineData("rsa2048")]
    [InlineData("rsa4096")]
    [InlineData("dsa2048")]
    [InlineData("nistp256")]
    [InlineData("nistp384")]
    [InlineData("nistp521")]
    [InlineData("brainpoolP256r1")]
    [InlineData("brainpoolP384r1")]
    [InlineData("brainpoolP512r1")]
    [InlineData("secp256k1")]
    [InlineData("ed25519")]
    public void Every_algorithm_is_verified(string algorithm)
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey($"{algorithm} <a@example.com>", algorithm, "sign,cert", "never");
        byte[] key = _gpg.Export(fingerprint, isArmored: true);
        var result = GpgVerdict.AssertSame([key], _signer.Sign(fingerprint), algorithm);
        Assert.True(result.IsGood, result.Reason);
        byte[] other = _signer.Sign(fingerprint, "--digest-algo", "SHA512", "--compress-algo", "none", "--armor");
        Assert.True(GpgVerdict.AssertSame([key], other, algorithm).IsGood);
        byte[] damaged = _signer.Sign(fingerprint, "--compress-algo", "none");
        damaged[damaged.AsSpan().IndexOf("critical"u8)] ^= 1;
        Assert.Equal(OpenPgpProblem.BadSignature, GpgVerdict.AssertSame([key], damaged, algorithm).Problem);
    }

    [SkippableTheory]
    [InlineData("rsa2048")]
    [InlineData("nistp256")]
    [InlineData("ed25519")]
    public void Every_hash_is_verified(string algorithm)
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey($"hash {algorithm} <h@example.com>", algorithm, "sign,cert", "never");
        byte[] key = _gpg.Export(fingerprint, isArmored: false);
        foreach (string hash in new[] { "SHA224", "SHA256", "SHA384", "SHA512" })
        {
            if (algorithm == "nistp256" && hash is "SHA224")
                continue;
            byte[] message = _signer.Sign(fingerprint, "--allow-weak-digest-algos", "--digest-algo", hash);
            Assert.True(GpgVerdict.AssertSame([key], message, hash).IsGood, hash);
        }
    }

    [SkippableTheory]
    [InlineData("SHA1")]
    [InlineData("RIPEMD160")]
    public void A_message_with_a_weak_hash_is_refused_although_gpg_takes_it(string hash)
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey($"old hash {hash} <h@example.com>", "rsa2048", "sign,cert", "never");
        byte[] key = _gpg.Export(fingerprint, isArmored: false);
        byte[] message = _signer.Sign(fingerprint, "--allow-weak-digest-algos", "--digest-algo", hash);
        using var gpg = GpgVerdict.Keys(key);
        Assert.True(GpgVerdict.Ask(gpg, message).IsGood);
        Assert.Equal(OpenPgpProblem.UnusableAlgorithm, Verify(key, message).Problem);
    }

    [SkippableFact]
    public void A_key_whose_self_signatures_are_SHA_1_is_used()
    {
        GpgTool.Require();
        _gpg.Batch("20240102T030405", "--allow-weak-digest-algos", "--cert-digest-algo", "SHA1", "--quick-gen-key",
            "sha1 key <h@example.com>", "rsa2048", "sign,cert", "never");
        byte[] key = _gpg.Export("=sha1 key <h@example.com>", isArmored: false);
        Assert.True(GpgVerdict.AssertSame([key], _signer.Sign("=sha1 key <h@example.com>"), "self-signature SHA-1").IsGood);
    }

    [SkippableTheory]
    [InlineData("--compress-algo", "none")]
    [InlineData("--compress-algo", "zip")]
    [InlineData("--compress-algo", "zlib")]
    [InlineData("--compress-algo", "bzip2")]
    [InlineData("--compress-algo", "zlib", "--armor")]
    [InlineData("--compress-algo", "none", "--textmode")]
    [InlineData("--textmode", "--armor")]
    [InlineData("--set-filename", "a-name.json")]
    [InlineData("--default-sig-expire", "2y")]
    [InlineData("--sig-notation", "note@example.com=value")]
    [InlineData("--sig-notation", "!note@example.com=value")]
    [InlineData("--sig-policy-url", "!https://example.com/")]
    [InlineData("--sig-keyserver-url", "!https://example.com/")]
    [InlineData("--sender", "shape@example.com")]
    public void Every_shape_of_message_is_verified(params string[] options)
    {
        GpgTool.Require();
        string fingerprint = _signer.Shape;
        byte[] key = _gpg.Export(fingerprint, isArmored: false);
        byte[][] contents = [_signer.Claim, "line\nline\r\nlast"u8.ToArray(), [], new byte[70_000],
            Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 9000).Select(i => $"{i} ")))];
        foreach (byte[] content in contents)
        {
            // gpg makes no text signature of a line that long.
            if (content.Length > 19_000 && options.Contains("--textmode"))
                continue;
            GpgVerdict.AssertSame([key], _signer.SignContent(content, fingerprint, options),
                $"{string.Join(' ', options)} of {content.Length}");
        }
    }

    [SkippableFact]
    public void What_is_no_signed_message_is_refused()
    {
        GpgTool.Require();
        string fingerprint = _signer.Shape;
        byte[] key = _gpg.Export(fingerprint, isArmored: false);
        string claim = _gpg.Write("claim", _signer.Claim);
        byte[] detached = _gpg.Run(0, "--batch", "--local-user", fingerprint, "--output", "-", "--detach-sign", claim);
        byte[] stored = _gpg.Run(0, "--batch", "--output", "-", "--store", claim);
        byte[] encrypted = _gpg.Run(0, "--batch", "--pinentry-mode", "loopback", "--passphrase", "x", "--output", "-",
            "--symmetric", claim);
        byte[] signed = _signer.Sign(fingerprint, "--compress-algo", "none");
        byte[] signature = detached;
        foreach (var (what, message) in new (string, byte[])[]
        {
            ("detached", detached), ("stored", stored), ("encrypted", encrypted), ("key", key), ("empty", []),
            ("two messages", [.. signed, .. signed]),
            ("two signatures", _gpg.Run(0, "--batch", "--local-user", fingerprint, "--local-user", _signer.Second, "--output", "-",
                "--sign", claim)),
            ("literal and signature", [.. stored, .. detached]), ("text", "hello"u8.ToArray()),
            ("signature twice", [.. signed, .. signature]),
        })
            Assert.False(GpgVerdict.AssertSame([key, _gpg.Export(_signer.Second, isArmored: false)], message, what).IsGood, what);

        // gpg would take a cleartext signature.
        byte[] clear = _gpg.Run(0, "--batch", "--local-user", fingerprint, "--output", "-", "--clear-sign", claim);
        Assert.Equal(OpenPgpProblem.NotSignedMessage, Verify(key, clear).Problem);
        Assert.Equal(OpenPgpProblem.Malformed, Verify(key, [.. signed, 0]).Problem);
    }

    [SkippableFact]
    public void The_old_style_is_verified()
    {
        GpgTool.Require();
        string fingerprint = _signer.Shape;
        byte[] key = _gpg.Export(fingerprint, isArmored: false);
        string claim = _gpg.Write("claim", _signer.Claim);
        byte[] detached = _gpg.Run(0, "--batch", "--local-user", fingerprint, "--output", "-", "--detach-sign", claim);
        byte[] stored = _gpg.Run(0, "--batch", "--compress-algo", "none", "--output", "-", "--store", claim);
        Assert.True(GpgVerdict.AssertSame([key], [.. detached, .. stored], "old style").IsGood);
        Assert.True(GpgVerdict.AssertSame([key], [0xCA, 3, (byte)'P', (byte)'G', (byte)'P', .. detached, .. stored], "marker").IsGood);
        Assert.True(GpgVerdict.AssertSame([key], [0xC8, 0xFF, .. Length(1 + detached.Length + stored.Length), 0, .. detached, .. stored],
            "not compressed").IsGood);
        Assert.False(GpgVerdict.AssertSame([key], [.. detached, .. detached, .. stored], "twice").IsGood);
    }

    [SkippableFact]
    public void A_key_is_judged_as_it_is_now()
    {
        GpgTool.Require();
        const string Then = "20240102T030405";

        // Signed while the key was valid, and expired since.
        string expired = _gpg.MakeKey("expired <e@example.com>", "ed25519", "sign,cert", "2024-06-01");
        byte[] message = _signer.SignAt("20240301T000000", expired);
        Assert.Equal(OpenPgpProblem.KeyExpired, Same("expired", [_gpg.Export(expired, false)], message).Problem);

        // Prolonged: both self-signatures are in the key.
        _gpg.Batch("20240501T000000", "--quick-set-expire", expired, "2040-01-01");
        Assert.Equal(OpenPgpProblem.None, Same("prolonged", [_gpg.Export(expired, false)], message).Problem);

        string revoked = _gpg.MakeKey("revoked <r@example.com>", "ed25519", "sign,cert", "never");
        message = _signer.SignAt("20240301T000000", revoked);
        byte[] unrevoked = _gpg.Export(revoked, false);
        Assert.Equal(OpenPgpProblem.None, Same("not yet revoked", [unrevoked], message).Problem);
        string certificate = File.ReadAllText(Path.Combine(_gpg.Home, "openpgp-revocs.d", revoked + ".rev"));
        byte[] revocation = Encoding.ASCII.GetBytes(certificate[(certificate.IndexOf(":-----BEGIN", StringComparison.Ordinal) + 1)..]);
        Assert.Equal(OpenPgpProblem.KeyRevoked, Same("revocation in another file", [unrevoked, revocation], message).Problem);
        _gpg.Run(0, "--batch", "--import", _gpg.Write("rev", revocation));
        byte[] withRevocation = _gpg.Export(revoked, false);
        Assert.Equal(OpenPgpProblem.KeyRevoked, Same("revoked", [withRevocation], message).Problem);
        Assert.Equal(OpenPgpProblem.KeyRevoked, Same("revoked in one copy", [unrevoked, withRevocation], message).Problem);

        // Subkeys: valid, expired, revoked, and below an expired primary key.
        string owner = _gpg.MakeKey("owner <o@example.com>", "ed25519", "cert", "never");
        _gpg.Batch(Then, "--quick-add-key", owner, "ed25519", "sign", "never");
        string first = Subkeys(owner)[0];
        message = _signer.SignAt("20240301T000000", first + "!");
        var result = Same("subkey", [_gpg.Export(owner, false)], message);
        Assert.Equal((OpenPgpProblem.None, owner, first), (result.Problem, result.Fingerprint, result.KeyFingerprint));
        _gpg.Batch(Then, "--quick-add-key", owner, "ed25519", "sign", "2024-06-01");
        string second = Subkeys(owner)[1];
        byte[] expiring = _signer.SignAt("20240301T000000", second + "!");
        Assert.Equal(OpenPgpProblem.KeyExpired, Same("expired subkey", [_gpg.Export(owner, false)], expiring).Problem);
        Assert.Equal(OpenPgpProblem.None, Same("the other subkey", [_gpg.Export(owner, false)], message).Problem);
        _gpg.Batch("20240501T000000", "--quick-set-expire", owner, "2024-07-01");
        Assert.Equal(OpenPgpProblem.KeyExpired, Same("expired primary key", [_gpg.Export(owner, false)], message).Problem);
        _gpg.Batch("20240502T000000", "--quick-set-expire", owner, "2040-07-01");
        Assert.Equal(OpenPgpProblem.None, Same("prolonged primary key", [_gpg.Export(owner, false)], message).Problem);
    }

    [SkippableFact]
    public void A_signature_is_judged_by_its_times()
    {
        GpgTool.Require();
        string fingerprint = _signer.Shape;
        byte[] key = _gpg.Export(fingerprint, false);
        byte[] ended = _signer.SignAt("20240301T000000", fingerprint, "--default-sig-expire", "30d");
        Assert.Equal(OpenPgpProblem.SignatureExpired, Same("ended", [key], ended).Problem);
        byte[] future = _signer.SignAt("20400301T000000", fingerprint);
        Assert.Equal(OpenPgpProblem.None, Same("future", [key], future).Problem);
    }

    [SkippableFact]
    public void User_ids_are_revoked_and_chosen_as_gpg_does()
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey("one <one@example.com>", "ed25519", "sign,cert", "never");
        _gpg.Batch("20240103T000000", "--quick-add-uid", fingerprint, "two <two@example.com>");
        _gpg.Batch("20240104T000000", "--quick-add-uid", fingerprint, "three <three@example.com>");
        byte[] message = _signer.Sign(fingerprint);
        Same("three", [_gpg.Export(fingerprint, false)], message);
        _gpg.Batch("20240105T000000", "--quick-set-primary-uid", fingerprint, "two <two@example.com>");
        Assert.Equal("two <two@example.com>", Same("primary", [_gpg.Export(fingerprint, false)], message).UserId);
        _gpg.Batch("20240106T000000", "--quick-revoke-uid", fingerprint, "two <two@example.com>");
        Assert.True(Same("revoked", [_gpg.Export(fingerprint, false)], message).IsGood);
    }

    [SkippableFact]
    public void Nothing_is_good_that_gpg_refuses_among_damaged_messages_and_keys()
    {
        GpgTool.Require();
        var random = new Random(22);
        string fingerprint = _signer.Shape;
        byte[] key = _gpg.Export(fingerprint, false);
        byte[][] messages = [_signer.Sign(fingerprint, "--compress-algo", "none"), _signer.Sign(fingerprint, "--compress-algo", "bzip2"),
            _signer.Sign(fingerprint, "--textmode", "--compress-algo", "none"),
            _signer.Sign(fingerprint, "--compress-algo", "zip"), _signer.Sign(fingerprint, "--compress-algo", "zlib"),
            _signer.Sign(fingerprint, "--armor")];
        using var gpg = GpgVerdict.Keys(key);
        var keyring = OpenPgpKeyring.Import([new KeyringSource("key", key)]);
        int good = 0;
        for (int i = 0; i < 900; i++)
        {
            byte[] message = [.. messages[i % messages.Length]];
            int bit = random.Next(8 * message.Length);
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            var result = keyring.Verify(message, DateTimeOffset.UtcNow);
            if (!result.IsGood)
                continue;
            good++;
            var expected = GpgVerdict.Ask(gpg, message);
            Assert.True(expected.IsGood, $"{Convert.ToBase64String(message)}\n{expected.Status}");
            Assert.Equal(expected.Content, result.Content.ToArray());
        }

        Assert.InRange(good, 1, 400);
    }

    [SkippableFact]
    public void Damaged_keys_make_nothing_good_that_gpg_refuses()
    {
        GpgTool.Require();
        var random = new Random(23);
        string owner = _gpg.MakeKey("damaged <d@example.com>", "ed25519", "cert", "2039-01-01");
        _gpg.Batch("20240102T030405", "--quick-add-key", owner, "ed25519", "sign", "2039-01-01");
        _gpg.Batch("20240103T030405", "--quick-add-uid", owner, "two <two@example.com>");
        byte[] message = _signer.Sign(Subkeys(owner)[0] + "!");
        byte[] key = _gpg.Export(owner, false);
        int good = 0;
        for (int i = 0; i < 200; i++)
        {
            byte[] damaged = [.. key];
            int bit = random.Next(8 * damaged.Length);
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            bool isGood;
            try
            {
                isGood = Verify(damaged, message).IsGood;
            }
            catch (TrustException)
            {
                continue;
            }

            if (!isGood)
                continue;
            good++;
            using var gpg = GpgVerdict.Keys(damaged);
            var expected = GpgVerdict.Ask(gpg, message);
            Assert.True(expected.IsGood, $"bit {bit} of {Convert.ToBase64String(key)}\n{expected.Status}");
        }

        Assert.InRange(good, 1, 150);
    }

    private static OpenPgpVerification Same(string what, byte[][] keys, byte[] message) => GpgVerdict.AssertSame(keys, message, what);

    private static OpenPgpVerification Verify(byte[] key, byte[] message) =>
        OpenPgpKeyring.Import([new KeyringSource("key", key)]).Verify(message, DateTimeOffset.UtcNow);

    private static byte[] Length(int length) => [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];

    private string[] Subkeys(string fingerprint)
    {
        string[] lines = Encoding.UTF8.GetString(_gpg.Run(0, "--with-colons", "--list-keys", fingerprint)).Split('\n');
        return [.. lines.Where((l, i) => l.StartsWith("fpr:", StringComparison.Ordinal) && i > 0
            && lines[i - 1].StartsWith("sub:", StringComparison.Ordinal)).Select(l => l.Split(':')[9])];
    }

    /// <summary>A home directory with private keys, for all tests.</summary>
    public sealed class Signer : IDisposable
    {
        private readonly Lazy<string> _shape;
        private readonly Lazy<string> _second;

        public Signer()
        {
            _shape = new Lazy<string>(() => Gpg.MakeKey("shape <shape@example.com>", "rsa2048", "sign,cert", "never"));
            _second = new Lazy<string>(() => Gpg.MakeKey("second <second@example.com>", "ed25519", "sign,cert", "never"));
        }

        public GpgTool Gpg { get; } = new();

        public string Shape => _shape.Value;

        public string Second => _second.Value;

        public byte[] Claim { get; } = Encoding.UTF8.GetBytes(
            """{"critical":{"identity":{"docker-reference":"example.com/app:1"},"image":{"docker-manifest-digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"},"type":"atomic container signature"},"optional":{}}""");

        public byte[] Sign(string key, params string[] options) => SignContent(Claim, key, options);

        public byte[] SignContent(byte[] content, string key, params string[] options) =>
            Gpg.Run(0, ["--batch", "--local-user", key, .. options, "--output", "-", "--sign", Gpg.Write("content", content)]);

        public byte[] SignAt(string time, string key, params string[] options) =>
            Gpg.Run(0, ["--batch", "--faked-system-time", time + "!", "--local-user", key, .. options, "--output", "-", "--sign",
                Gpg.Write("content", Claim)]);

        public void Dispose() => Gpg.Dispose();
    }
}
