namespace ContainerTrust.HelpBuilder;

/// <summary>The page of a cmdlet. Texts are paragraphs, laid out for a terminal.</summary>
internal sealed record CommandPage
{
    /// <summary>The cmdlet's name.</summary>
    public required string Name { get; init; }

    /// <summary>The file that Get-Help reads.</summary>
    public required string HelpFile { get; init; }

    /// <summary>Where the page can be read in a browser.</summary>
    public required string HelpUri { get; init; }

    /// <summary>What the cmdlet does, in a sentence.</summary>
    public required IReadOnlyList<string> Synopsis { get; init; }

    /// <summary>What the cmdlet does, at length.</summary>
    public required IReadOnlyList<string> Description { get; init; }

    /// <summary>One for each parameter set, that of the default first.</summary>
    public required IReadOnlyList<SyntaxForm> Syntax { get; init; }

    /// <summary>The parameters in the page's order.</summary>
    public required IReadOnlyList<ParameterHelp> Parameters { get; init; }

    /// <summary>The examples.</summary>
    public required IReadOnlyList<ExampleHelp> Examples { get; init; }

    /// <summary>What can be piped in.</summary>
    public required IReadOnlyList<TypeHelp> Inputs { get; init; }

    /// <summary>What comes out.</summary>
    public required IReadOnlyList<TypeHelp> Outputs { get; init; }

    /// <summary>What else there is to know.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Where there is more.</summary>
    public required IReadOnlyList<LinkHelp> Links { get; init; }
}

/// <summary>An example: a title, text before the code if there is any, the code, and what follows it, such as the output.</summary>
internal sealed record ExampleHelp(string Title, IReadOnlyList<string> Introduction, string Code, IReadOnlyList<string> Remarks);

/// <summary>A type, and what it has to do with the cmdlet.</summary>
internal sealed record TypeHelp(string Name, IReadOnlyList<string> Description);

/// <summary>A link; the address is empty where it leads to another page of the module.</summary>
internal sealed record LinkHelp(string Text, string Address);

/// <summary>A parameter.</summary>
internal sealed record ParameterHelp(string Name, IReadOnlyList<string> Description, ParameterFacts Facts);
