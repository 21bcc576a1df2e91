using Markdig.Extensions.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace ContainerTrust.HelpBuilder;

/// <summary>The facts that a cmdlet's page begins with.</summary>
internal sealed class FrontMatter
{
    private readonly Dictionary<string, string> _facts = [];
    private readonly string[] _lines = [];

    /// <summary>Reads the front matter of the page.</summary>
    public FrontMatter(PageSource page)
    {
        if (page.Blocks is not [YamlFrontMatterBlock block, ..])
        {
            page.Fault(1, "The page must begin with its facts between two lines of three dashes.");
            return;
        }
        _lines = block.Lines.ToString().Split('\n');
        try
        {
            _facts = new DeserializerBuilder().Build().Deserialize<Dictionary<string, string>?>(block.Lines.ToString()) ?? [];
        }
        catch (YamlException exception)
        {
            page.Fault(block.Line + 1 + (int)exception.Start.Line, exception.Message);
            return;
        }
        Demand(page, "document type", value => value == "cmdlet", "must be 'cmdlet'");
        Demand(page, "external help file", value => value.EndsWith("-Help.xml", StringComparison.Ordinal), "must name a help file");
        Demand(page, "HelpUri", IsAddressOf(page), "must be the https address of this page");
        Demand(page, "Locale", value => value == "en-US", "must be 'en-US'");
        Demand(page, "PlatyPS schema version", value => value == "2024-05-01", "must be '2024-05-01'");
        Demand(page, "title", value => value == page.Name, $"must be '{page.Name}'");
    }

    /// <summary>A fact, or an empty text.</summary>
    public string this[string name] => _facts.GetValueOrDefault(name, "");

    private static Func<string, bool> IsAddressOf(PageSource page) => value =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps
        && value.EndsWith($"/{page.Name}.md", StringComparison.Ordinal);

    // The first line where the fact is missing.
    private int LineOf(string name) => Array.FindIndex(_lines, line => line.StartsWith($"{name}:", StringComparison.Ordinal)) + 2;

    private void Demand(PageSource page, string name, Func<string, bool> isRight, string message)
    {
        if (!isRight(this[name]))
            page.Fault(LineOf(name), $"'{name}' {message}, not '{this[name]}'.");
    }
}
