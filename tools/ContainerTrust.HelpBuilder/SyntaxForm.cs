using System.Text.RegularExpressions;

namespace ContainerTrust.HelpBuilder;

/// <summary>How a cmdlet is called by one of its parameter sets.</summary>
internal sealed partial record SyntaxForm(string Set, bool IsDefault, IReadOnlyList<SyntaxParameter> Parameters)
{
    /// <summary>Reads a form as the page has it; null where it is not one.</summary>
    public static SyntaxForm? Parse(string title, string code, string command)
    {
        const string Mark = " (Default)";
        var isDefault = title.EndsWith(Mark, StringComparison.Ordinal);
        var words = Blanks().Replace(code, " ").Trim() + " ";
        if (!words.StartsWith(command + " ", StringComparison.Ordinal))
            return null;
        var parameters = new List<SyntaxParameter>();
        for (var at = command.Length + 1; at < words.Length;)
        {
            var match = Parameter().Match(words, at);
            if (!match.Success)
                return null;
            string? type = match.Groups["type"] is { Success: true } value ? value.Value : null;
            parameters.Add(new SyntaxParameter(
                match.Groups["name"].Value,
                type,
                IsRequired: !match.Groups["optional"].Success,
                IsPositional: match.Groups["positional"].Success));
            at += match.Length;
        }
        return new SyntaxForm(isDefault ? title[..^Mark.Length] : title, isDefault, parameters);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    // [[-Name] <type>], [-Name] <type>, [-Name <type>], -Name <type>, [-Name], -Name
    [GeneratedRegex(
        @"\G(?:(?<optional>\[)(?<positional>\[)-(?<name>\w+)\] <(?<type>[^<>]+)>\]|(?<positional>\[)-(?<name>\w+)\] <(?<type>[^<>]+)>|"
        + @"(?<optional>\[)-(?<name>\w+)(?: <(?<type>[^<>]+)>)?\]|-(?<name>\w+)(?: <(?<type>[^<>]+)>)?) ")]
    private static partial Regex Parameter();
}

/// <summary>A parameter as the syntax shows it; a switch has no type there.</summary>
internal sealed record SyntaxParameter(string Name, string? Type, bool IsRequired, bool IsPositional);
