using Markdig.Extensions.Tables;
using Markdig.Syntax;

namespace ContainerTrust.HelpBuilder;

/// <summary>
/// Markdown as a terminal shows it: broken between words here, because PowerShell itself breaks lines in the middle of a word in many
/// cultures.
/// </summary>
internal sealed class HelpLayout(PageSource page, int width, string codeIndent = "    ")
{
    /// <summary>
    /// Paragraphs. Code is part of the paragraph before it: Get-Help cuts off the blanks that a paragraph begins with.
    /// </summary>
    public IReadOnlyList<string> Paragraphs(IEnumerable<Block> blocks)
    {
        var paragraphs = new List<string>();
        foreach (var block in blocks)
        {
            var text = string.Join('\n', Lines(block));
            if (block is CodeBlock && paragraphs.Count > 0)
                paragraphs[^1] += $"\n\n{text}";
            else if (text.StartsWith(' ') && codeIndent.Length == 0)
                page.Fault(block, "Get-Help would cut off the blanks that this begins with.");
            else
                paragraphs.Add(text);
        }
        return paragraphs;
    }

    /// <summary>The lines of a block.</summary>
    public IEnumerable<string> Lines(Block block)
    {
        switch (block)
        {
            case ParagraphBlock paragraph:
                return Wrap(PlainText.Of(paragraph.Inline, page), "", "");
            case CodeBlock code:
                return CodeOf(code).Split('\n').Select(line => $"{codeIndent}{line}".TrimEnd());
            case ListBlock list:
                return list.Cast<ListItemBlock>().SelectMany((item, index) => ItemLines(item, list.IsOrdered ? $"{index + 1}. " : "- "));
            case Table table:
                return TableLines(table);
            default:
                page.Fault(block, $"Help cannot show this: {block.GetType().Name}.");
                return [];
        }
    }

    /// <summary>The text of a block of code.</summary>
    public static string CodeOf(CodeBlock code) => code.Lines.ToString().TrimEnd('\n');

    private IEnumerable<string> ItemLines(ListItemBlock item, string mark)
    {
        var indent = new string(' ', mark.Length);
        var isFirst = true;
        foreach (var block in item)
        {
            if (block is not ParagraphBlock paragraph)
            {
                page.Fault(block, "In a list there can be paragraphs only.");
                continue;
            }
            if (!isFirst)
                yield return "";
            foreach (var line in Wrap(PlainText.Of(paragraph.Inline, page), isFirst ? mark : indent, indent))
                yield return line;
            isFirst = false;
        }
    }

    private IEnumerable<string> TableLines(Table table)
    {
        var rows = table.Cast<TableRow>().Select(row => row.Cast<TableCell>().Select(CellText).ToArray()).ToList();
        if (rows.Exists(row => row.Length != rows[0].Length))
        {
            page.Fault(table, "The rows of the table differ in their number of cells.");
            yield break;
        }
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        rows.Insert(1, [.. rows[0].Select(title => new string('-', title.Length))]);
        foreach (var row in rows)
        {
            var front = string.Concat(row[..^1].Select((cell, column) => cell.PadRight(widths[column] + 2)));
            foreach (var line in Wrap(row[^1], front, new string(' ', front.Length)))
                yield return line.TrimEnd();
        }
    }

    private string CellText(TableCell cell) =>
        string.Join(' ', cell.OfType<ParagraphBlock>().Select(text => PlainText.Of(text.Inline, page)));

    private IEnumerable<string> Wrap(string text, string first, string others)
    {
        var line = first;
        var isEmpty = true;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > width)
            {
                yield return line;
                (line, isEmpty) = (others, true);
            }
            line += isEmpty ? word : $" {word}";
            isEmpty = false;
        }
        yield return line;
    }
}
