using System.Text;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Where CRI-O does not ask the policy of the host: for the pods of a namespace that has a policy of its own (the operator writes one for
/// every ImagePolicy), where its configuration, or the way that it is started, names another file, and where the user that it runs as has
/// files of his own: those come first.
/// </summary>
internal static partial class RuntimePolicy
{
    private const string NamespaceDirectory = "/etc/crio/policies";
    private const string Configuration = "/etc/crio/crio.conf";
    private const string Extension = ".json";
    private const string Service = "/etc/systemd/system/crio.service";
    private const string ServiceOptions = "/etc/sysconfig/crio";
    private const int MaxConfiguration = 1 << 20;

    // The first is a link to the second on CoreOS.
    private static readonly string[] UserDirectories = ["/root/.config/containers", "/var/roothome/.config/containers"];

    /// <summary>Directories and files that are looked at, besides those of the host's policy.</summary>
    public static IReadOnlyList<string> Places { get; } = ["/etc/crio", Service, Service + ".d", ServiceOptions, .. UserDirectories];

    /// <summary>What decides in the policy's place.</summary>
    /// <param name="host">The host with CRI-O's files.</param>
    /// <param name="meant">The policy that is to decide.</param>
    /// <returns>Sentences; none if nothing does.</returns>
    /// <exception cref="TrustException">A file cannot be read, or a policy is refused.</exception>
    public static IEnumerable<string> Problems(ITrustHost host, PolicyDocument meant)
    {
        foreach ((string name, string path, PolicyDocument policy) in Namespaces(host))
        {
            if (PolicyComparison.Difference(meant, policy) is { } difference && DisplacedPolicy.Lost(meant, policy).Count > 0)
                yield return $"Pods of the namespace {Shown(name)} are judged by {Shown(path)} instead, which an " +
                    $"ImagePolicy makes: {difference}. Such a policy has what ClusterImagePolicy objects demand, and nothing of a " +
                    "MachineConfig.";
        }

        foreach (string directory in UserDirectories)
        {
            string path = directory + "/policy.json";
            if (host.TryReadFile(path, PolicyReader.MaxBytes) is { } file
                && PolicyComparison.Difference(meant, PolicyReader.Read(file.Content.Span, path)) is { } difference)
                yield return $"{path} decides in place of {TrustLocations.SystemPolicyPath}, because CRI-O runs as root and a user's own " +
                    $"policy comes first: {difference}. Remove it.";
            if (host.Exists(directory + "/registries.d"))
                yield return $"{directory}/registries.d is read in place of {TrustLocations.SystemRegistriesDirectory}, because CRI-O " +
                    "runs as root and a user's own signature stores come first. Remove it.";
        }

        foreach (string path in host.ListDirectory(Service + ".d").Select(static n => $"{Service}.d/{n}").Prepend(Service)
            .Prepend(ServiceOptions))
        {
            if (host.TryReadFile(path, MaxConfiguration) is { } file
                && Option().Match(Encoding.UTF8.GetString(file.Content.Span)) is { Success: true } option)
                yield return $"{Shown(path)} has CRI-O started with a policy of its own: {Shown(option.Value.Trim())}.";
        }

        foreach (string path in host.ListDirectory(Configuration + ".d").Select(static n => $"{Configuration}.d/{n}")
            .Prepend(Configuration))
        {
            if (host.TryReadFile(path, MaxConfiguration) is not { } file)
                continue;
            foreach (Match match in Setting().Matches(Encoding.UTF8.GetString(file.Content.Span)))
            {
                string usual = match.Groups["directory"].Success ? NamespaceDirectory : TrustLocations.SystemPolicyPath;
                string value = match.Groups["value"].Value.Trim();
                bool isDefault = value is "\"\"" or "''" && !match.Groups["directory"].Success;
                if (value != $"\"{usual}\"" && value != $"'{usual}'" && !isDefault)
                    yield return $"{Shown(path)} has CRI-O use another policy: {Shown(match.Value.Trim())}.";
            }
        }
    }

    /// <summary>The file with the policy of a namespace.</summary>
    public static string PathOf(string name) => $"{NamespaceDirectory}/{name}{Extension}";

    /// <summary>Namespaces whose pods are judged by a policy that accepts nothing that the host's refuses.</summary>
    /// <param name="host">The host with CRI-O's files.</param>
    /// <param name="meant">The policy that is to decide.</param>
    /// <returns>Sentences.</returns>
    /// <exception cref="TrustException">A file cannot be read, or a policy is refused.</exception>
    public static IEnumerable<string> Stricter(ITrustHost host, PolicyDocument meant)
    {
        foreach ((string name, string path, PolicyDocument policy) in Namespaces(host))
        {
            if (PolicyComparison.Difference(meant, policy) is { } difference && DisplacedPolicy.Lost(meant, policy).Count == 0)
                yield return $"Pods of the namespace {Shown(name)} are judged by {Shown(path)}, which accepts nothing that this policy " +
                    $"refuses: {difference}.";
        }
    }

    private static IEnumerable<(string Name, string Path, PolicyDocument Policy)> Namespaces(ITrustHost host)
    {
        foreach (string name in host.ListDirectory(NamespaceDirectory).Where(static n => n.EndsWith(Extension, StringComparison.Ordinal)))
        {
            string path = $"{NamespaceDirectory}/{name}";
            if (host.TryReadFile(path, PolicyReader.MaxBytes) is { } file)
                yield return (name[..^Extension.Length], path, PolicyReader.Read(file.Content.Span, path));
        }
    }

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);

    // A line of a unit or of an environment file that is no comment. Newer releases take the policy's place from CONTAINERS_POLICY_JSON.
    [GeneratedRegex(@"^[ \t]*([^#;\s][^\r\n]*)?(signature[-_]policy|CONTAINERS_POLICY_JSON)[^\r\n]*",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Option();

    // Wherever it stands in its line, but for comments: it may be in a table that is written on one line.
    [GeneratedRegex(@"^[ \t]*([^#\s][^\r\n]*)?signature_policy(?<directory>_dir)?[""']?[ \t]*=(?<value>[^#\r\n]*)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Setting();
}
