using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Reads the files of a node that decide on images, in one debug session (<c>oc debug node/…</c>). The script is always the same; the
/// paths of further files are its arguments. What comes back is base64 between marks, so that files of any content are told apart, and a
/// cut-off answer is noticed.
/// </summary>
internal sealed class NodeFiles(ClusterClient client)
{
    private const string Begin = "#containertrust begin";
    private const string Done = "#containertrust done";
    private const string FileMark = "#containertrust file ";
    private const string MissingMark = "#containertrust missing ";
    private const string UnreadableMark = "#containertrust unreadable ";
    private const string End = "#containertrust end";

    /// <summary>The script that runs on the node; <c>$@</c> are further files.</summary>
    internal const string Script = """
        one() {
            name=$(printf %s "$1" | base64 -w 0) || exit 9
            if [ ! -e "$1" ]; then
                printf '#containertrust missing %s\n' "$name"
            elif [ ! -f "$1" ] || [ ! -r "$1" ]; then
                printf '#containertrust unreadable %s\n' "$name"
            else
                size=$(stat -L -c %s "$1") || exit 9
                printf '#containertrust file %s %s\n' "$name" "$size"
                base64 "$1" || exit 9
                printf '#containertrust end\n'
            fi
        }
        printf '#containertrust begin\n'
        for file in /etc/containers/policy.json "$@"; do one "$file"; done
        for file in /etc/containers/registries.d/*.yaml /etc/containers/registries.d/.[!.]*.yaml /etc/containers/registries.conf \
            /etc/containers/registries.conf.d/*.conf /etc/containers/registries.conf.d/.[!.]*.conf \
            /etc/crio/crio.conf /etc/crio/crio.conf.d/* /etc/crio/crio.conf.d/.[!.]* /etc/crio/policies/*.json \
            /etc/sysconfig/crio /etc/systemd/system/crio.service /etc/systemd/system/crio.service.d/* \
            /root/.config/containers/policy.json /root/.config/containers/registries.d/*.yaml; do
            if [ -e "$file" ] || [ -L "$file" ]; then one "$file"; fi
        done
        printf '#containertrust done\n'
        """;

    // How long oc may take to delete its pod when it is ended early.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    /// <summary>Reads the files.</summary>
    /// <param name="node">The node.</param>
    /// <param name="paths">
    /// Files to read besides policy.json, registries.d, registries.conf and CRI-O's configuration: absolute paths.
    /// </param>
    /// <param name="cancellationToken">Ends the session.</param>
    /// <returns>A host with the files that are there.</returns>
    /// <exception cref="TrustException">The client is not <c>oc</c>, the session cannot be had, or its answer is not whole.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<DocumentHost> ReadAsync(string node, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        ClusterObjects.RequireName(node);
        if (!client.IsOpenShiftClient)
            throw new TrustException(
                "OpenShiftClientRequired",
                TrustErrorKind.NotSupported,
                $"Looking into nodes needs oc, and {client.ClientName} is what there is. Install the OpenShift client, " +
                $"or leave out {TrustOption.Node}.")
            {
                Target = node,
            };
        string[] further = [.. paths.Where(static p => p != TrustLocations.SystemPolicyPath).Order(StringComparer.Ordinal)];
        foreach (string path in further)
        {
            if (!path.StartsWith('/') || path.Any(char.IsControl))
                throw new TrustException(
                    "PathNotAbsolute",
                    TrustErrorKind.InvalidArgument,
                    $"'{Printable.Of(path, Printable.NameLength)}' is not a path that can be asked for on a node.")
                {
                    Target = path,
                };
        }

        ClientAnswer answer = await client
            .RunAsync(["debug", "node/" + node, "--quiet", "--", "chroot", "/host", "/bin/sh", "-c", Script, "sh", .. further], Grace,
            cancellationToken).ConfigureAwait(false);
        if (answer.ExitCode != 0)
        {
            TrustException error = client.ErrorOf(answer);
            throw new TrustException(
                error.ErrorId,
                error.Kind,
                $"The files of the node {node} cannot be read. {error.Message}",
                error)
            {
                Target = node,
            };
        }

        return Parse(node, answer.Output.Span);
    }

    /// <summary>Reads what the script printed.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="untrusted">The output.</param>
    /// <returns>A host with the files.</returns>
    /// <exception cref="TrustException">The answer is not whole, or not the script's (<c>NodeAnswerInvalid</c>).</exception>
    internal static DocumentHost Parse(string node, ReadOnlySpan<byte> untrusted)
    {
        Dictionary<string, MachineConfigFile> files = new(StringComparer.Ordinal);
        Dictionary<string, TrustException> unreadable = new(StringComparer.Ordinal);
        string? path = null;
        int size = 0;
        bool hasBegun = false;
        bool isDone = false;
        var content = new StringBuilder();
        foreach (Range range in untrusted.Split((byte)'\n'))
        {
            string line = Encoding.UTF8.GetString(untrusted[range]).TrimEnd('\r');
            if (isDone || (!hasBegun && line != Begin))
                continue;
            if (path is not null && line != End)
            {
                content.Append(line);
            }
            else if (path is not null)
            {
                byte[] bytes = Decode(content.ToString()) ?? throw Invalid(node, "a file is not whole");
                if (bytes.Length != size)
                    throw Invalid(node, "a file has another length than was announced");
                files[path] = new MachineConfigFile { Path = path, Content = bytes };
                path = null;
                content.Clear();
            }
            else if (line.StartsWith(FileMark, StringComparison.Ordinal)
                && line[FileMark.Length..].Split(' ') is [var name, var length]
                && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out size))
            {
                path = PathOf(node, name);
            }
            else if (line.StartsWith(UnreadableMark, StringComparison.Ordinal))
            {
                string other = PathOf(node, line[UnreadableMark.Length..]);
                unreadable[other] = new TrustException(
                    "FileNotReadable",
                    TrustErrorKind.ReadError,
                    $"{Printable.Of(other, Printable.NameLength)} on the node {node} is not a file that can be read.")
                {
                    Target = other,
                };
            }
            else if (line.StartsWith(MissingMark, StringComparison.Ordinal))
            {
                // Absence is told by the host.
                _ = PathOf(node, line[MissingMark.Length..]);
            }
            else if (line == Done)
            {
                isDone = true;
            }
            else if (line == Begin && !hasBegun)
            {
                hasBegun = true;
            }
            else
            {
                throw Invalid(node, "it has a line that is not understood");
            }
        }

        if (!isDone)
            throw Invalid(node, "it is cut off");
        var host = new DocumentHost(node, files.Values);
        foreach ((string other, TrustException problem) in unreadable)
            host.AddUnreadable(other, problem);
        return host;
    }

    private static string PathOf(string node, string encoded) =>
        Decode(encoded) is { } bytes && Encoding.UTF8.GetString(bytes) is ['/', ..] path ? DocumentHost.Normalize(path)
            : throw Invalid(node, "a name in it is none");

    private static byte[]? Decode(string text) => Base64.IsValid(text) ? Convert.FromBase64String(text) : null;

    private static TrustException Invalid(string node, string problem) =>
        new("NodeAnswerInvalid", TrustErrorKind.InvalidData,
            $"The answer of the debug session on the node {node} cannot be used: {problem}. Try again.") { Target = node };
}
