using System.CommandLine;
using System.CommandLine.Completions;
using ContainerTrust.Engine.References;

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
    private readonly Option<string?> _reference = new("--exact-reference") { Description = "Signatures must name this reference", HelpName = "reference" };
    private readonly Option<string?> _repository = new("--exact-repository") { Description = "Signatures must name this repository", HelpName = "repository" };
    private readonly Option<string?> _prefix = new("--remap-prefix") { Description = "For mirrors: this prefix of the image's name ...", HelpName = "prefix" };
    private readonly Option<string?> _signedPrefix = new("--signed-prefix") { Description = "... is this one in signatures", HelpName = "prefix" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_rule, _reference, _repository, _prefix, _signedPrefix])
            command.Options.Add(option);
    }

    public SignedIdentity? Get(ParseResult result)
    {
        string? prefix = result.GetValue(_prefix);
        string? signedPrefix = result.GetValue(_signedPrefix);
        if ((prefix is null) != (signedPrefix is null))
            throw Usage("--remap-prefix and --signed-prefix belong together. Give both.");
        List<SignedIdentity> identities = [];
        if (result.GetValue(_rule) is { } rule)
            identities.Add(Rule(rule));
        if (result.GetValue(_reference) is { } reference)
            identities.Add(new ExactReferenceIdentity { DockerReference = reference });
        if (result.GetValue(_repository) is { } repository)
            identities.Add(new ExactRepositoryIdentity { DockerRepository = repository });
        if (prefix is not null)
            identities.Add(new RemapIdentity { Prefix = prefix, SignedPrefix = signedPrefix! });
        return identities.Count <= 1 ? identities.FirstOrDefault() : throw Usage("Only one identity rule is possible. Leave out the others.");
    }

    private static SignedIdentity Rule(string rule) => rule.ToLowerInvariant() switch
    {
        "matchexact" => new MatchExactIdentity(),
        "matchrepodigestorexact" => new MatchRepoDigestOrExactIdentity(),
        "matchrepository" => new MatchRepositoryIdentity(),
        _ => throw Usage($"--signed-identity {rule} is unknown; possible are matchExact, matchRepoDigestOrExact and matchRepository."),
    };

    private static TrustException Usage(string message) => new("InvalidIdentity", TrustErrorKind.InvalidArgument, message);
}
