using System.Globalization;
using System.Text;

namespace ContainerTrust.Cli;

/// <summary>Words for terminals.</summary>
internal static class Text
{
    /// <summary>The text with control characters spelled out: names in a policy can hold anything, a terminal must not obey it.</summary>
    public static string Printable(string text)
    {
        if (IsPlain(text))
            return text;
        StringBuilder result = new(text.Length + 16);
        foreach (char c in text)
        {
            if (IsUnsafe(c))
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                result.Append(c);
        }

        return result.ToString();
    }

    /// <summary>What a requirement list amounts to, in podman's words.</summary>
    public static string TypeOf(ImageTrust trust) => trust.Type switch
    {
        TrustType.Accept => "accept",
        TrustType.Reject => "reject",
        TrustType.SignedBy => "signed",
        TrustType.SigstoreSigned => "sigstoreSigned",
        _ => string.Join("+", trust.Requirements.Select(static r => r switch
        {
            AcceptRequirement => "accept",
            SignedByRequirement => "signed",
            _ => r.Type,
        }).Distinct()),
    };

    // Nearly every name there is.
    private static bool IsPlain(string text)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or > '~')
                return false;
        }

        return true;
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
