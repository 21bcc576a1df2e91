using System.Management.Automation;

namespace ContainerTrust.Commands.Objects;

/// <summary>Colours of words in views, as <c>$PSStyle</c> has them; none where output is plain.</summary>
internal static class ViewColor
{
    /// <summary>What is as it should be.</summary>
    public static object Good(PSObject? style, object word) => In(style, "Green", word);

    /// <summary>What is refused or wrong.</summary>
    public static object Bad(PSObject? style, object word) => In(style, "Red", word);

    /// <summary>What may not be meant.</summary>
    public static object Doubtful(PSObject? style, object word) => In(style, "Yellow", word);

    // The reference assembly that the module is compiled with does not have the type of $PSStyle.
    private static object In(PSObject? style, string color, object word)
    {
        if (style is null || Member(style, "OutputRendering")?.ToString() is null or "PlainText"
            || Member(style, "Foreground") is not { } colors
            || Member(PSObject.AsPSObject(colors), color) is not string begin || Member(style, "Reset") is not string end)
            return word;
        return $"{begin}{word}{end}";
    }

    private static object? Member(PSObject item, string name) => item.Properties[name]?.Value;
}
