using System.CommandLine;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust remove</c>: forget scopes.</summary>
internal static class RemoveCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Argument<string[]> registries = new("registry")
            { Description = "Scopes, exactly as they are in the policy", Arity = ArgumentArity.OneOrMore };
        Option<string> transport = new("--transport") { Description = "The transport", DefaultValueFactory = static _ => "docker" };
        Option<bool> keep = new("--keep-signature-store") { Description = "Leave the scopes' sections in registries.d" };
        Option<bool> dryRun = new("--dry-run") { Description = "Only say what would be done" };
        Command command = new("remove", "Forgets scopes, and their signature stores.") { registries, transport, keep, dryRun };
        common.AddTo(command);
        command.SetAction(result => Changes.Make(
            common.Open(result),
            [.. RegistryArgument.Get(result, registries, allowEmpty: result.GetResult(transport) is { Implicit: false })
                .Select(name => new TrustChange
            {
                Transport = result.GetValue(transport)!,
                Registry = name,
                Remove = true,
                KeepSection = result.GetValue(keep),
            })],
            result.GetValue(dryRun)));
        return command;
    }
}
