using System.CommandLine;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust show</c>: what is trusted.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Argument<string[]> registries = new("registry")
            { Description = "Only these scopes; * and ? are wildcards", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> transport = new("--transport") { Description = "Only this transport, such as docker" };
        Option<bool> onlyDefault = new("--default") { Description = "Only the policy's default" };
        Option<string[]> reference = new("--reference") { Description = "The entry that governs this image, and why", HelpName = "image" };
        Option<bool> json = new("--json") { Description = "All properties, as JSON" };
        Option<bool> podmanJson = new("--podman-json") { Description = "What 'podman image trust show --json' prints" };
        Option<bool> raw = new("--raw") { Description = "The policy.json itself" };
        Command command = new("show", "Shows what is trusted.") { registries, transport, onlyDefault, reference, json, podmanJson, raw };
        common.AddTo(command);
        command.SetAction(result =>
        {
            string[] names = RegistryArgument.Get(result, registries, allowEmpty: true);
            string[] images = result.GetValue(reference) ?? [];
            int filters = (names.Length > 0 ? 1 : 0) + (images.Length > 0 ? 1 : 0) + (result.GetValue(onlyDefault) ? 1 : 0);
            bool hasTransport = result.GetValue(transport) is not null;
            if (filters > 1 || (hasTransport && (images.Length > 0 || result.GetValue(onlyDefault))))
                throw Usage("Give scopes (with or without --transport), or --default, or --reference; several " +
                    "images take --reference each.");
            int outputs = new[] { json, podmanJson, raw }.Count(result.GetValue);
            if (outputs > 1 || ((result.GetValue(podmanJson) || result.GetValue(raw)) && (filters > 0 || hasTransport)))
                throw Usage("Give one of --json, --podman-json and --raw; the last two show everything and take no scopes, " +
                    "--transport, --default or --reference.");
            TrustStore store = common.Open(result);
            if (result.GetValue(raw))
                return ShowRaw(store);
            if (result.GetValue(podmanJson))
            {
                Output.Write(PodmanTrustList.ToJson(PodmanTrustList.Read(store)) + "\n");
                return ExitCode.Done;
            }

            IReadOnlyList<ImageTrust> objects = images.Length > 0
                ? [.. images.Select(image => store.Governing(image, includeKeys: result.GetValue(json)))]
                : [.. store.Read(new TrustQuery
                {
                    Registries = names.Length == 0 ? null : names,
                    Transport = result.GetValue(transport),
                    DefaultOnly = result.GetValue(onlyDefault),
                    IncludeKeys = result.GetValue(json),
                })];
            foreach (string? image in images.Length > 0 ? images : (string?[])[null])
                store.WarnWhereCrioDiffers(image);
            if (result.GetValue(json))
                Output.Write(TrustJson.Write(objects));
            else if (objects.Count > 0)
                Output.Write(TrustTable.Write(objects, store));
            return RequireFound(names, objects);
        });
        return command;
    }

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);

    private static int ShowRaw(TrustStore store)
    {
        Output.WriteFile(store.ReadPolicyText().Span);
        return ExitCode.Done;
    }

    private static int RequireFound(string[] names, IReadOnlyList<ImageTrust> objects)
    {
        int code = ExitCode.Done;
        foreach (string name in names)
        {
            if (!ScopePattern.HasWildcards(name) && !objects.Any(o => ScopePattern.IsMatch(name, o.Registry)))
            {
                StandardError.WriteLine($"containertrust: the policy has no scope '{name}'. To see what " +
                    "governs an image, use --reference.");
                code = ExitCode.Failed;
            }
        }

        return code;
    }
}
