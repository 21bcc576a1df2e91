using System.Security.Cryptography;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Keys that are made straight from their numbers: they are made where OpenSSL 3 is, and say what the framework's own
/// say.</summary>
public sealed class OpenSslKeysTests
{
    private static readonly byte[] Digest = SHA256.HashData("digest"u8);

    private static bool IsThere => OperatingSystem.IsLinux() && SafeEvpPKeyHandle.OpenSslVersion >= 0x30000000;

    [Theory]
    [InlineData(1024)]
    [InlineData(1032)]
    [InlineData(2048)]
    [InlineData(4096)]
    public void An_RSA_key_verifies_what_the_frameworks_own_verifies(int bits)
    {
        using var signer = RSA.Create(bits);
        var parameters = signer.ExportParameters(false);
        using var made = OpenSslKeys.TryCreateRsa(parameters.Modulus, parameters.Exponent);
        Assert.Equal(IsThere, made is not null);
        if (made is null)
            return;
        Assert.Equal(bits, made.KeySize);
        Assert.Equal(parameters.Modulus, made.ExportParameters(false).Modulus);
        Assert.Equal(parameters.Exponent, made.ExportParameters(false).Exponent);
        byte[] good = signer.SignHash(Digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), bad = [.. good];
        bad[^1] ^= 1;
        Assert.True(made.VerifyHash(Digest, good, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.False(made.VerifyHash(Digest, bad, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        Assert.False(made.VerifyHash(Digest, good, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1));
    }

    [Theory]
    [InlineData("prime256v1", 256)]
    [InlineData("secp384r1", 384)]
    [InlineData("secp521r1", 521)]
    public void An_ECDSA_key_verifies_what_the_frameworks_own_verifies(string curve, int bits)
    {
        using var signer = ECDsa.Create(ECCurve.CreateFromFriendlyName(curve));
        var q = signer.ExportParameters(false).Q;
        byte[] point = [4, .. q.X!, .. q.Y!];
        using var made = OpenSslKeys.TryCreateEcdsa(curve, point);
        Assert.Equal(IsThere, made is not null);
        if (made is null)
            return;
        Assert.Equal(bits, made.KeySize);
        Assert.Equal(q.X, made.ExportParameters(false).Q.X);
        Assert.Equal(q.Y, made.ExportParameters(false).Q.Y);
        byte[] good = signer.SignHash(Digest), bad = [.. good];
        bad[^1] ^= 1;
        Assert.True(made.VerifyHash(Digest, good));
        Assert.False(made.VerifyHash(Digest, bad));

        // A point that is not on the curve, and half of one.
        point[^1] ^= 1;
        Assert.Null(OpenSslKeys.TryCreateEcdsa(curve, point));
        Assert.Null(OpenSslKeys.TryCreateEcdsa(curve, point.AsSpan(0, 1 + q.X!.Length)));
        Assert.Null(OpenSslKeys.TryCreateEcdsa("no curve", point));
    }

    /// <summary>What OpenSSL says to one key is not what it says to the next one.</summary>
    [Fact]
    public void A_key_that_is_refused_leaves_nothing_behind()
    {
        using var signer = RSA.Create(2048);
        byte[] good = signer.SignHash(Digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var parameters = signer.ExportParameters(false);
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(OpenSslKeys.TryCreateEcdsa("prime256v1", [4, .. new byte[64]]));
            using var made = OpenSslKeys.TryCreateRsa(parameters.Modulus, parameters.Exponent);
            Assert.Equal(IsThere, made?.VerifyHash(Digest, good, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) ?? false);
        }
    }
}
