using System.Text;
using Markdig.Syntax.Inlines;

namespace ContainerTrust.HelpBuilder;

/// <summary>Markdown's inline text without its marks.</summary>
internal static class PlainText
{
    /// <summary>The text on one line. An address is shown after its words; a link to another page is its words alone.</summary>
    public static string Of(ContainerInline? inlines, PageSource page)
    {
        var text = new StringBuilder();
        if (inlines is not null)
            Append(text, inlines, page);
        return text.ToString();
    }

    private static void Append(StringBuilder text, ContainerInline inlines, PageSource page)
    {
        foreach (var inline in inlines)
        {
            switch (inline)
            {
                case LiteralInline literal:
                    var words = literal.Content.ToString();
                    if (words.Contains("**", StringComparison.Ordinal) || words.Contains('`', StringComparison.Ordinal))
                        page.Fault(inline, $"A mark of Markdown is left over in '{words}'.");
                    text.Append(words);
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded);
                    break;
                case LineBreakInline:
                    text.Append(' ');
                    break;
                case AutolinkInline address:
                    text.Append(address.Url);
                    break;
                case LinkInline { IsImage: false } link:
                    Append(text, link, page);
                    if (AddressOf(link, page) is { Length: > 0 } target)
                        text.Append(" (").Append(target).Append(')');
                    break;
                case EmphasisInline emphasis:
                    Append(text, emphasis, page);
                    break;
                default:
                    page.Fault(inline, $"Help cannot show this: {inline.GetType().Name}.");
                    break;
            }
        }
    }

    /// <summary>Where a link leads outside the module; empty where it leads to another page.</summary>
    public static string AddressOf(LinkInline link, PageSource page)
    {
        if (link.Url is { } url && url.StartsWith("https://", StringComparison.Ordinal))
            return url;
        if (string.IsNullOrEmpty(link.Url) || !page.HasNeighbour(link.Url))
            page.Fault(link, $"The link leads nowhere: '{link.Url}'. It must be the file of another page, or begin with https://.");
        return "";
    }
}
