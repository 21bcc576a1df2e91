using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Foundation;

namespace ContainerTrust.Commands;

/// <summary><c>Get-ImageTrustRule</c>: the rules that <c>Test-ImageTrust</c> audits a host by.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTrustRule", HelpUri = HelpPage.Directory + "Get-ImageTrustRule.md")]
[OutputType(typeof(ImageTrustRule))]
public sealed class GetImageTrustRuleCommand : EngineCmdlet
{
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);

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

            // Of many findings of one rule, the rule is shown once.
            foreach (ComplianceRule rule in found.Where(r => r.Severity >= MinimumSeverity && _shown.Add(r.Id)))
                WriteObject(Shown(rule));
        }
    }

    private static ImageTrustRule Shown(ComplianceRule rule) => new()
    {
        Id = rule.Id,
        Severity = rule.Severity,
        Title = rule.Title,
        HasFix = rule.HasFix,
        CanBeExcluded = rule.CanBeExcluded,
    };
}
