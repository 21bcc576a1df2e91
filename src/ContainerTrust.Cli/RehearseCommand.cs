using System.CommandLine;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Rehearsal;
using ContainerTrust.Engine.Trust.Files;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust rehearse</c>: what would break if a proposed policy were in force.</summary>
internal static class RehearseCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        ConnectionOptions connection = new();
        Argument<string[]> images = new("image")
        {
            Description = "Images to judge (default: those that the host has or names)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> proposed = new("--proposed")
        {
            Description = "The policy to rehearse: a policy.json or a trust file (default: the one in force, with reject for its default)",
            HelpName = "file",
        };
        Option<string?> registries = new("--proposed-registries-d")
            { Description = "Directory whose files are to take the place of those in registries.d", HelpName = "dir" };
        Option<string[]> workload = new("--workload")
            { Description = "Compose file or file of Kubernetes on the host, whose images root pulls", HelpName = "file" };
        Option<string[]> input = new("--input")
        {
            Description = "Judge what this JSON names instead: kubectl get pods -A -o json, crictl ps -o json; -: standard input",
            HelpName = "file",
        };
        Option<string[]> key = new("--key") { Description = "Key file of a signer that the policies need not name", HelpName = "file" };
        Option<bool> all = new("--all") { Description = "Show also images that both policies accept" };
        Option<bool> suggest = new("--suggest")
        {
            Description = "Print the smallest policy that accepts what is signed and rejects the rest, as a trust file",
        };
        Option<bool> json = new("--json") { Description = "All properties, as JSON" };
        Command command = new("rehearse",
            "Says what would break if a policy were enforced. Exit code 0: the proposed policy accepts every image; 3: it does not, or " +
            "that is not known; 1: could not be checked; 2: usage.")
        {
            images, proposed, registries, workload, input, key, all, suggest, json,
        };
        connection.AddTo(command);
        common.AddTo(command);
        command.SetAction(result =>
        {
            if (result.GetValue(suggest) && (result.GetValue(json) || result.GetValue(all)))
                throw Usage("--suggest prints a policy. Leave out --json and --all.");
            string[] names = [.. (result.GetValue(images) ?? []).Select(i => SignatureOptions.Image(result, common, i))];
            Proposal proposal = result.GetValue(proposed) is { } file ? Proposal.Read(LocalPath(file, "--proposed"))
                : Proposal.RejectByDefault;
            if (result.GetValue(registries) is { } directory)
                proposal = proposal.WithRegistries(LocalPath(directory, "--proposed-registries-d"));
            RehearsalOptions options = new()
            {
                Proposal = proposal,
                Images = names,
                WorkloadPaths = [.. (result.GetValue(workload) ?? []).Select(p => common.HostPath(result, p, "--workload"))],
                Documents = [.. (result.GetValue(input) ?? []).Select(Read)],
                KeyPaths = SignatureOptions.Files(result.GetValue(key), "--key"),
                Verification = new VerificationOptions
                {
                    RegistriesConfPath = connection.RegistriesConf(result, common),
                    ImageTimeout = connection.ImageTimeout(result),
                    Web = connection.Web(result, common,
                        connection.HasCredential(result) ? SignatureOptions.Registry(names) : "", Parallelism),
                },
            };
            using Cancellation cancel = new();
            using ImageRehearsal rehearsal = new(options);
            IReadOnlyList<ImageEnforcementResult> found = rehearsal.Run(common.Open(result), common.Messages(result), cancel.Token);
            if (found.Count == 0)
                throw new TrustException("NothingJudged", TrustErrorKind.NotFound,
                    "No image was found, so nothing was judged. Name images, or check --root, --workload and --input.");
            if (result.GetValue(suggest))
                Suggest(rehearsal.Suggest(), common.Messages(result));
            else
                Print([.. found.Where(r => result.GetValue(all) || r.Status != ImageEnforcementStatus.Unchanged)], result.GetValue(json));
            return found.All(static r => r.AcceptedThen == true) ? ExitCode.Done : ExitCode.NotCompliant;
        });
        return command;
    }

    private const int Parallelism = 16;

    private static ReadOnlyMemory<byte> Read(string path)
    {
        if (path != "-")
            return LocalHost.Instance.TryReadFile(LocalPath(path, "--input"), int.MaxValue)?.Content
                ?? throw new TrustException("FileNotFound", TrustErrorKind.NotFound, $"{path} does not exist. Check --input.")
                { Target = path };
        using MemoryStream content = new();
        using Stream input = Console.OpenStandardInput();
        input.CopyTo(content);
        return content.ToArray();
    }

    private static void Suggest(SmallestPolicy policy, TrustMessages messages)
    {
        foreach (string note in policy.Notes)
            StandardError.Warn(note);
        Output.Write(Encoding.UTF8.GetString(TrustFile.Write(policy.Entries, TrustFileFormat.Yaml, messages)));
    }

    private static void Print(IReadOnlyList<ImageEnforcementResult> found, bool isJson)
    {
        if (isJson)
        {
            Output.Write(TrustJson.Write(found));
            return;
        }

        StringBuilder text = new();
        foreach (ImageEnforcementResult result in found)
        {
            string owners = string.Join(", ", result.Owner.Select(PrintableText.Line));
            string image = result.Image.Length == 0 ? "" : $" {PrintableText.Line(result.Image)}";
            text.Append(CultureInfo.InvariantCulture, $"{result.Status}:{image}\n    {owners}\n    {PrintableText.Line(result.Reason)}\n");
        }

        foreach (IGrouping<ImageEnforcementStatus, ImageEnforcementResult> status in found.GroupBy(static r => r.Status))
            text.Append(CultureInfo.InvariantCulture, $"{status.Key}: {status.Count()}\n");
        Output.Write(text.ToString());
    }

    private static string LocalPath(string path, string option) =>
        path.Length > 0 ? Path.GetFullPath(path) : throw Usage($"{option} is empty; perhaps a variable is not set.");

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
