using System.CommandLine;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust release --mirror</c>: whether a cluster can be installed and updated from a mirror.</summary>
internal sealed class MirrorCheck
{
    private readonly Option<string?> _mirror = new("--mirror")
    {
        Description = "Say whether this mirror has the release, with the signatures that a cluster asks for",
        HelpName = "mirror",
    };

    private readonly Option<string[]> _component = new("--component")
        { Description = "With --mirror: ask for this component alone; release: for the release image", HelpName = "name" };
    private readonly Option<string?> _again = new("--again")
    {
        Description = "With --mirror: leave out what this file, which --json wrote of the same release and mirror, says to be " +
            "complete",
        HelpName = "file",
    };

    private readonly Option<string?> _releaseRepository = new("--release-repository")
        { Description = "With --mirror: the repository that has the release image", HelpName = "repository" };
    private readonly Option<string?> _componentRepository = new("--component-repository")
        { Description = "With --mirror: the repository that has the components", HelpName = "repository" };
    private readonly Option<string?> _sourceRepository = new("--source-repository")
        { Description = "With --mirror: the repository that the release image comes from", HelpName = "repository" };
    private readonly Option<string?> _version = new("--openshift-version")
        { Description = "With --mirror: the version whose demands count (default: the release's own)", HelpName = "version" };
    private readonly Option<string[]> _sigstoreKey = new("--sigstore-key")
        { Description = "With --mirror: PEM public key that sigstore signatures are verified with", HelpName = "file" };
    private readonly Option<int> _throttle = new("--throttle-limit")
    {
        Description = "With --mirror: how many images are asked for at once",
        HelpName = "number",
        DefaultValueFactory = static _ => 16,
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q")
        { Description = "With --mirror: print nothing; the exit code says it" };

    private IReadOnlyList<Option> Options => [_mirror, _component, _again, _releaseRepository, _componentRepository, _sourceRepository,
        _version, _sigstoreKey, _throttle, _quiet];

    public void AddTo(Command command)
    {
        foreach (Option option in Options)
            command.Options.Add(option);
    }

    /// <summary>Whether a mirror is asked about.</summary>
    public bool IsAsked(ParseResult result)
    {
        if (result.GetValue(_mirror) is not null)
            return true;
        Option? other = Options.FirstOrDefault(o => result.GetResult(o) is { Implicit: false });
        return other is null ? false : throw Usage($"{other.Name} requires --mirror.");
    }

    /// <summary>Asks, prints what was found, and sums it up.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="common">Which host's files count.</param>
    /// <param name="signatures">Keys and stores.</param>
    /// <param name="connection">How registries are reached.</param>
    /// <param name="release">The release image.</param>
    /// <param name="json">Print JSON.</param>
    /// <param name="skip">Signatures only have to exist.</param>
    public int Run(ParseResult result, CommonOptions common, SignatureOptions signatures, ConnectionOptions connection, string release,
        bool json, bool skip)
    {
        string mirror = result.GetValue(_mirror)!;
        int limit = result.GetValue(_throttle);
        bool quiet = result.GetValue(_quiet);
        if (limit is < 1 or > 256)
            throw Usage("--throttle-limit is a number from 1 to 256.");
        if (quiet && json)
            throw Usage("Give one of --quiet and --json.");
        if (signatures.HasIdentity(result) || signatures.Fingerprints(result).Length > 0)
            throw Usage("With --mirror the names in signatures are those of the release. Leave out --fingerprint and the identity " +
                "options.");
        string[] keys = signatures.Keys(result);
        string[] sigstoreKeys = SignatureOptions.Files(result.GetValue(_sigstoreKey), "--sigstore-key");
        VerificationOptions verification = signatures.Get(result) with
        {
            KeyPaths = null,
            RegistriesConfPath = connection.RegistriesConf(result, common),
            ImageTimeout = connection.ImageTimeout(result),
            Web = connection.Web(result, common,
                connection.HasCredential(result) ? SignatureOptions.Registry([$"{mirror.TrimEnd('/')}/mirror"]) : "", limit),
        };
        if (skip && (keys.Length == 0 || sigstoreKeys.Length == 0))
            StandardError.WriteLine(
                "warning: signatures for which there is no key are not verified: that they exist does not make them good.");
        string? earlier = result.GetValue(_again) is { } path ? SignatureOptions.Files([path], "--again")[0] : null;
        using Cancellation cancel = new();
        using ReleaseMirrorChecker checker = new(TrustStore.Open(common.Target(result), common.Messages(result)), new MirrorOptions
        {
            Mirror = mirror,
            ReleaseRepository = result.GetValue(_releaseRepository),
            ComponentRepository = result.GetValue(_componentRepository),
            SourceRepository = result.GetValue(_sourceRepository),
            OpenShiftVersion = result.GetValue(_version),
            KeyPaths = keys.Length == 0 ? null : keys,
            SigstoreKeyPaths = sigstoreKeys.Length == 0 ? null : sigstoreKeys,
            SkipSignatureCheck = skip,
            Verification = verification,
        }, common.Messages(result));
        MirrorPlan plan = Task.Run(() => checker.PlanAsync(release, cancel.Token)).GetAwaiter().GetResult();
        IReadOnlySet<string>? done = earlier is null ? null : MirrorReport.ReadComplete(earlier, plan, skip);
        MirrorItem[] items = Chosen(plan, result.GetValue(_component) ?? [], done);
        return Print(items, Verdicts.InOrder(
            [.. items.Select(item => (Func<Task<IReadOnlyList<MirrorAnswer>>>)(() => checker.CheckAsync(plan, item, cancel.Token)))],
            limit, cancel.Token), quiet, json);
    }

    private static MirrorItem[] Chosen(MirrorPlan plan, string[] components, IReadOnlySet<string>? done)
    {
        foreach (string name in components.Where(name => plan.Items.All(i => i.Name != name)))
            throw new TrustException("ComponentNotFound", TrustErrorKind.NotFound,
                $"{plan.Release} has no component '{name}'. 'containertrust release' lists those it has.") { Target = name };
        return [.. plan.Items.Where(i => (components.Length == 0 || components.Contains(i.Name)) && done?.Contains(i.Name) != true)];
    }

    private static int Print(MirrorItem[] items, IEnumerable<Task<IReadOnlyList<MirrorAnswer>>> work, bool quiet, bool json)
    {
        List<ReleaseMirrorResult> results = [];
        int index = 0;
        int count = 0;
        int complete = 0;
        bool isBad = false;
        bool isUnknown = false;
        foreach (Task<IReadOnlyList<MirrorAnswer>> task in work)
        {
            string name = $"{items[index].Repository.Name}@{items[index++].Digest}";
            IReadOnlyList<MirrorAnswer> answers;
            try
            {
                answers = task.GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                StandardError.Fail(e.Message.Contains(name, StringComparison.Ordinal) ? e.Message : $"{name}: {e.Message}");
                isUnknown = true;
                continue;
            }

            foreach ((ReleaseMirrorResult answer, TrustException? failure) in answers)
            {
                count++;
                complete += answer.Status == ReleaseMirrorStatus.Complete ? 1 : 0;
                isUnknown |= answer.Status == ReleaseMirrorStatus.Unknown;
                isBad |= answer.Status is not (ReleaseMirrorStatus.Complete or ReleaseMirrorStatus.Unknown);
                if (failure is not null)
                    StandardError.Fail($"{answer.Name}: {failure.Message}");
                if (json)
                    results.Add(answer);
                else if (!quiet && answer.Status != ReleaseMirrorStatus.Complete)
                    Output.Write(Describe(answer));
            }
        }

        if (json)
            Output.Write(TrustJson.Write(results));
        else if (!quiet)
            Output.Write(string.Create(CultureInfo.InvariantCulture, $"{complete} of {count} images are complete.\n"));
        return isBad ? ExitCode.Failed : isUnknown || count == 0 ? ExitCode.NotJudged : ExitCode.Done;
    }

    private static string Describe(ReleaseMirrorResult result)
    {
        StringBuilder text = new();
        string platform = result.Platform is null ? "" : $" ({result.Platform})";
        Line($"{result.Name}{platform} {result.Digest}: {Word(result.Status)}");
        foreach (string missing in result.Missing)
            Line($"  {missing}");
        foreach (string command in result.Copy)
            Line($"  {command}");
        return text.ToString();

        void Line(string line) => text.Append(PrintableText.Line(line)).Append('\n');
    }

    private static string Word(ReleaseMirrorStatus status) => status switch
    {
        ReleaseMirrorStatus.Complete => "complete",
        ReleaseMirrorStatus.NotVerified => "signatures present, not verified",
        ReleaseMirrorStatus.SignatureMissing => "signature missing",
        ReleaseMirrorStatus.SignatureInvalid => "signature not valid",
        ReleaseMirrorStatus.ImageMissing => "image missing",
        _ => "not known",
    };

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
