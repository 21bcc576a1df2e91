using Markdig.Syntax;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ContainerTrust.HelpBuilder;

/// <summary>Reads the section PARAMETERS: under each name a description, and the facts as YAML.</summary>
internal sealed class ParameterReader(PageSource page, HelpLayout layout)
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder().WithDuplicateKeyChecking().Build();

    /// <summary>The parameters but for the common ones, which Get-Help describes itself.</summary>
    public List<ParameterHelp> Read(IEnumerable<Block> blocks)
    {
        var parameters = new List<ParameterHelp>();
        foreach (var section in page.SectionsOf(blocks, 3).Where(section => section.Title != "CommonParameters"))
        {
            if (!section.Title.StartsWith('-'))
                page.Fault(section.Line, $"'{section.Title}' is not a parameter; names begin with '-'.");
            else if (parameters.Exists(other => other.Name == section.Title[1..]))
                page.Fault(section.Line, $"{section.Title} is described twice.");
            else if (ReadOne(section) is { } parameter)
                parameters.Add(parameter);
        }
        return parameters;
    }

    private ParameterHelp? ReadOne(PageSource.Section section)
    {
        var at = section.Blocks.FindIndex(block => block is FencedCodeBlock { Info: "yaml" });
        if (at < 0)
            page.Fault(section.Line, $"{section.Title} has no facts (```yaml).");
        else if (at == 0)
            page.Fault(section.Line, $"{section.Title} has no description.");
        else if (at < section.Blocks.Count - 1)
            page.Fault(section.Blocks[at + 1], $"The facts of {section.Title} must come last.");
        else if (ReadFacts((FencedCodeBlock)section.Blocks[at]) is { } facts)
            return new ParameterHelp(section.Title[1..], layout.Paragraphs(section.Blocks[..at]), facts);
        return null;
    }

    private ParameterFacts? ReadFacts(FencedCodeBlock block)
    {
        ParameterFacts? facts;
        try
        {
            facts = Yaml.Deserialize<ParameterFacts?>(block.Lines.ToString());
        }
        catch (YamlException exception)
        {
            page.Fault(block.Line + 1 + (int)exception.Start.Line, $"{exception.InnerException?.Message ?? exception.Message}");
            return null;
        }
        if (facts is null || facts.Type.Length == 0 || facts.ParameterSets.Count == 0)
        {
            page.Fault(block, "Type and ParameterSets must be there.");
            return null;
        }
        foreach (var set in facts.ParameterSets)
        {
            if (set.Name.Length == 0 || (set.IsPositional && !uint.TryParse(set.Position, out _)))
                page.Fault(block, "Each parameter set must have a Name, and a Position that is a number or Named.");
        }
        return facts;
    }
}
