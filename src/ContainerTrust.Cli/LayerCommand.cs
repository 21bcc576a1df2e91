using System.CommandLine;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImageMode;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust layer</c>: what an image of an operating system needs so that hosts take only signed updates of it.</summary>
internal static class LayerCommand
{
    public static Command Create()
    {
        Argument<string> image = new("image") { Description = "The image as hosts fetch it: quay.io/example/os:latest" };
        Option<string[]> key = new("--key", "-k")
        {
            Description = "Public key that updates are signed with: PEM, as cosign makes it, or OpenPGP",
            HelpName = "file",
            Required = true,
        };

        Option<bool> anyKey = new("--any-key") { Description = "A signature by one of the keys is enough" };
        Option<string?> identity = new("--signed-identity")
        {
            Description = "matchExact, matchRepoDigestOrExact or matchRepository (default: matchRepository for PEM keys)",
            HelpName = "rule",
            CompletionSources = { { "matchExact", "matchRepoDigestOrExact", "matchRepository" } },
        };
        Option<string?> store = new("--signature-store")
            { Description = "URL of the store that OpenPGP signatures are read from", HelpName = "url" };
        Option<string?> rest = new("--default")
        {
            Description = "What is demanded of all other images: reject or accept (default: reject)",
            HelpName = "type",
            CompletionSources = { { "reject", "accept" } },
        };
        Option<string?> baseRoot = new("--base-root")
            { Description = "Root of the base image, mounted or unpacked: its policy is added to", HelpName = "dir" };
        Option<string?> directory = new("--output-directory", "-o")
            { Description = "Write the files and the lines of the Containerfile there instead of printing the lines", HelpName = "dir" };
        Option<bool> force = new("--force") { Description = "Take what is doubtful, and replace files in the directory" };
        Option<bool> dryRun = new("--dry-run") { Description = "With --output-directory: only say what would be done" };
        Option<bool> json = new("--json") { Description = "All properties, as JSON" };
        Option<bool> verbose = new("--verbose", "-v") { Description = "Say what is done" };
        Command command = new("layer", "Makes what an image of an operating system needs for signed updates (bootc, rpm-ostree).")
        {
            image, key, anyKey, identity, store, rest, baseRoot, directory, force, dryRun, json, verbose,
        };
        command.SetAction(result =>
        {
            string? output = result.GetValue(directory);
            if (output is "" || result.GetValue(baseRoot) is "")
                throw Usage("InvalidPath", "A directory is empty; perhaps a variable is not set.");
            if ((result.GetValue(dryRun) && output is null) || (result.GetValue(json) && output is not null))
                throw Usage("InvalidOptions", "--dry-run requires --output-directory, and --json excludes it.");
            TrustMessages messages = CommonOptions.Messages(result.GetValue(verbose));
            using Cancellation cancel = new();
            ImageTrustLayer layer = ImageLayerBuilder.Build(
                new ImageLayerOptions
                {
                    Image = result.GetRequiredValue(image),
                    KeyPaths = SignatureOptions.Files(result.GetValue(key), "--key"),
                    AnyKey = result.GetValue(anyKey),
                    SignedIdentity = IdentityRule.Of(result.GetValue(identity), null, null, null, null),
                    SignatureStore = result.GetValue(store),
                    Default = Rest(result.GetValue(rest)),
                    BaseRoot = result.GetValue(baseRoot) is { } root ? Path.GetFullPath(root) : null,
                    Force = result.GetValue(force),
                },
                messages,
                cancel.Token);
            if (output is not null)
                return Write(Path.GetFullPath(output), layer, messages, (result.GetValue(force), result.GetValue(dryRun)), cancel.Token);
            Output.Write(result.GetValue(json) ? TrustJson.Write(layer) : layer.Containerfile);
            return ExitCode.Done;
        });
        return command;
    }

    private static int Write(string directory, ImageTrustLayer layer, TrustMessages messages, (bool Force, bool DryRun) how,
        CancellationToken cancellation)
    {
        IReadOnlyList<ImageLayerOutputFile> files = ImageLayerOutput.Plan(LocalHost.Instance, directory, layer, how.Force);
        if (!how.DryRun)
            ImageLayerOutput.Write(LocalHost.Instance, files, messages, cancellation);
        TrustFileChange[] changes = [.. files.Select(static f =>
            new TrustFileChange(f.Path, f.Expected is null ? TrustFileAction.Created : TrustFileAction.Changed))];
        return Changes.Report(new TrustEditResult(changes, []), how.DryRun, withWarnings: false) || !how.DryRun
            ? ExitCode.Done : ExitCode.Failed;
    }

    private static TrustRequirement? Rest(string? type) => type?.ToUpperInvariant() switch
    {
        null => null,
        "REJECT" => new RejectRequirement(),
        "ACCEPT" => new AcceptRequirement(),
        _ => throw Usage("InvalidType", $"--default {type} is unknown; possible are reject and accept."),
    };

    private static TrustException Usage(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
