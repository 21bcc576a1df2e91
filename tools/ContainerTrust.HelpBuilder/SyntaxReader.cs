using Markdig.Syntax;

namespace ContainerTrust.HelpBuilder;

/// <summary>Reads the section SYNTAX, and holds it against what the parameters say of their parameter sets.</summary>
internal sealed class SyntaxReader(PageSource page)
{
    /// <summary>The forms, that of the default parameter set first.</summary>
    public List<SyntaxForm> Read(IEnumerable<Block> blocks, IReadOnlyList<ParameterHelp> parameters, int line)
    {
        var forms = new List<SyntaxForm>();
        foreach (var section in page.SectionsOf(blocks, 3))
        {
            if (section.Blocks is not [FencedCodeBlock code]
                || SyntaxForm.Parse(section.Title, HelpLayout.CodeOf(code), page.Name) is not { } form)
            {
                page.Fault(section.Line, $"The syntax must be code: {page.Name} -Required <type> [-Optional <type>] [-Switch].");
                continue;
            }
            Check(form, parameters, section.Line);
            forms.Add(form);
        }
        if (forms.Count == 0)
            page.Fault(line, "There is no syntax.");
        foreach (var set in parameters.SelectMany(parameter => parameter.Facts.ParameterSets.Select(facts => facts.Name)).Distinct())
        {
            if (set != ParameterSetFacts.All && !forms.Exists(form => form.Set == set))
                page.Fault(line, $"There is no syntax of the parameter set {set}.");
        }
        return [.. forms.OrderByDescending(form => form.IsDefault)];
    }

    private void Check(SyntaxForm form, IReadOnlyList<ParameterHelp> parameters, int line)
    {
        foreach (var parameter in parameters)
        {
            if (parameter.Facts.In(form.Set) is not null && !form.Parameters.Any(shown => shown.Name == parameter.Name))
                page.Fault(line, $"The syntax of {form.Set} does not show -{parameter.Name}.");
        }
        foreach (var shown in form.Parameters)
        {
            var facts = parameters.FirstOrDefault(parameter => parameter.Name == shown.Name)?.Facts;
            if (facts?.In(form.Set) is not { } inSet)
                page.Fault(line, $"The syntax of {form.Set} shows -{shown.Name}, which is not described as one of its parameters.");
            else if ((inSet.IsRequired, inSet.IsPositional, facts.IsSwitch) != (shown.IsRequired, shown.IsPositional, shown.Type is null))
                page.Fault(line, $"-{shown.Name} is not described as the syntax of {form.Set} shows it.");
        }
    }
}
