using System.Management.Automation;
using System.Text;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Commands;

/// <summary>
/// <c>Get-MachineConfigTrust</c>: MachineConfigs from files or from the cluster, with the trust in them. Changes nothing.
/// </summary>
[Cmdlet(VerbsCommon.Get, "MachineConfigTrust", DefaultParameterSetName = ClusterSet,
    HelpUri = HelpPage.Directory + "Get-MachineConfigTrust.md")]
[OutputType(typeof(MachineConfigTrust))]
public sealed class GetMachineConfigTrustCommand : EngineCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string ClusterSet = "Cluster";
    private const string Resource = "machineconfigs.machineconfiguration.openshift.io";
    private const string RenderedPrefix = "rendered-";

    /// <summary>Files with MachineConfigs (YAML or JSON) or Butane configs. <c>*</c> and <c>?</c> are wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true,
        HelpMessage = "A file with MachineConfigs")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Files, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A file with MachineConfigs")]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>
    /// Names of MachineConfigs in the cluster. <c>*</c> and <c>?</c> are wildcards. All that decide on trust, rendered ones left out, if
    /// left out.
    /// </summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(MachineConfigCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only MachineConfigs of these roles.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[]? Role { get; set; }

    /// <summary>The kubeconfig file; the one that <c>oc</c> and <c>kubectl</c> use if left out.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [ValidateNotNullOrEmpty]
    public string? Kubeconfig { get; set; }

    /// <summary>The context in the kubeconfig; the current one if left out.</summary>
    [Parameter(ParameterSetName = ClusterSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContextCompleter))]
    public string? Context { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName == ClusterSet)
        {
            FromCluster();
            return;
        }

        foreach (string file in Files())
            Attempt(() => FromFile(file));
    }

    private List<string> Files()
    {
        List<string> files = [];
        foreach (string path in Path ?? LiteralPath!)
        {
            Attempt(() =>
            {
                IReadOnlyList<string> found = Path is null ? [LiteralFile(path)] : MatchingPaths(path);
                files.AddRange(found.Count > 0 ? found.SelectMany(FilesOf) : throw NotFound(path));
            });
        }

        return files;
    }

    // Of a directory what New-MachineConfigTrust writes there; a Butane config beside its MachineConfig says the same once more.
    private static IEnumerable<string> FilesOf(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        string[] files = [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
        string[] configs = [.. files.Where(static f => IsOf(f, ".yaml", ".yml", ".json"))];
        HashSet<string> named = [.. configs.Select(static c => c[..c.LastIndexOf('.')])];
        string[] found = [.. configs, .. files.Where(f => IsOf(f, ".bu") && !named.Contains(f[..f.LastIndexOf('.')]))];
        return found.Length > 0 ? found : throw new TrustException(
            "NoMachineConfig",
            TrustErrorKind.InvalidData,
            $"The directory {path} has no file that ends in .yaml, .yml, .json or .bu. Give one that has.")
        {
            Target = path,
        };
    }

    private static bool IsOf(string file, params string[] endings) =>
        endings.Any(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    private string LiteralFile(string path)
    {
        try
        {
            return LocalPath(path);
        }
        catch (Exception e) when (e is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            throw NotFound(path);
        }
    }

    private void FromFile(string file)
    {
        // Whole regular files alone: a pipe would never end, and a device has no end.
        ReadOnlyMemory<byte> content = (LocalHost.Instance.TryReadFile(file, MachineConfigReader.MaxBytes) ?? throw NotFound(file)).Content;
        IReadOnlyList<MachineConfigDocument> documents = MachineConfigReader.ReadDocuments(content, file, Messages);
        if (documents.Count == 0)
            throw new TrustException(
                "NoMachineConfig",
                TrustErrorKind.InvalidData,
                $"{file} holds no MachineConfig. Give a file with documents of that kind, or with Butane configs of variant openshift.")
            {
                Target = file,
            };
        Write(documents.Where(d => Role is null || Role.Contains(d.Role)), file, isAskedFor: false);
    }

    private void FromCluster()
    {
        ClusterClient client = ClusterClient.Open(
            new ClusterOptions { Kubeconfig = LocalPathOrNull(Kubeconfig), Context = Context },
            Messages);
        string source = client.ClusterName ?? "cluster";
        string[] names = Name ?? [];
        bool isExact = names.Length > 0 && !names.Any(WildcardPattern.ContainsWildcardCharacters);
        foreach (string name in names)
        {
            if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '*' or '?' or '[' or ']') || name[0] == '-')
                throw new TrustException(
                    "InvalidName",
                    TrustErrorKind.InvalidArgument,
                    $"'{name}' is not a name of a MachineConfig. Give one such as 51-worker-rh-registry-trust, or a pattern.")
                {
                    Target = name,
                };
        }

        string json = client.GetJsonAsync([Resource, .. isExact ? names.Distinct() : [], .. isExact ? ["--ignore-not-found"]
            : Array.Empty<string>()], Cancellation).GetAwaiter().GetResult();
        IReadOnlyList<MachineConfigDocument> documents = string.IsNullOrWhiteSpace(json) ? []
            : MachineConfigReader.ReadDocuments(Encoding.UTF8.GetBytes(json), source, Messages);
        WildcardPattern[] patterns = [.. names.Select(static n => WildcardPattern.Get(n, WildcardOptions.None))];
        bool IsWanted(MachineConfigDocument document) =>
            (patterns.Length == 0 ? !document.Name.StartsWith(RenderedPrefix, StringComparison.Ordinal)
                : patterns.Any(p => p.IsMatch(document.Name)))
            && (Role is null || Role.Contains(document.Role));
        Write(documents.Where(IsWanted), source, isAskedFor: isExact);
        foreach (string name in names.Where(n => !WildcardPattern.ContainsWildcardCharacters(n) && documents.All(d => d.Name != n))
            .Distinct())
            Report(new TrustException(
                "MachineConfigNotFound",
                TrustErrorKind.NotFound,
                $"The cluster has no MachineConfig '{name}'. Get-MachineConfigTrust without parameters shows those that decide on trust.")
            {
                Target = name,
            });
    }

    // A policy that is refused is that MachineConfig's error; the others are shown.
    private void Write(IEnumerable<MachineConfigDocument> documents, string source, bool isAskedFor)
    {
        foreach (MachineConfigDocument document in documents)
        {
            Cancellation.ThrowIfCancellationRequested();
            if (!document.DecidesOnTrust && !isAskedFor)
            {
                this.Say($"{source}: MachineConfig {document.Name} has neither policy.json nor files of registries.d, and is left out.");
                continue;
            }

            Attempt(() => WriteObject(MachineConfigReader.ToTrust(document, source, Messages)));
        }
    }

    private static TrustException NotFound(string path) =>
        new("FileNotFound", TrustErrorKind.NotFound, $"There is no file '{path}'. Give the right path.") { Target = path };
}
