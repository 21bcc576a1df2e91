using System.CommandLine;
using System.CommandLine.Completions;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary>The options for the identity rule: one of them at most.</summary>
internal sealed class IdentityOptions
{
    private readonly Option<string?> _rule = new("--signed-identity")
    {
        Description = "matchExact, matchRepoDigestOrExact or matchRepository",
        HelpName = "rule",
        CompletionSources = { { "matchExact", "matchRepoDigestOrExact", "matchRepository" } },
    };
    private readonly Option<string?> _reference = new("--exact-reference")
        { Description = "Signatures must name this reference", HelpName = "reference" };
    private readonly Option<string?> _repository = new("--exact-repository")
        { Description = "Signatures must name this repository", HelpName = "repository" };
    private readonly Option<string?> _prefix = new("--remap-prefix")
        { Description = "For mirrors: this prefix of the image's name ...", HelpName = "prefix" };
    private readonly Option<string?> _signedPrefix = new("--signed-prefix")
        { Description = "... is this one in signatures", HelpName = "prefix" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_rule, _reference, _repository, _prefix, _signedPrefix])
            command.Options.Add(option);
    }

    public SignedIdentity? Get(ParseResult result) => IdentityRule.Of(
        result.GetValue(_rule), result.GetValue(_reference), result.GetValue(_repository), result.GetValue(_prefix),
        result.GetValue(_signedPrefix));
}
