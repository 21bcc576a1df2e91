using System.Text;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary>Words for people.</summary>
internal static class TrustText
{
    /// <summary>A requirement with everything that decides, keys by their path.</summary>
    public static string Describe(TrustRequirement requirement) => RequirementText.Describe(requirement);

    /// <summary>Text from files with control characters made visible, so that it cannot steer the terminal.</summary>
    public static string Printable(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u0000', '\u001f') && !text.AsSpan().ContainsAnyInRange('\u007f', '\u009f') && !text.AsSpan().ContainsAnyInRange('\u202a', '\u202e') && !text.AsSpan().ContainsAnyInRange('\u2066', '\u2069'))
            return text;
        StringBuilder printable = new(text.Length + 8);
        foreach (char c in text)
        {
            if (char.IsControl(c) || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'))
                printable.Append($"\\u{(int)c:x4}");
            else
                printable.Append(c);
        }

        return printable.ToString();
    }
}
