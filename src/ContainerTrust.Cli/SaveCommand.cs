using System.CommandLine;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Mirroring;
using ContainerTrust.Engine.Mirroring.Saving;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust save</c>: verified signatures of images or of a release, for the other side of an air gap.</summary>
internal sealed class SaveCommand
{
    private readonly CommonOptions _common = new();
    private readonly SignatureOptions _signatures = new();
    private readonly ConnectionOptions _connection = new();
    private readonly Argument<string[]> _images = new("image")
        { Description = "Images in registries: registry.example.com/app@sha256:DIGEST", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _release = new("--release")
        { Description = "Release image of OpenShift or OKD, instead of images: what a cluster asks for", HelpName = "image" };
    private readonly Option<string[]> _component = new("--component")
        { Description = "With --release: this component alone; release: the release image", HelpName = "name" };
    private readonly Option<string?> _version = new("--openshift-version")
        { Description = "With --release: the version whose demands count (default: the release's own)", HelpName = "version" };
    private readonly Option<string?> _platform = new("--platform")
    {
        Description = "Of a multi-arch image: the instance, such as linux/arm64; list: the list alone (default: all)",
        HelpName = "os/arch",
    };

    private readonly Option<string?> _store = new("--store-directory")
        { Description = "Save OpenPGP signatures there, as a lookaside store", HelpName = "dir" };
    private readonly Option<string?> _configMaps = new("--config-map-directory")
        { Description = "Save OpenPGP signatures there, as ConfigMaps of OpenShift", HelpName = "dir" };
    private readonly Option<string?> _layout = new("--layout-directory")
        { Description = "Save sigstore signatures there, as an OCI layout", HelpName = "dir" };
    private readonly Option<string[]> _sigstoreKey = new("--sigstore-key")
        { Description = "PEM public key that sigstore signatures are verified with", HelpName = "file" };
    private readonly Option<bool> _force = new("--force")
        { Description = "Fetch all again, and replace files that are not as they are written here" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Fetch and verify, and only say what would be saved" };
    private readonly Option<int> _throttle = new("--throttle-limit")
        { Description = "How many images are worked on at once", HelpName = "number", DefaultValueFactory = static _ => 16 };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print nothing but errors; the exit code says it" };
    private readonly Option<bool> _json = new("--json") { Description = "All properties, as JSON" };

    private SaveCommand()
    {
    }

    public static Command Create()
    {
        SaveCommand save = new();
        Command command = new("save", "Saves verified signatures of images or of a release, for a place that cannot reach them.")
        {
            save._images, save._release, save._component, save._version, save._platform, save._store, save._configMaps, save._layout,
            save._sigstoreKey, save._force, save._dryRun, save._throttle, save._quiet, save._json,
        };
        save._signatures.AddTo(command);
        save._connection.AddTo(command);
        save._common.AddTo(command);
        command.SetAction(result => Verdicts.Judge(() => save.Run(result)));
        return command;
    }

    private int Run(ParseResult result)
    {
        string[] names = [.. (result.GetValue(_images) ?? []).Select(i => SignatureOptions.Image(result, _common, i))];
        string? release = result.GetValue(_release) is { } given ? SignatureOptions.Image(result, _common, given) : null;
        int limit = result.GetValue(_throttle);
        bool quiet = result.GetValue(_quiet);
        bool json = result.GetValue(_json);
        if (names.Length > 0 == release is not null)
            throw Usage("Give images, or a release by --release.");
        if (release is null && (result.GetValue(_component) is { Length: > 0 } || result.GetValue(_version) is not null))
            throw Usage("--component and --openshift-version require --release.");
        if (release is not null && result.GetValue(_platform) is not null)
            throw Usage("With --release every platform is saved. Leave out --platform.");
        if (limit is < 1 or > 256)
            throw Usage("--throttle-limit is a number from 1 to 256.");
        if (quiet && json)
            throw Usage("Give one of --quiet and --json.");
        PlatformChoice platform = result.GetValue(_platform) is { } p ? PlatformChoice.Parse(p) : PlatformChoice.All;
        using Cancellation cancel = new();
        using ImageSignatureSaver saver = new(TrustStore.Open(_common.Target(result), _common.Messages(result)),
            Options(result, release is null ? names : [release], limit), _common.Messages(result));
        Task.Run(() => saver.RequireUsableKeysAsync(cancel.Token)).GetAwaiter().GetResult();
        SaveItem[] items = release is null
            ? [.. names.Distinct().Select(n => new SaveItem { Image = n, Platform = platform })]
            : Chosen(Task.Run(() => saver.PlanAsync(release, cancel.Token)).GetAwaiter().GetResult(), result.GetValue(_component) ?? []);
        return Print(items, Verdicts.InOrder(
            [.. items.Select(item => (Func<Task<IReadOnlyList<SaveAnswer>>>)(() => saver.SaveAsync(item, cancel.Token)))],
            limit, cancel.Token), quiet, json, result.GetValue(_dryRun));
    }

    private SaveOptions Options(ParseResult result, string[] images, int limit)
    {
        string[] keys = _signatures.Keys(result);
        string[] sigstoreKeys = SignatureOptions.Files(result.GetValue(_sigstoreKey), "--sigstore-key");
        return new SaveOptions
        {
            StoreDirectory = Path(result, _store),
            ConfigMapDirectory = Path(result, _configMaps),
            LayoutDirectory = Path(result, _layout),
            KeyPaths = keys.Length == 0 ? null : keys,
            SigstoreKeyPaths = sigstoreKeys.Length == 0 ? null : sigstoreKeys,
            OpenShiftVersion = result.GetValue(_version),
            Force = result.GetValue(_force),
            IsDryRun = result.GetValue(_dryRun),
            Verification = _signatures.Get(result, sigstoreKeys.Length > 0) with
            {
                KeyPaths = null,
                RegistriesConfPath = _connection.RegistriesConf(result, _common),
                ImageTimeout = _connection.ImageTimeout(result),
                Web = _connection.Web(result, _common,
                    _connection.HasCredential(result) ? SignatureOptions.Registry(images) : "", limit),
            },
        };
    }

    private static SaveItem[] Chosen(SavePlan plan, string[] components)
    {
        foreach (string name in components.Where(name => plan.Items.All(i => i.Name != name)))
            throw new TrustException("ComponentNotFound", TrustErrorKind.NotFound,
                $"{plan.Release} has no component '{name}'. 'containertrust release' lists those it has.") { Target = name };
        SaveItem[] items = [.. plan.Items.Where(i => i.IsWanted && (components.Length == 0 || components.Contains(i.Name)))];
        if (items.Length == 0)
            StandardError.Warn(
                $"OpenShift {plan.Version} asks for no signatures of those images that could be saved in the forms asked for.");
        return items;
    }

    private static int Print(SaveItem[] items, IEnumerable<Task<IReadOnlyList<SaveAnswer>>> work, bool quiet, bool json, bool isDryRun)
    {
        List<SavedSignatureResult> results = [];
        int index = 0;
        bool isUnknown = false;
        bool isBad = false;
        foreach (Task<IReadOnlyList<SaveAnswer>> task in work)
        {
            SaveItem item = items[index++];
            string image = item.Image;
            try
            {
                IReadOnlyList<SaveAnswer> some = task.GetAwaiter().GetResult();
                isBad |= some.Any(a => IsBad(a.Result, item, some));
                foreach ((SavedSignatureResult answer, TrustException? failure) in some)
                {
                    results.Add(answer);
                    if (failure is not null)
                        StandardError.Fail($"{answer.Image}: {failure.Message}");
                    else if (!quiet && !json)
                        Output.Write(Describe(answer, isDryRun));
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                StandardError.Fail($"{image}: {e.Message}");
                isUnknown = true;
            }
        }

        if (json)
            Output.Write(TrustJson.Write(results));
        else if (!quiet)
            Output.Write(string.Create(CultureInfo.InvariantCulture,
                $"{results.Sum(static r => r.Saved)} signatures {(isDryRun ? "would be saved" : "saved")}, " +
                $"{results.Sum(static r => r.AlreadySaved)} existed already.\n"));
        return isBad ? ExitCode.Failed
            : isUnknown || results.Count == 0 || results.Any(static r => r.Status == SavedSignatureStatus.Failed) ? ExitCode.NotJudged
            : ExitCode.Done;
    }

    // podman asks about instances: vendors that sign those do not always sign the list. Of a release, the cluster asks about both.
    private static bool IsBad(SavedSignatureResult result, SaveItem item, IReadOnlyList<SaveAnswer> some) =>
        result.Status == SavedSignatureStatus.Invalid || (result.Status == SavedSignatureStatus.Missing && !(item.Name is null
            && result.Platform == "list" && some.Any(a => a.Result.Form == result.Form && a.Result.Platform != "list"
                && a.Result.Status is SavedSignatureStatus.Saved or SavedSignatureStatus.Unchanged)));

    private static string Describe(SavedSignatureResult result, bool isDryRun)
    {
        StringBuilder text = new();
        string platform = result.Platform is null ? "" : $" ({result.Platform})";
        string what = result.Status switch
        {
            SavedSignatureStatus.Saved => isDryRun ? "would be saved to" : "saved to",
            SavedSignatureStatus.Unchanged => "already saved to",
            SavedSignatureStatus.Missing => "no signature for the",
            _ => "not verified, so not saved to the",
        };
        Line($"{(result.Name is null ? "" : $"{result.Name} ")}{result.Image}{platform}: {what} {result.Path ?? Word(result.Form)}");
        foreach (string signer in result.Signer)
            Line($"  signed by {signer}");
        foreach (string reason in result.NotSaved)
            Line($"  {reason}");
        return text.ToString();

        void Line(string line) => text.Append(PrintableText.Line(line)).Append('\n');
    }

    private static string Word(SavedSignatureForm form) => form switch
    {
        SavedSignatureForm.Store => "store",
        SavedSignatureForm.ConfigMap => "ConfigMap",
        _ => "layout",
    };

    private static string? Path(ParseResult result, Option<string?> option) =>
        result.GetValue(option) is { } path ? SignatureOptions.Files([path], option.Name)[0] : null;

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
