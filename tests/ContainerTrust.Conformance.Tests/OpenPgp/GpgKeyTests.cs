using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>Keys that GnuPG makes are read as GnuPG itself lists them.</summary>
public sealed class GpgKeyTests : IDisposable
{
    private readonly GpgTool _gpg = new();

    public void Dispose() => _gpg.Dispose();

    [SkippableTheory]
    [InlineData("rsa2048")]
    [InlineData("rsa3072")]
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
    public void Every_algorithm_is_read_as_gpg_lists_it(string algorithm)
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey($"Key {algorithm} <{algorithm}@example.com>", algorithm, "sign,cert", "never");
        AssertSame(_gpg.Export(fingerprint, isArmored: true));
        AssertSame(_gpg.Export(fingerprint, isArmored: false));
    }

    [SkippableTheory]
    [InlineData("ed25519", "ed25519", "cv25519")]
    [InlineData("nistp256", "nistp384/ecdsa", "nistp256")]
    [InlineData("brainpoolP256r1", "brainpoolP384r1/ecdsa", "brainpoolP256r1")]
    [InlineData("ed25519", "rsa2048", "rsa2048")]
    [InlineData("ed25519", "dsa2048", "elg2048")]
    public void Signing_and_encryption_subkeys_are_read_as_gpg_lists_them(string primary, string signing, string encryption)
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey($"Subkeys {primary} <s@example.com>", primary, "cert", "20y");
        _gpg.Batch("20240203T040506", "--quick-add-key", fingerprint, signing, "sign", "15y");
        _gpg.Batch("20240203T040507", "--quick-add-key", fingerprint, encryption, "encr", "never");
        _gpg.Batch("20240203T040508", "--quick-add-key", fingerprint, signing, "auth", "never");
        byte[] key = _gpg.Export(fingerprint, isArmored: true);
        AssertSame(key);
        var read = Assert.Single(OpenPgpKeyReader.Read(key, "key").Keys);
        Assert.Equal([true, false, false], read.Subkeys.Select(s => s.CanSign));
    }

    [SkippableFact]
    public void A_key_that_only_certifies_cannot_sign()
    {
        GpgTool.Require();
        byte[] key = _gpg.Export(_gpg.MakeKey("Root <root@example.com>", "ed25519", "cert", "never"), isArmored: true);
        AssertSame(key);
        Assert.False(Assert.Single(OpenPgpKeyReader.Read(key, "key").Keys).CanSign);
    }

    [SkippableFact]
    public void An_expired_key_is_read_with_its_end()
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey("Old <old@example.com>", "ed25519", "sign,cert", "1y", "20150102T030405");
        byte[] key = _gpg.Export(fingerprint, isArmored: true);
        AssertSame(key);
        Assert.True(Assert.Single(OpenPgpKeyReader.Read(key, "key").Keys).IsExpiredAt(DateTimeOffset.UtcNow));
    }

    [SkippableFact]
    public void A_changed_end_is_the_newest_one()
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey("Prolonged <p@example.com>", "ed25519", "sign,cert", "1y");
        _gpg.Batch("20240601T000000", "--quick-set-expire", fingerprint, "20y");
        AssertSame(_gpg.Export(fingerprint, isArmored: true));
        _gpg.Batch("20240701T000000", "--quick-set-expire", fingerprint, "never");
        AssertSame(_gpg.Export(fingerprint, isArmored: true));
    }

    [SkippableFact]
    public void A_revoked_key_is_read_as_revoked_also_by_a_separate_revocation_certificate()
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey("Revoked <r@example.com>", "ed25519", "sign,cert", "never");
        byte[] before = _gpg.Export(fingerprint, isArmored: true);
        string certificate = File.ReadAllText(Path.Combine(_gpg.Home, "openpgp-revocs.d", fingerprint + ".rev"))
            .Replace(":-----", "-----", StringComparison.Ordinal);
        _gpg.Run(0, "--batch", "--import", _gpg.Write("revocation", Encoding.UTF8.GetBytes(certificate)));
        byte[] after = _gpg.Export(fingerprint, isArmored: true);
        AssertSame(after);
        Assert.True(Assert.Single(OpenPgpKeyReader.Read(after, "key").Keys).IsRevoked);
        Assert.False(Assert.Single(OpenPgpKeyReader.Read(before, "key").Keys).IsRevoked);
        Assert.True(Assert.Single(OpenPgpKeyReader.Read([.. before, .. Encoding.UTF8.GetBytes(certificate)], "key").Keys).IsRevoked);
    }

    [SkippableFact]
    public void Several_user_ids_of_any_script_are_read_and_listed_in_the_order_of_the_file()
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey("Jürgen Müßig <juergen@example.org>", "ed25519", "sign,cert", "never");
        int second = 10;
        foreach (string userId in new[] { "公開鍵 <kagi@example.jp>", "No mail: a colon", "DOMAIN\\user <d@example.com>",
            "Revoked <gone@example.com>" })
            _gpg.Batch($"20240203T0405{second++}", "--quick-add-uid", fingerprint, userId);
        _gpg.Batch("20240203T040530", "--quick-revoke-uid", fingerprint, "Revoked <gone@example.com>");
        byte[] key = _gpg.Export(fingerprint, isArmored: true);
        AssertSame(key);
        AssertSameListing(key);
        Assert.Equal(5, Assert.Single(OpenPgpKeyReader.Read(key, "key").Keys).UserIds.Count);
    }

    [SkippableFact]
    public void A_file_of_several_blocks_with_text_around_them_is_read_whole()
    {
        GpgTool.Require();
        byte[] first = _gpg.Export(_gpg.MakeKey("First <1@example.com>", "ed25519", "sign,cert", "never"), isArmored: true);
        byte[] second = _gpg.Export(_gpg.MakeKey("Second <2@example.com>", "nistp256", "sign,cert", "never"), isArmored: true);
        byte[] file = [.. "pub: not a key\n\nThe first:\n"u8, .. first, .. "- - -\n\nThe: second\n"u8, .. second, .. "end"u8];
        AssertSame(file);
        AssertSameListing(file);
        string crlf = Encoding.UTF8.GetString(file).ReplaceLineEndings("\r\n");
        AssertSame(Encoding.UTF8.GetBytes(crlf));
        AssertSameListing(Encoding.UTF8.GetBytes(crlf));
        Assert.Equal(2, OpenPgpKeyReader.Read(file, "key").Keys.Count);
    }

    [SkippableFact]
    public void A_private_key_is_refused()
    {
        GpgTool.Require();
        string fingerprint = _gpg.MakeKey("Private <p@example.com>", "ed25519", "sign,cert", "never");
        byte[] armored = _gpg.Run(0, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--armor",
            "--export-secret-keys", fingerprint);
        byte[] binary = _gpg.Run(0, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", "--export-secret-keys", fingerprint);
        foreach (byte[] key in new[] { armored, binary })
        {
            var error = Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(key, "key"));
            Assert.Equal("NoUsableKey", error.ErrorId);
            Assert.Contains("private key", error.Message, StringComparison.Ordinal);
            AssertSameListing(key);
        }
    }

    private void AssertSame(byte[] key)
    {
        byte[] listing = _gpg.Run(0, "--show-keys", "--with-colons", _gpg.Write("key", key));
        Assert.Equal(ColonListing.OfGpg(listing), ColonListing.OfReader(key));
    }

    private void AssertSameListing(byte[] key) => GpgListingTests.AssertSame(_gpg, key);
}
