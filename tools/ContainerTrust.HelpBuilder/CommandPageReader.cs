using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace ContainerTrust.HelpBuilder;

/// <summary>Reads the page of a cmdlet, which follows platyPS's schema 2024-05-01.</summary>
internal sealed class CommandPageReader(PageSource page)
{
    private static readonly string[] Titles =
        ["SYNOPSIS", "SYNTAX", "ALIASES", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS"];

    private readonly Dictionary<string, PageSource.Section> _sections = [];
    // Get-Help indents texts by four blanks, notes and what has a heading of its own by eight; a terminal has eighty columns.
    private readonly HelpLayout _text = new(page, width: 74);
    private readonly HelpLayout _inner = new(page, width: 70);
    private readonly HelpLayout _example = new(page, width: 74, codeIndent: "");

    /// <summary>The page. Where it has faults, they are noted, and what is returned is not whole.</summary>
    public CommandPage Read()
    {
        var front = new FrontMatter(page);
        var body = page.Blocks.Skip(1).ToList();
        if (body is not [HeadingBlock { Level: 1 } title, ..] || PlainText.Of(title.Inline, page) != page.Name)
            page.Fault(body.Count > 0 ? body[0].Line + 1 : 1, $"The page must begin with the cmdlet's name as its title: # {page.Name}.");
        ReadSections(body.Skip(1));
        var parameters = new ParameterReader(page, _inner).Read(Blocks("PARAMETERS"));
        var syntax = new SyntaxReader(page).Read(Blocks("SYNTAX"), parameters, LineOf("SYNTAX"));
        return new CommandPage
        {
            Name = page.Name,
            HelpFile = front["external help file"],
            HelpUri = front["HelpUri"],
            Synopsis = _text.Paragraphs(Filled("SYNOPSIS")),
            Description = _text.Paragraphs(Filled("DESCRIPTION")),
            Syntax = syntax,
            Parameters = parameters,
            Examples = ReadExamples(),
            Inputs = ReadTypes("INPUTS"),
            Outputs = ReadTypes("OUTPUTS"),
            Notes = _inner.Paragraphs(Filled("NOTES")),
            Links = ReadLinks(),
        };
    }

    private void ReadSections(IEnumerable<Block> body)
    {
        var last = -1;
        foreach (var section in page.SectionsOf(body, 2))
        {
            var place = Array.IndexOf(Titles, section.Title);
            if (place < 0)
                page.Fault(section.Line, $"There is no section '{section.Title}'. Possible are {string.Join(", ", Titles)}.");
            else if (!_sections.TryAdd(section.Title, section))
                page.Fault(section.Line, $"The section {section.Title} is here twice.");
            else if (place < last)
                page.Fault(section.Line, $"The section {section.Title} must stand before {Titles[last]}.");
            else
                last = place;
        }
        foreach (var title in Titles.Where(title => title != "ALIASES" && !_sections.ContainsKey(title)))
            page.Fault(1, $"The section {title} is missing.");
    }

    private List<Block> Blocks(string title) => _sections.TryGetValue(title, out var section) ? section.Blocks : [];

    private int LineOf(string title) => _sections.TryGetValue(title, out var section) ? section.Line : 1;

    private List<Block> Filled(string title)
    {
        var blocks = Blocks(title);
        if (blocks.Count == 0 && _sections.ContainsKey(title))
            page.Fault(LineOf(title), $"The section {title} is empty.");
        return blocks;
    }

    private List<ExampleHelp> ReadExamples()
    {
        var examples = new List<ExampleHelp>();
        var number = 0;
        foreach (var section in page.SectionsOf(Filled("EXAMPLES"), 3))
        {
            number++;
            if (!section.Title.StartsWith($"Example {number}: ", StringComparison.Ordinal))
                page.Fault(section.Line, $"The title must begin with 'Example {number}: '.");
            var code = section.Blocks.FindIndex(block => block is FencedCodeBlock { Info: "powershell" });
            if (code < 0)
                page.Fault(section.Line, "The example has no code (```powershell).");
            else
                examples.Add(new ExampleHelp(
                    section.Title,
                    _example.Paragraphs(section.Blocks[..code]),
                    HelpLayout.CodeOf((CodeBlock)section.Blocks[code]),
                    _example.Paragraphs(section.Blocks[(code + 1)..])));
        }
        return examples;
    }

    private List<TypeHelp> ReadTypes(string title) =>
        [.. page.SectionsOf(Filled(title), 3).Select(section => new TypeHelp(section.Title, _inner.Paragraphs(section.Blocks)))];

    private List<LinkHelp> ReadLinks()
    {
        var links = new List<LinkHelp>();
        foreach (var block in Filled("RELATED LINKS"))
        {
            if (block is not ListBlock list)
            {
                page.Fault(block, "Links are a list.");
                continue;
            }
            foreach (var item in list.Cast<ListItemBlock>())
            {
                if (item is [ParagraphBlock { Inline: { FirstChild: LinkInline link } inline }] && inline.LastChild == link)
                    links.Add(new LinkHelp(string.Concat(link.OfType<LiteralInline>()), PlainText.AddressOf(link, page)));
                else
                    page.Fault(item, "Each item must be a link and nothing else: - [words](address).");
            }
        }
        return links;
    }
}
