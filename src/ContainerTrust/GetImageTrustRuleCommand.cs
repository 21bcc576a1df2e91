using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Controls;
using ContainerTrust.Engine.Foundation;

namespace ContainerTrust.Commands;

/// <summary><c>Get-ImageTrustRule</c>: the rules that <c>Test-ImageTrust</c> audits a host by.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTrustRule", HelpUri = HelpPage.Directory + "Get-ImageTrustRule.md")]
[OutputType(typeof(ImageTrustRule))]
public sealed class GetImageTrustRuleCommand : EngineCmdlet
{
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private string? _profile;

    /// <summary>Ids of rules; <c>*</c> and <c>?</c> are wildcards. All rules if left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("RuleId")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RuleCompleter))]
    public string[]? Id { get; set; }

    /// <summary>Show rules whose findings are, as a rule, at least this bad.</summary>
    [Parameter]
    public ImageTrustSeverity MinimumSeverity { get; set; }

    /// <summary>Show rules that are evidence for controls of this framework.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string? Profile { get; set; }

    /// <summary>
    /// Show rules that are evidence for this control, such as <c>V-257537</c> or <c>CM-14</c>; <c>*</c> and <c>?</c> are wildcards.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ControlCompleter))]
    public string? Control { get; set; }

    private protected override void Begin() => _profile = Profile is null ? null : ControlFrameworks.Find(Profile).Profile;

    private protected override void Process()
    {
        foreach (string pattern in Id ?? ["*"])
        {
            ComplianceRule[] found = [.. ComplianceRules.All.Where(r => ScopePattern.IsMatch(pattern, r.Id))];
            if (found.Length == 0)
            {
                Report(new TrustException("RuleNotFound", TrustErrorKind.NotFound,
                    $"There is no rule '{pattern}'. Run Get-ImageTrustRule without an id to see them all.") { Target = pattern });
            }

            if (Control is not null && !ControlFrameworks.All.SelectMany(static f => f.AllControls).Any(IsAsked))
            {
                throw new TrustException("ControlNotFound", TrustErrorKind.NotFound,
                    $"There is no control '{Control}'. Run Get-ImageTrustRule | Select-Object -ExpandProperty Controls to see them all.")
                    { Target = Control };
            }

            // Of many findings of one rule, the rule is shown once.
            foreach (ComplianceRule rule in found.Where(r => r.Severity >= MinimumSeverity && IsAsked(r) && _shown.Add(r.Id)))
                WriteObject(Shown(rule));
        }
    }

    private bool IsAsked(ComplianceRule rule) => (_profile is null && Control is null) || rule.Controls.Any(IsAsked);

    private bool IsAsked(ImageTrustControl control) => (_profile is null || control.Profile == _profile)
        && (Control is null || ScopePattern.IsMatch(Control, control.Id)
            || control.OtherIds.Split(", ").Any(i => ScopePattern.IsMatch(Control, i)));

    private static ImageTrustRule Shown(ComplianceRule rule) => new()
    {
        Id = rule.Id,
        Severity = rule.Severity,
        Title = rule.Title,
        HasFix = rule.HasFix,
        CanBeExcluded = rule.CanBeExcluded,
        Controls = rule.Controls.ToArray(),
    };
}
