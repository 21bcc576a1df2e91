using Markdig.Syntax;

namespace ContainerTrust.HelpBuilder;

/// <summary>A conceptual topic as Get-Help prints it.</summary>
internal static class TopicText
{
    /// <summary>The text of the page. Get-Help takes the topic's synopsis from the fifth line.</summary>
    public static string Of(PageSource page)
    {
        if (page.Blocks is not [HeadingBlock { Level: 1 } title, HeadingBlock { Level: 2 } first, ParagraphBlock, ..]
            || PlainText.Of(title.Inline, page) != page.Name || PlainText.Of(first.Inline, page) != "SHORT DESCRIPTION")
            page.Fault(1, $"A topic must begin with its name as the title, and a short description: # {page.Name}, ## SHORT DESCRIPTION.");
        var layout = new HelpLayout(page, width: 78);
        var parts = page.Blocks.Select(block =>
            block is HeadingBlock heading ? Heading(heading, page) : string.Join('\n', layout.Lines(block)));
        return string.Join("\n\n", parts) + "\n";
    }

    private static string Heading(HeadingBlock heading, PageSource page)
    {
        var text = PlainText.Of(heading.Inline, page);
        return heading.Level == 2 ? text.ToUpperInvariant() : text;
    }
}
