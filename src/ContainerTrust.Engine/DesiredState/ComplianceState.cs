using System.Text.Json;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>The properties of <c>ContainerTrust/Compliance</c>: how a host is audited, and what was found.</summary>
internal sealed record ComplianceState
{
    private const double MostDays = 1_000_000;

    private static readonly string[] s_properties = ["root", "baseline", "excludeRules", "minimumSeverity", "expiringWithinDays"];

    /// <summary>A directory that is another host's root. Null for this host.</summary>
    public string? Root { get; init; }

    /// <summary>Policies, trust files and roots that the host is compared with. Null for no comparison.</summary>
    public IReadOnlyList<string>? Baseline { get; init; }

    /// <summary>How it is audited.</summary>
    public ComplianceOptions Options { get; init; } = new();

    /// <summary>Reads it.</summary>
    /// <param name="json">The cursor at the start of the object.</param>
    public static ComplianceState Read(ref PolicyJson json)
    {
        ComplianceState state = new();
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            ComplianceOptions options = state.Options;
            state = name switch
            {
                "root" => state with { Root = StateInput.FullPath(ref json) },
                "baseline" => state with { Baseline = Paths(ref json) },
                "excludeRules" => state with { Options = options with { ExcludedRules = ComplianceRules.Excluded(Texts(ref json)) } },
                "minimumSeverity" => state with { Options = options with { MinimumSeverity = Severity(ref json) } },
                "expiringWithinDays" => state with { Options = options with { ExpiringWithin = Days(ref json) } },
                "computerName" or "policyPath" or "compliant" or "errorCount" or "warningCount" or "informationCount" or "findings"
                    or "_inDesiredState" => throw StateInput.ReadOnly(ref json),
                _ => throw json.UnknownMember(name, s_properties),
            };
            json.Leave();
        }

        return state;
    }

    /// <summary>The line that says what was found.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="isAsked">Whether it is asked if the host is as it is to be.</param>
    public string ToLine(ImageTrustCompliance found, bool isAsked) => StateText.Line(json =>
    {
        json.WriteStartObject();
        StateText.WriteText(json, "root", Root);
        if (Baseline is not null)
            WriteTexts(json, "baseline", Baseline);
        if (found.ExcludedRules.Count > 0)
            WriteTexts(json, "excludeRules", found.ExcludedRules);
        json.WriteString("minimumSeverity"u8, Word(found.MinimumSeverity));
        json.WriteNumber("expiringWithinDays"u8, Options.ExpiringWithin.TotalDays);
        json.WriteString("computerName"u8, PrintableText.Line(found.ComputerName));
        StateText.WriteText(json, "policyPath", PrintableText.LineOrNull(found.PolicyPath));
        json.WriteBoolean("compliant"u8, found.Compliant);
        json.WriteNumber("errorCount"u8, found.ErrorCount);
        json.WriteNumber("warningCount"u8, found.WarningCount);
        json.WriteNumber("informationCount"u8, found.InformationCount);
        json.WriteStartArray("findings"u8);
        foreach (ImageTrustFinding finding in found.Findings)
        {
            json.WriteStartObject();
            json.WriteString("ruleId"u8, finding.RuleId);
            json.WriteString("severity"u8, Word(finding.Severity));
            json.WriteString("message"u8, PrintableText.Line(finding.Message));
            StateText.WriteText(json, "path", PrintableText.LineOrNull(finding.Path));
            StateText.WriteText(json, "scope", PrintableText.LineOrNull(finding.Scope));
            StateText.WriteText(json, "fix", PrintableText.LineOrNull(finding.Fix));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (isAsked)
            json.WriteBoolean("_inDesiredState"u8, found.Compliant);
        json.WriteEndObject();
    });

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static List<string> Texts(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("an array of strings is expected");
        List<string> texts = [];
        while (json.NextElement(texts.Count))
        {
            texts.Add(StateInput.Text(ref json));
            json.Leave();
        }

        return texts;
    }

    private static List<string> Paths(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("an array of paths is expected");
        List<string> paths = [];
        while (json.NextElement(paths.Count))
        {
            paths.Add(StateInput.FullPath(ref json));
            json.Leave();
        }

        return paths;
    }

    private static TimeSpan Days(ref PolicyJson json) => json.Number() is >= 0 and <= MostDays and double days ? TimeSpan.FromDays(days)
        : throw json.Error(StateInput.ErrorId, "A number of days from 0 to 1000000 is expected.");

    private static ImageTrustSeverity Severity(ref PolicyJson json) => StateInput.Text(ref json) switch
    {
        "information" => ImageTrustSeverity.Information,
        "warning" => ImageTrustSeverity.Warning,
        "error" => ImageTrustSeverity.Error,
        _ => throw json.Error(StateInput.ErrorId, "The severity is unknown; possible are information, warning and error."),
    };

    private static string Word(ImageTrustSeverity severity) => severity switch
    {
        ImageTrustSeverity.Error => "error",
        ImageTrustSeverity.Warning => "warning",
        _ => "information",
    };
}
