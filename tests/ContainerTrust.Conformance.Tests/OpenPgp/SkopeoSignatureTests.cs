using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary><c>skopeo standalone-verify</c> accepts what is good here; where it accepts more, the test says what.</summary>
public sealed class SkopeoSignatureTests : IDisposable
{
    private readonly GpgTool _gpg = new();

    public void Dispose() => _gpg.Dispose();

    [SkippableFact]
    public void Verdicts_agree_with_skopeo()
    {
        GpgTool.Require();
        string skopeo = Tools.RequireTool("skopeo");
        string manifest = _gpg.Write("manifest", "{}"u8.ToArray());
        string digest = Convert.ToHexString(SHA256.HashData("{}"u8)).ToLowerInvariant();
        byte[] claim = Encoding.UTF8.GetBytes($$$"""{"critical":{"identity":{"docker-reference":"example.com/app:1"},"image":{"docker-manifest-digest":"sha256:{{{digest}}}"},"type":"atomic container signature"},"optional":{}}""");
        string content = _gpg.Write("claim", claim);

        string rsa = _gpg.MakeKey("rsa <r@example.com>", "rsa2048", "sign,cert", "never");
        string owner = _gpg.MakeKey("owner <o@example.com>", "ed25519", "cert", "never");
        _gpg.Batch("20240102T030405", "--quick-add-key", owner, "ed25519", "sign", "never");
        string expired = _gpg.MakeKey("expired <e@example.com>", "ed25519", "sign,cert", "2024-06-01");
        string revoked = _gpg.MakeKey("revoked <v@example.com>", "ed25519", "sign,cert", "never");
        byte[] Sign(string key, params string[] options) =>
            _gpg.Run(0, ["--batch", "--local-user", key, .. options, "--output", "-", content]);
        byte[] byRevoked = Sign(revoked, "--sign");
        string certificate = File.ReadAllText(Path.Combine(_gpg.Home, "openpgp-revocs.d", revoked + ".rev"));
        _gpg.Run(0, "--batch", "--import",
            _gpg.Write("rev", Encoding.ASCII.GetBytes(certificate[(certificate.IndexOf(":-----BEGIN", StringComparison.Ordinal) + 1)..])));
        byte[] good = Sign(rsa, "--compress-algo", "none", "--sign");
        byte[] damaged = [.. good];
        damaged[damaged.AsSpan().IndexOf("atomic"u8)] ^= 1;
        var keyring = OpenPgpKeyring.Import([new KeyringSource("keys", _gpg.Run(0, "--export"))]);
        foreach (var (what, signature, isStricter) in new (string, byte[], bool)[]
        {
            ("plain", good, false), ("compressed", Sign(rsa, "--compress-algo", "zlib", "--sign"), false),
            ("bzip2", Sign(rsa, "--compress-algo", "bzip2", "--sign"), false),
            ("armored", Sign(rsa, "--armor", "--sign"), false), ("text", Sign(rsa, "--textmode", "--sign"), false),
            ("subkey", Sign(owner, "--sign"), false),
            ("damaged", damaged, false), ("expired key", Sign(expired, "--faked-system-time", "20240301T000000!", "--sign"), false),
            ("revoked key", byRevoked, false),
            ("expired", Sign(rsa, "--faked-system-time", "20240301T000000!", "--default-sig-expire", "3d", "--sign"), false),
            ("future", Sign(rsa, "--faked-system-time", "20400301T000000!", "--sign"), false),
            ("two signatures", Sign(rsa, "--local-user", owner, "--sign"), false), ("detached", Sign(rsa, "--detach-sign"), false),
            ("stored", Sign(rsa, "--store"), false),
            ("RIPEMD-160", Sign(rsa, "--digest-algo", "RIPEMD160", "--sign"), true),
            ("SHA-1", Sign(rsa, "--digest-algo", "SHA1", "--sign"), true),
            ("cleartext", Sign(rsa, "--clear-sign"), true), ("marker", [0xCA, 3, .. "PGP"u8, .. good], false),
            ("trailing octet", [.. good, 0], true), ("twice", [.. good, .. good], false),
        })
        {
            var result = keyring.Verify(signature, DateTimeOffset.UtcNow);
            string path = _gpg.Write("signature", signature);
            var accepted = new[] { rsa, result.KeyFingerprint ?? owner, expired, revoked }
                .Select(f => Tools.Run(skopeo, ["standalone-verify", manifest, "example.com/app:1", f, path],
                environment: new Dictionary<string, string?> { ["GNUPGHOME"] = _gpg.Home })).FirstOrDefault(r => r.ExitCode == 0);
            Assert.True(isStricter ? !result.IsGood : result.IsGood == accepted is not null,
                $"{what}: {result.Problem} {result.Reason}; skopeo {accepted?.Output}");
            if (what is "SHA-1" or "cleartext")
                Assert.True(accepted is not null, $"{what}: skopeo refuses it now, too.");
        }
    }
}
