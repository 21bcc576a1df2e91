using System.Xml;

namespace ContainerTrust.HelpBuilder;

/// <summary>Writes the help of one cmdlet, in the order in which the format has it.</summary>
internal sealed class MamlCommand(XmlWriter writer, CommandPage page)
{
    private const string Maml = "http://schemas.microsoft.com/maml/2004/10";
    private const string Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private const string Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Writes the whole element.</summary>
    public void Write()
    {
        writer.WriteStartElement("command", "command", Command);
        writer.WriteAttributeString("xmlns", "maml", null, Maml);
        writer.WriteAttributeString("xmlns", "dev", null, Dev);
        WriteDetails();
        WriteText("description", page.Description);
        WriteList("syntax", page.Syntax, WriteForm);
        WriteList("parameters", page.Parameters, parameter => WriteParameter(parameter, null, TypeIn(page.Syntax, parameter.Name)));
        WriteList("inputTypes", page.Inputs, type => WriteType("inputType", type));
        WriteList("returnValues", page.Outputs, type => WriteType("returnValue", type));
        writer.WriteStartElement("alertSet", Maml);
        WriteText("alert", page.Notes);
        writer.WriteEndElement();
        WriteList("examples", page.Examples, WriteExample);
        WriteList("relatedLinks", page.Links.Prepend(new LinkHelp("Online Version:", page.HelpUri)), WriteLink);
        writer.WriteEndElement();
    }

    private void WriteDetails()
    {
        writer.WriteStartElement("details", Command);
        writer.WriteElementString("name", Command, page.Name);
        writer.WriteElementString("verb", Command, page.Name.Split('-')[0]);
        writer.WriteElementString("noun", Command, page.Name.Split('-')[^1]);
        WriteText("description", page.Synopsis);
        writer.WriteEndElement();
    }

    private void WriteForm(SyntaxForm form)
    {
        writer.WriteStartElement("syntaxItem", Command);
        writer.WriteElementString("name", Maml, page.Name);
        foreach (var shown in form.Parameters)
        {
            var parameter = page.Parameters.First(other => other.Name == shown.Name);
            WriteParameter(parameter, parameter.Facts.In(form.Set), shown.Type);
        }
        writer.WriteEndElement();
    }

    // In a parameter set, or with what holds in all sets that have the parameter.
    private void WriteParameter(ParameterHelp parameter, ParameterSetFacts? set, string? shortType)
    {
        var facts = parameter.Facts;
        List<ParameterSetFacts> sets = set is null ? facts.ParameterSets : [set];
        writer.WriteStartElement("parameter", Command);
        writer.WriteAttributeString("required", TextOf(sets.TrueForAll(each => each.IsRequired)));
        writer.WriteAttributeString("variableLength", TextOf(facts.Type.EndsWith("[]", StringComparison.Ordinal)));
        writer.WriteAttributeString("globbing", TextOf(facts.SupportsWildcards));
        writer.WriteAttributeString("pipelineInput", PipelineInput(sets));
        writer.WriteAttributeString("position", sets.Find(each => each.IsPositional)?.Position ?? "named");
        writer.WriteAttributeString("aliases", facts.Aliases.Count == 0 ? "none" : string.Join(", ", facts.Aliases));
        writer.WriteElementString("name", Maml, parameter.Name);
        WriteText("description", parameter.Description);
        // In the syntax the values that there are say more than the type does.
        if (set is not null && facts.AcceptedValues.Count > 0)
            WriteList("parameterValueGroup", facts.AcceptedValues, WriteValue);
        if (shortType is not null)
            WriteValue(shortType);
        writer.WriteStartElement("type", Dev);
        writer.WriteElementString("name", Maml, facts.Type);
        writer.WriteEndElement();
        writer.WriteElementString("defaultValue", Dev, facts.DefaultValue.Length == 0 ? "None" : facts.DefaultValue);
        writer.WriteEndElement();
    }

    private void WriteValue(string value)
    {
        writer.WriteStartElement("parameterValue", Command);
        writer.WriteAttributeString("required", "true");
        writer.WriteAttributeString("variableLength", TextOf(value.EndsWith("[]", StringComparison.Ordinal)));
        writer.WriteString(value);
        writer.WriteEndElement();
    }

    private void WriteType(string element, TypeHelp type)
    {
        writer.WriteStartElement(element, Command);
        writer.WriteStartElement("type", Dev);
        writer.WriteElementString("name", Maml, type.Name);
        writer.WriteEndElement();
        WriteText("description", type.Description);
        writer.WriteEndElement();
    }

    private void WriteExample(ExampleHelp example)
    {
        writer.WriteStartElement("example", Command);
        writer.WriteElementString("title", Maml, TitleOf(example));
        // Get-Help prints the code right after the introduction, and keeps the line ends there.
        WriteText("introduction", [.. example.Introduction.Select(text => $"{text}\n\n")]);
        writer.WriteElementString("code", Dev, example.Code);
        // The empty paragraph parts the example from the next one.
        WriteText("remarks", [.. example.Remarks, ""], Dev);
        writer.WriteEndElement();
    }

    private void WriteLink(LinkHelp link)
    {
        writer.WriteStartElement("navigationLink", Maml);
        writer.WriteElementString("linkText", Maml, link.Text);
        writer.WriteElementString("uri", Maml, link.Address);
        writer.WriteEndElement();
    }

    private void WriteText(string element, IEnumerable<string> paragraphs, string space = Maml)
    {
        writer.WriteStartElement(element, space);
        foreach (var paragraph in paragraphs)
            writer.WriteElementString("para", Maml, paragraph);
        writer.WriteEndElement();
    }

    private void WriteList<T>(string element, IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartElement(element, element == "relatedLinks" ? Maml : Command);
        foreach (var item in items)
            write(item);
        writer.WriteEndElement();
    }

    private static string? TypeIn(IEnumerable<SyntaxForm> syntax, string name) =>
        syntax.SelectMany(form => form.Parameters).First(shown => shown.Name == name).Type;

    private static string PipelineInput(List<ParameterSetFacts> sets) =>
        (sets.Exists(set => set.ValueFromPipeline), sets.Exists(set => set.ValueFromPipelineByPropertyName)) switch
        {
            (true, true) => "True (ByValue, ByPropertyName)",
            (true, false) => "True (ByValue)",
            (false, true) => "True (ByPropertyName)",
            _ => "False",
        };

    // As in PowerShell's own help, but on one line.
    private static string TitleOf(ExampleHelp example)
    {
        var dashes = new string('-', Math.Clamp((74 - example.Title.Length) / 2, 1, 9));
        return $"{dashes} {example.Title} {dashes}";
    }

    private static string TextOf(bool value) => value ? "true" : "false";
}
