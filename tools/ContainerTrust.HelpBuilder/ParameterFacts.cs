namespace ContainerTrust.HelpBuilder;

/// <summary>What the YAML block of a parameter says. The names are those of platyPS's schema.</summary>
internal sealed class ParameterFacts
{
    /// <summary>The .NET type.</summary>
    public string Type { get; set; } = "";

    /// <summary>What counts where the parameter is left out.</summary>
    public string DefaultValue { get; set; } = "";

    /// <summary>Whether wildcards can be given.</summary>
    public bool SupportsWildcards { get; set; }

    /// <summary>Other names.</summary>
    public List<string> Aliases { get; set; } = [];

    /// <summary>The parameter sets it is in; "(All)" stands for all of them.</summary>
    public List<ParameterSetFacts> ParameterSets { get; set; } = [];

    /// <summary>Whether the parameter is hidden from completion.</summary>
    public bool DontShow { get; set; }

    /// <summary>The values there are, if they are few.</summary>
    public List<string> AcceptedValues { get; set; } = [];

    /// <summary>What PowerShell says when it asks for the parameter.</summary>
    public string HelpMessage { get; set; } = "";

    /// <summary>Whether this is a switch.</summary>
    public bool IsSwitch => Type == "System.Management.Automation.SwitchParameter";

    /// <summary>What holds in a parameter set, or nothing where the parameter is not in it.</summary>
    public ParameterSetFacts? In(string set) => ParameterSets.Find(facts => facts.Name == set || facts.Name == ParameterSetFacts.All);
}

/// <summary>What a parameter is in one parameter set.</summary>
internal sealed class ParameterSetFacts
{
    /// <summary>The name that stands for all parameter sets.</summary>
    public const string All = "(All)";

    /// <summary>The parameter set.</summary>
    public string Name { get; set; } = "";

    /// <summary>A number, or "Named".</summary>
    public string Position { get; set; } = "";

    /// <summary>Whether it must be given.</summary>
    public bool IsRequired { get; set; }

    /// <summary>Whether it takes what is piped in.</summary>
    public bool ValueFromPipeline { get; set; }

    /// <summary>Whether it takes a property of what is piped in.</summary>
    public bool ValueFromPipelineByPropertyName { get; set; }

    /// <summary>Whether it takes the arguments that are left.</summary>
    public bool ValueFromRemainingArguments { get; set; }

    /// <summary>Whether it can be given without its name.</summary>
    public bool IsPositional => Position != "Named";
}
