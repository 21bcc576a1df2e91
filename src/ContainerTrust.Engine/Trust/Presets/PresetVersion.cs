using System.Globalization;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>A bound for releases of a system.</summary>
/// <param name="Major">The number before the dot.</param>
/// <param name="Minor">The number after it. Null for a release without, which is as its first.</param>
internal sealed record PresetVersion(int Major, int? Minor)
{
    /// <summary>Reads a version such as <c>10</c> or <c>9.2</c>.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The version. Null if it is not one.</returns>
    public static PresetVersion? Parse(string text)
    {
        string[] parts = text.Split('.');
        if (parts.Length > 2 || !parts.All(static p => p.Length is > 0 and < 10 && p.All(char.IsAsciiDigit)))
            return null;
        return new(Number(parts[0]), parts.Length == 1 ? null : Number(parts[1]));
    }

    /// <summary>Whether a host's release is this one or later.</summary>
    /// <param name="release">
    /// The release. One of a single number, as CentOS Stream's, is the newest of that number.
    /// </param>
    /// <returns>The answer. Null if the release has no version.</returns>
    public bool? IsAtMost(OperatingSystemRelease release) =>
        release.Major is not { } major ? null
        : major != Major ? major > Major
        : (release.Minor ?? int.MaxValue) >= (Minor ?? 0);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}") +
        (Minor is { } minor ? string.Create(CultureInfo.InvariantCulture, $".{minor}") : "");

    private static int Number(string digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
