using System.Text;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Policy;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>
/// Where CRI-O does not ask the policy of the host: for the pods of a namespace that has a policy of its own (the operator writes one for every ImagePolicy),
/// and where its configuration names another file.
/// </summary>
internal static partial class RuntimePolicy
{
    private const string NamespaceDirectory = "/etc/crio/policies";
    private const string Configuration = "/etc/crio/crio.conf";
    private const string Extension = ".json";
    private const int MaxConfiguration = 1 << 20;

    /// <summary>What decides in the policy's place.</summary>
    /// <param name="host">The host with CRI-O's files.</param>
    /// <param name="meant">The policy that is to decide.</param>
    /// <returns>Sentences; none if nothing does.</returns>
    /// <exception cref="TrustException">A file cannot be read, or a policy is refused.</exception>
    public static IEnumerable<string> Problems(ITrustHost host, PolicyDocument meant)
    {
        foreach (string name in host.ListDirectory(NamespaceDirectory).Where(static n => n.EndsWith(Extension, StringComparison.Ordinal)))
        {
            string path = $"{NamespaceDirectory}/{name}";
            if (host.TryReadFile(path, PolicyReader.MaxBytes) is { } file && PolicyComparison.Difference(meant, PolicyReader.Read(file.Content.Span, path)) is { } difference)
                yield return $"Pods of the namespace {Shown(name[..^Extension.Length])} are judged by {Shown(path)} instead, which an ImagePolicy makes: {difference}.";
        }

        foreach (string path in host.ListDirectory(Configuration + ".d").Select(static n => $"{Configuration}.d/{n}").Prepend(Configuration))
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

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);

    [GeneratedRegex(@"^[ \t]*([\w.""'-]*\.[ \t]*)?[""']?signature_policy(?<directory>_dir)?[""']?[ \t]*=(?<value>[^#\r\n]*)", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Setting();
}
