using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>What the engine says of a message with a key file alone.</summary>
/// <param name="IsGood">Whether the signature is good.</param>
/// <param name="Reason">Why.</param>
/// <param name="Fingerprint">The primary key's fingerprint, if it is good.</param>
/// <param name="Content">The content, if it is good.</param>
internal sealed record OurOpenPgp(bool IsGood, string Reason, string? Fingerprint, ReadOnlyMemory<byte> Content)
{
    public static OurOpenPgp Of(byte[] key, byte[] message)
    {
        OpenPgpKeyring keyring;
        try
        {
            keyring = OpenPgpKeyring.Import([new KeyringSource("key", key)]);
        }
        catch (TrustException e)
        {
            return new OurOpenPgp(false, $"{e.ErrorId}: {e.Message}", null, default);
        }

        OurOpenPgp verdict = Of(keyring, message);
        return verdict with { Reason = string.Join(' ', [verdict.Reason, .. keyring.Warnings]) };
    }

    public static OurOpenPgp Of(OpenPgpKeyring keyring, byte[] message)
    {
        OpenPgpVerification verification = keyring.Verify(message, DateTimeOffset.UtcNow);
        return new OurOpenPgp(verification.IsGood, $"{verification.Problem}: {verification.Reason}", verification.Fingerprint,
            verification.Content);
    }
}
