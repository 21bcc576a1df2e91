using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;

namespace ContainerTrust.HelpBuilder;

/// <summary>A page as a file: its name, its Markdown, and its sections.</summary>
internal sealed partial class PageSource
{
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UseYamlFrontMatter().UsePipeTables().UsePreciseSourceLocation().Build();
    private readonly string _path;
    private readonly Faults _faults;

    /// <summary>Reads the page at the path.</summary>
    public PageSource(string path, Faults faults)
    {
        (_path, _faults) = (path, faults);
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (Placeholder().IsMatch(line))
                Fault(number, "A place that was to be filled in: {{ }}.");
        }
        Blocks = Markdown.Parse(text, Pipeline);
    }

    /// <summary>The file's name without its extension, which is the name of the cmdlet or topic.</summary>
    public string Name => Path.GetFileNameWithoutExtension(_path);

    /// <summary>Whether this is a conceptual topic and not the page of a cmdlet.</summary>
    public bool IsTopic => Name.StartsWith("about_", StringComparison.Ordinal);

    /// <summary>The page's blocks in their order.</summary>
    public IReadOnlyList<Block> Blocks { get; }

    /// <summary>Notes a fault in a line, counted from one.</summary>
    public void Fault(int line, string message) => _faults.Add(_path, line, message);

    /// <summary>Notes a fault where a block begins.</summary>
    public void Fault(MarkdownObject where, string message) => Fault(where.Line + 1, message);

    /// <summary>Whether a file lies beside the page.</summary>
    public bool HasNeighbour(string name) => File.Exists(Path.Combine(Path.GetDirectoryName(_path)!, name));

    /// <summary>Cuts blocks at the headings of a level. What stands before the first one is not in any section, and a fault.</summary>
    public IReadOnlyList<Section> SectionsOf(IEnumerable<Block> blocks, int level)
    {
        var sections = new List<Section>();
        foreach (var block in blocks)
        {
            if (block is HeadingBlock heading && heading.Level == level)
                sections.Add(new Section(PlainText.Of(heading.Inline, this), block.Line + 1, []));
            else if (block is HeadingBlock other && other.Level < level)
                Fault(block, "A heading is out of place here.");
            else if (sections.Count > 0)
                sections[^1].Blocks.Add(block);
            else
                Fault(block, "There is text before the first heading.");
        }
        return sections;
    }

    /// <summary>A heading, its line, and what stands below it.</summary>
    internal sealed record Section(string Title, int Line, List<Block> Blocks);

    [GeneratedRegex(@"\{\{.*?\}\}")]
    private static partial Regex Placeholder();
}
