using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Real signatures: each fixture gives what its name says and what gpg 2.2.40 gives.</summary>
public sealed class CorpusVerificationTests
{
    private const string Primary = "08CD26E446E2E95249B7A405E932F44B23E8DD43";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    [SkippableFact]
    public void The_release_signature_is_good_with_Red_Hats_keys()
    {
        byte[] signature = Corpus.Read(
            "openshift-release/signatures/sha256=e3f12513a4b22a2d7c0e7c9207f52128113758d9d68c7d06b11a0ac7672966f7/signature-1");
        var result = Import("openshift-release/keyrings/redhat.txt").Verify(signature, Now);
        Assert.True(result.IsGood, result.Reason);
        Assert.Equal("567E347AD0044ADE55BA8A5F199E2F91FD431D51", result.Fingerprint);
        Assert.Equal(result.Fingerprint, result.KeyFingerprint);
        Assert.Equal("Red Hat, Inc. (release key 2) <security@redhat.com>", result.UserId);
        Assert.Contains("sha256:e3f12513a4b22a2d7c0e7c9207f52128113758d9d68c7d06b11a0ac7672966f7",
            Encoding.UTF8.GetString(result.Content.Span), StringComparison.Ordinal);

        var unknown = Import("openshift-release/keyrings/simple.txt").Verify(signature, Now);
        Assert.Equal(OpenPgpProblem.UnknownKey, unknown.Problem);
        Assert.Equal("199E2F91FD431D51", unknown.UntrustedKeyId);
        Assert.True(unknown.Content.IsEmpty);
    }

    [SkippableFact]
    public void A_signature_of_an_expired_key_is_refused_and_the_reason_names_the_date()
    {
        byte[] signature = Corpus.Read(
            "openshift-release/signatures/sha256=edd9824f0404f1a139688017e7001370e2f3fbc088b94da84506653b473fe140/signature-1");
        var result = Import("openshift-release/keyrings/combined.txt").Verify(signature, Now);
        Assert.Equal(OpenPgpProblem.KeyExpired, result.Problem);
        Assert.Matches(@"expired at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", result.Reason);
    }

    [SkippableTheory]
    [InlineData("image.signature", "public-key.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("image.signature", "public-key-2.gpg", nameof(OpenPgpProblem.UnknownKey))]
    [InlineData("image.signature", "pubring.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("invalid-blob.signature", "public-key.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("invalid-blob.signature-v3", "public-key.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("invalid-reference.signature", "public-key-1.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("no-optional-fields.signature", "pubring.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("dir-img-valid/signature-1", "public-key.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("dir-img-valid-2/signature-2", "public-key.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("corrupt.signature", "public-key.gpg", nameof(OpenPgpProblem.BadSignature))]
    [InlineData("corrupt.signature-v3", "pubring.gpg", nameof(OpenPgpProblem.BadSignature))]
    [InlineData("expired.signature", "public-key.gpg", nameof(OpenPgpProblem.SignatureExpired))]
    [InlineData("subkey.signature", "public-key-with-subkey.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("subkey.signature-v3", "public-key-with-subkey.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("subkey.signature", "pubring.gpg", nameof(OpenPgpProblem.None))]
    [InlineData("subkey.signature", "public-key.gpg", nameof(OpenPgpProblem.UnknownKey))]
    [InlineData("subkey-revoked.signature", "public-key-with-revoked-subkey.gpg", nameof(OpenPgpProblem.KeyRevoked))]
    [InlineData("subkey-revoked.signature-v3", "pubring.gpg", nameof(OpenPgpProblem.KeyRevoked))]
    [InlineData("unknown-key.signature", "pubring.gpg", nameof(OpenPgpProblem.UnknownKey))]
    [InlineData("unknown-key.signature-v3", "pubring.gpg", nameof(OpenPgpProblem.UnknownKey))]
    [InlineData("unsigned-encrypted.signature", "pubring.gpg", nameof(OpenPgpProblem.NotSignedMessage))]
    [InlineData("unsigned-literal.signature", "pubring.gpg", nameof(OpenPgpProblem.NotSignedMessage))]
    [InlineData("unknown-cosign-key.signature", "pubring.gpg", nameof(OpenPgpProblem.NotSignedMessage))]
    public void A_fixture_of_containers_image_gives_what_gpg_gives(string signature, string keys, string problem)
    {
        OpenPgpProblem expected = Enum.Parse<OpenPgpProblem>(problem);
        var result = Import("containers-image/" + keys).Verify(Corpus.Read("containers-image/" + signature), Now);
        Assert.True(expected == result.Problem, $"{result.Problem}: {result.Reason}");
        Assert.Equal(expected == OpenPgpProblem.None, result.IsGood);
        Assert.Equal(result.IsGood, !result.Content.IsEmpty);
        if (result.IsGood && !signature.StartsWith("subkey", StringComparison.Ordinal))
            Assert.Equal(Primary, result.Fingerprint);
        if (result.IsGood && signature.StartsWith("subkey", StringComparison.Ordinal))
            Assert.NotEqual(result.Fingerprint, result.KeyFingerprint);
    }

    private static OpenPgpKeyring Import(string name) => OpenPgpKeyring.Import([new KeyringSource(name, Corpus.Read(name))]);
}
