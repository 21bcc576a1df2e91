namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>A message with one signature, taken apart; nothing of it is verified.</summary>
internal readonly ref struct SignedMessage
{
    /// <summary>The signature packet's body.</summary>
    public required ReadOnlySpan<byte> Signature { get; init; }

    /// <summary>The body of the one-pass packet that announced the signature. Empty for a message of the old style.</summary>
    public required ReadOnlySpan<byte> OnePass { get; init; }

    /// <summary>The literal data packet's format octet: <c>b</c>, <c>t</c>, <c>u</c>, or another.</summary>
    public required byte UntrustedFormat { get; init; }

    /// <summary>The octets that were signed, if the signature is good.</summary>
    public required ReadOnlySpan<byte> UntrustedContent { get; init; }
}
