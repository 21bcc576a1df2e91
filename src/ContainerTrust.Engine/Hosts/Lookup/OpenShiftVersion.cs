using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Lookup;

/// <summary>
/// A version of OpenShift or OKD as people write it and as clusters and releases print it: <c>4.18</c>, <c>v4.18</c>, <c>4.18.7</c>,
/// <c>4.22.0-rc.1</c>, <c>4.20.0-okd-scos.17</c>. Nothing else in the engine reads one.
/// </summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second number.</param>
/// <param name="IsOkd">Whether the version says that it is OKD's.</param>
internal readonly record struct OpenShiftVersion(int Major, int Minor, bool IsOkd) : IComparable<OpenShiftVersion>
{
    private const int MaxText = 100;

    /// <summary>The version as far as it decides what a cluster does, <c>major.minor</c>.</summary>
    public string Short => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    /// <summary>Reads a version.</summary>
    /// <param name="untrusted">The text.</param>
    /// <returns>The version. Null if it is not one.</returns>
    public static OpenShiftVersion? TryParse(string untrusted)
    {
        ArgumentNullException.ThrowIfNull(untrusted);
        ReadOnlySpan<char> rest = untrusted.StartsWith('v') ? untrusted.AsSpan(1) : untrusted;
        if (rest.Length > MaxText || !TakeNumber(ref rest, 2, out int major) || !Take(ref rest, '.')
            || !TakeNumber(ref rest, 2, out int minor))
            return null;
        if (rest.IsEmpty)
            return new OpenShiftVersion(major, minor, false);
        if (!Take(ref rest, '.') || !TakeNumber(ref rest, 3, out _) || !IsSuffix(rest))
            return null;
        bool isOkd = rest.Contains("okd", StringComparison.OrdinalIgnoreCase) || rest.Contains("scos", StringComparison.OrdinalIgnoreCase);
        return new OpenShiftVersion(major, minor, isOkd);
    }

    /// <summary>Compares the numbers.</summary>
    public int CompareTo(OpenShiftVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <inheritdoc/>
    public override string ToString() => Short;

    // As Semantic Versioning has it: nothing, or a hyphen or a plus, and letters, digits, hyphens, dots and pluses.
    private static bool IsSuffix(ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty)
            return true;
        if (rest.Length == 1 || rest[0] is not ('-' or '+'))
            return false;
        foreach (char c in rest)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '+'))
                return false;
        }

        return true;
    }

    private static bool Take(ref ReadOnlySpan<char> text, char c)
    {
        if (text.IsEmpty || text[0] != c)
            return false;
        text = text[1..];
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> text, int most, out int number)
    {
        int length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length]))
            length++;
        number = 0;
        bool isNumber = length > 0 && length <= most && (length == 1 || text[0] != '0');
        if (isNumber)
            number = int.Parse(text[..length], NumberStyles.None, CultureInfo.InvariantCulture);
        text = text[length..];
        return isNumber;
    }
}
