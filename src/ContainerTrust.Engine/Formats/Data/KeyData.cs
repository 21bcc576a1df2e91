namespace ContainerTrust.Engine.Formats.Data;

/// <summary>
/// Key data as policies hold it: standard base64 (RFC 4648 section 4) with padding. Line breaks are ignored, blanks are not possible.
/// </summary>
internal static class KeyData
{
    /// <summary>Decodes key data.</summary>
    /// <param name="text">Base64.</param>
    /// <returns>The bytes, or null if the reference implementation would not decode it.</returns>
    public static byte[]? Decode(string text)
    {
        // .NET ignores blanks and tabs too.
        if (text.AsSpan().IndexOfAny(' ', '\t') >= 0)
            return null;
        byte[] buffer = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, buffer, out int written) ? buffer[..written] : null;
    }

    /// <summary>Decodes key data of a requirement, which may have been made by hand.</summary>
    /// <param name="text">Base64.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="TrustException">It is not base64 (<c>InvalidKeyData</c>).</exception>
    public static byte[] Require(string text) =>
        Decode(text) ?? throw new TrustException(
            "InvalidKeyData",
            TrustErrorKind.InvalidArgument,
            "Key data must be the key file in base64.");
}
