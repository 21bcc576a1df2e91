namespace ContainerTrust.Engine.Manifests;

/// <summary>The platform that an image is for, in Go's words (OCI image-spec, image-index).</summary>
/// <param name="Os">The operating system, such as <c>linux</c>.</param>
/// <param name="Architecture">The architecture, such as <c>amd64</c> or <c>arm64</c>.</param>
/// <param name="Variant">The variant of the architecture, such as <c>v8</c>. Null if there is none, or any will do.</param>
public sealed record ImagePlatform(string Os, string Architecture, string? Variant)
{
    // From the most capable to the one that every machine of the architecture runs.
    private static readonly string[] ArmVariants = ["v8", "v7", "v6", "v5"];
    private static readonly string[] Arm64Variants = ["v8"];

    /// <summary>
    /// The platform of a Linux machine, as podman there would choose by (containers/image, <c>WantedPlatforms</c>): the architecture in
    /// Go's words, and on ARM the variant of the processor.
    /// </summary>
    /// <param name="machine">The machine's name in the words of <c>uname -m</c>.</param>
    /// <returns>The platform; a name that is not known is taken for an architecture. Null if it is not one word.</returns>
    public static ImagePlatform? OfMachine(string machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return machine.ToLowerInvariant() switch
        {
            "x86_64" or "amd64" => new ImagePlatform("linux", "amd64", null),
            "i386" or "i486" or "i586" or "i686" => new ImagePlatform("linux", "386", null),
            "aarch64" or "arm64" => new ImagePlatform("linux", "arm64", "v8"),
            ['a', 'r', 'm', 'v', >= '5' and <= '8' and var version, ..] => new ImagePlatform("linux", "arm", $"v{version}"),
            "loongarch64" => new ImagePlatform("linux", "loong64", null),
            var other => IsWord(other) ? new ImagePlatform("linux", other, null) : null,
        };
    }

    /// <summary>Reads a platform as users write it.</summary>
    /// <param name="text"><c>os/architecture</c> or <c>os/architecture/variant</c>, in Go's words, in any case; <c>x86_64</c> and
    /// <c>aarch64</c> are understood.</param>
    /// <returns>The platform.</returns>
    /// <exception cref="TrustException"><c>InvalidPlatform</c>: it is none.</exception>
    public static ImagePlatform Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.ToLowerInvariant().Split('/');
        if (parts.Length is not (2 or 3) || !parts.All(IsWord))
        {
            throw new TrustException("InvalidPlatform", TrustErrorKind.InvalidArgument,
                $"'{Printable.Of(text, Printable.NameLength)}' is not a platform; write it as linux/amd64 or linux/arm/v7.")
            {
                Target = text,
            };
        }

        string architecture = parts[1] switch
        {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            string other => other,
        };
        return new ImagePlatform(parts[0], architecture, parts.Length == 3 ? parts[2] : null);
    }

    /// <inheritdoc/>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    /// <summary>The platforms whose images run on this one, the best first (containers/image, <c>WantedPlatforms</c>).</summary>
    internal IReadOnlyList<ImagePlatform> Compatible()
    {
        string[] known = Architecture switch
        {
            "arm" => ArmVariants,
            "arm64" => Arm64Variants,
            _ => [],
        };
        if (string.IsNullOrEmpty(Variant))
            return [this with { Variant = null }, .. known.Select(v => this with { Variant = v })];
        int first = Array.IndexOf(known, Variant);
        string[] variants = first < 0 ? [Variant] : known[first..];
        return [.. variants.Select(v => this with { Variant = v }), this with { Variant = null }];
    }

    private static bool IsWord(string text) =>
        text.Length is > 0 and <= 64 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
}
