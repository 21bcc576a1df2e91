using System.CommandLine;
using System.CommandLine.Completions;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary>
/// <c>containertrust imagepolicy</c>: entries of a host's policy, or a preset, as ClusterImagePolicy or ImagePolicy documents.
/// </summary>
internal static class ImagePolicyCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Argument<string[]> registries = new("registry")
        {
            Description = "Scopes of the host's policy; * and ? are wildcards (default: all that demand sigstore signatures)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> preset = new("--preset")
        {
            Description = $"A vendor's keys, for the scopes of --scope: {string.Join(", ", ImagePolicyPreset.Names)}",
            HelpName = "name",
            CompletionSources = { { ImagePolicyPreset.Names.ToArray() } },
        };
        Option<string[]> scope = new("--scope")
            { Description = "With --preset: a namespace or repository, such as registry.redhat.io/rhel9", HelpName = "scope" };
        Option<string?> key = new("--key", "-f")
            { Description = "With --preset: the vendor's key, a file here, where the host does not have it", HelpName = "file" };
        Option<string?> rekor = new("--rekor-key")
            { Description = "With --preset: the key of the vendor's Rekor log, a file here", HelpName = "file" };
        Option<string?> version = new("--openshift-version")
        {
            Description =
                $"Version of OpenShift as the cluster prints it, from {ImagePolicyVersions.OpenShift[0]} on (default: the newest)",
            HelpName = "version",
            CompletionSources = { { ImagePolicyVersions.OpenShift.Reverse().ToArray() } },
        };
        Option<string?> name = new("--name")
            { Description = "Make one policy of this name of all scopes, which must demand the same", HelpName = "name" };
        Option<string?> target = new("--namespace")
            { Description = "Make ImagePolicy documents for this namespace", HelpName = "name" };
        Command command = new("imagepolicy", "Makes ClusterImagePolicy and ImagePolicy documents of OpenShift.")
            { registries, preset, scope, key, rekor, version, name, target };
        common.AddTo(command);
        command.SetAction(result =>
        {
            string[] names = RegistryArgument.Get(result, registries, allowEmpty: false);
            string[] scopes = result.GetValue(scope) ?? [];
            string? presetName = result.GetValue(preset);
            string? keyPath = FullPath(result.GetValue(key), "--key");
            string? rekorPath = FullPath(result.GetValue(rekor), "--rekor-key");
            if (presetName is null ? scopes.Length > 0 || (keyPath ?? rekorPath) is not null : scopes.Length == 0 || names.Length > 0)
                throw new TrustException("InvalidOptions", TrustErrorKind.InvalidArgument, presetName is null
                    ? "--scope, --key and --rekor-key require --preset. Specify it, or scopes of the host's policy alone."
                    : "--preset requires --scope, and takes no scopes of the host's policy.");
            TrustMessages messages = common.Messages(result);
            TrustStore store = common.Open(result);
            ImagePolicyConverter converter = new(store.Host, new ImagePolicyOptions
            {
                Name = result.GetValue(name),
                Namespace = result.GetValue(target),
                OpenShiftVersion = result.GetValue(version),
            }, messages);
            using Cancellation cancel = new();
            IReadOnlyList<ImageTrust> entries = presetName is null ? Entries(store, names, cancel.Token)
                : new ImagePolicyPreset { Name = presetName, Scopes = scopes, KeyPath = keyPath, RekorPublicKeyPath = rekorPath }
                    .Entries(store.Host, messages);
            ImagePolicyConversion conversion = converter.Convert(entries, cancel.Token);
            foreach (TrustException refusal in conversion.Refusals)
                StandardError.Fail(refusal.Message);
            if (conversion.Documents.Count > 0)
                Output.Write(string.Join("---\n", conversion.Documents.Select(static d => d.Yaml)));
            return conversion.Refusals.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    // What was named is converted or refused; of a whole policy, what no such document can express is not meant.
    private static ImageTrust[] Entries(TrustStore store, string[] names, CancellationToken cancellation)
    {
        TrustQuery query = names.Length == 0 ? TrustQuery.All with { IncludeKeys = true }
            : new TrustQuery { Registries = names, Transport = "docker", IncludeKeys = true };
        ImageTrust[] entries = [.. store.Read(query, cancellation).Where(e => names.Length > 0 || e.Type == TrustType.SigstoreSigned)];
        string[] missing = [.. names.Where(n => !entries.Any(e => ScopePattern.IsMatch(n, e.Registry)))];
        if (missing.Length > 0 || entries.Length == 0)
            throw new TrustException("NothingToConvert", TrustErrorKind.NotFound, missing.Length > 0
                ? $"The policy has no scope {string.Join(", ", missing.Select(static m => $"'{m}'"))}. 'containertrust show' lists those " +
                    "that it has."
                : "No scope of the policy demands sigstore signatures, which is what such documents can demand. Name a preset with " +
                    "--preset, or set such a scope first: containertrust set --help.");
        return entries;
    }

    private static string? FullPath(string? path, string option) => path is null ? null
        : path.Length == 0 ? throw new TrustException("InvalidPath", TrustErrorKind.InvalidArgument,
            $"{option} is empty; perhaps a variable is not set.") : Path.GetFullPath(path);
}
