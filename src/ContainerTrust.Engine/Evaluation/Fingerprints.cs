namespace ContainerTrust.Engine.Evaluation;

/// <summary>Fingerprints as people give them.</summary>
internal static class Fingerprints
{
    /// <summary>
    /// Brings fingerprints into the form that keys have them in. <c>any</c> stands for no restriction, as in
    /// <c>skopeo standalone-verify</c>.
    /// </summary>
    /// <param name="given">Fingerprints in hex, with or without spaces, colons and <c>0x</c>.</param>
    /// <returns>Upper-case hex without anything else; empty if every key will do.</returns>
    /// <exception cref="TrustException">One is not a whole fingerprint (<c>InvalidFingerprint</c>): key ids can be forged.</exception>
    public static IReadOnlyList<string> Normalize(IReadOnlyList<string>? given)
    {
        List<string> result = [];
        bool any = false;
        foreach (string text in given ?? [])
        {
            if (text.Equals("any", StringComparison.OrdinalIgnoreCase))
            {
                any = true;
                continue;
            }

            string hex = text.Replace(" ", "", StringComparison.Ordinal).Replace(":", "", StringComparison.Ordinal);
            if (hex.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
                hex = hex[2..];
            if (hex.Length is not (40 or 64) || !hex.All(char.IsAsciiHexDigit))
            {
                throw new TrustException(
                    "InvalidFingerprint",
                    TrustErrorKind.InvalidArgument,
                    $"'{text}' is not a fingerprint. Give all 40 (version 6 keys: 64) hexadecimal digits, " +
                    "which 'gpg --show-keys' prints, or 'any'; a key id can be forged.")
                {
                    Target = text,
                };
            }

            result.Add(hex.ToUpperInvariant());
        }

        if (any && result.Count > 0)
            throw new TrustException(
                "InvalidFingerprint",
                TrustErrorKind.InvalidArgument,
                "'any' beside a fingerprint would accept every key. Give one or the other.")
            {
                Target = "any",
            };
        return result;
    }
}
