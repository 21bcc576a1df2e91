using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>
/// Completes issuers and subjects of certificates: those that the policy has already, and the issuers of the public Fulcio CA that vouch
/// for e-mail addresses.
/// </summary>
public sealed class SubjectCompleter : IArgumentCompleter
{
    private static readonly Candidate[] PublicIssuers =
    [
        new("https://accounts.google.com", "Google accounts"),
        new("https://github.com/login/oauth", "GitHub accounts"),
        new("https://login.microsoftonline.com", "Microsoft accounts"),
    ];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(fakeBoundParameters);
        ArgumentNullException.ThrowIfNull(parameterName);
        IEnumerable<Candidate> used = PolicyEntries.Read(fakeBoundParameters, null)
            .SelectMany(
                entry => entry.Requirements.OfType<SigstoreSignedRequirement>().SelectMany(r => Values(r, parameterName)),
                static (entry, value) => new Candidate(value, $"As for {entry.Registry}"));
        IEnumerable<Candidate> known = parameterName.Equals("OidcIssuer", StringComparison.OrdinalIgnoreCase) ? PublicIssuers : [];
        return [.. used.Concat(known).DistinctBy(static c => c.Text).Matching(wordToComplete)];
    }

    private static IEnumerable<string> Values(SigstoreSignedRequirement requirement, string parameter) =>
        new[]
        {
            parameter.ToUpperInvariant() switch
            {
                "OIDCISSUER" => requirement.Fulcio?.OidcIssuer,
                "SUBJECTEMAIL" => requirement.Fulcio?.SubjectEmail ?? requirement.Pki?.SubjectEmail,
                _ => requirement.Pki?.SubjectHostname,
            },
        }.OfType<string>();
}
