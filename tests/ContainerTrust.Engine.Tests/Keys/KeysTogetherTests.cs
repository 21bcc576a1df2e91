using ContainerTrust.Engine.OpenPgp.Packets;
using ContainerTrust.Engine.Tests.Trust;

namespace ContainerTrust.Engine.Tests.Keys;

/// <summary>Key files of one requirement are judged together before it is written, as they are when an image is verified.</summary>
public sealed class KeysTogetherTests : IDisposable
{
    private static readonly TestSigner s_first = TestSigner.EcdsaP256();
    private static readonly TestSigner s_second = TestSigner.EcdsaP256(TestPackets.Created + 5);

    private readonly ScratchRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_key_that_another_file_revokes_is_named()
    {
        Write("/first", s_first.Certificate());
        Write("/second", [.. s_second.Certificate(), .. Revocation(s_first)]);
        _root.Open().CheckKeys([Requirement]);
        string warning = Assert.Single(_root.Warnings, static w => w.Contains("another of the files", StringComparison.Ordinal));
        Assert.Contains(s_first.Fingerprint, warning, StringComparison.Ordinal);
        Assert.DoesNotContain(s_second.Fingerprint, warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_revoke_the_keys_of_each_other_are_refused()
    {
        Write("/first", [.. s_first.Certificate(), .. Revocation(s_second)]);
        Write("/second", [.. s_second.Certificate(), .. Revocation(s_first)]);
        TrustException e = Assert.Throws<TrustException>(() => _root.Open().CheckKeys([Requirement]));
        Assert.Equal("NoSigningKey", e.ErrorId);
        Assert.Equal("/first, /second", e.Target);
        Assert.Contains("if the files are taken together", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_agree_say_nothing()
    {
        Write("/first", s_first.Certificate());
        Write("/second", s_second.Certificate());
        _root.Open().CheckKeys([Requirement]);
        Assert.Empty(_root.Warnings);
    }

    private static SignedByRequirement Requirement => new() { KeyPaths = ["/first", "/second"] };

    private static byte[] Revocation(TestSigner signer) =>
        signer.Sign(SignatureType.KeyRevocation, signer.Hashed, TestPackets.Created + 50);

    private void Write(string path, byte[] content) => File.WriteAllBytes(_root.Full(path), content);
}
