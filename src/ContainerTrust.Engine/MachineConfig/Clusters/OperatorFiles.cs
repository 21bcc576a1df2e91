using System.Text;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>The file that the operator has in registries.d for the scopes of image policies.</summary>
internal static class OperatorFiles
{
    /// <summary>Its path on the nodes.</summary>
    public const string Path = "/etc/containers/registries.d/sigstore-registries.yaml";

    /// <summary>What nodes have there: what every node of a release has, and what was seen on one.</summary>
    /// <param name="release">The release.</param>
    /// <param name="seen">Scopes that nodes are known to have in it besides.</param>
    /// <returns>The file. Empty if nothing is known of it.</returns>
    public static IReadOnlyList<MachineConfigFile> Expected(OpenShiftRelease release, IEnumerable<string> seen)
    {
        string[] scopes = [.. (release.AlwaysHasPolicy ? release.ReleaseScopes : []).Concat(seen).Distinct(StringComparer.Ordinal)];
        if (scopes.Length == 0)
            return [];
        StringBuilder text = new("docker:\n");
        foreach (string scope in scopes)
            text.Append(' ', 2).Append(scope).Append(":\n    use-sigstore-attachments: true\n");
        return [new MachineConfigFile { Path = Path, Mode = 0x1A4, Content = Encoding.UTF8.GetBytes(text.ToString()) }];
    }

    /// <summary>The scopes that the file has among those of a node.</summary>
    /// <param name="node">The files of the node's registries.d.</param>
    /// <returns>The scopes. Empty if the file is not among them.</returns>
    /// <exception cref="TrustException">It cannot be read.</exception>
    public static IEnumerable<string> ScopesOf(IReadOnlyList<MachineConfigFile> node) =>
        node.FirstOrDefault(static f => f.Path == Path) is { } file
            ? LookasideConfiguration.Load(new DocumentHost("", [file]), TrustLocations.SystemRegistriesDirectory).Sections.Keys : [];

    /// <summary>The scopes that a node had in the file when entries were read there.</summary>
    /// <param name="entries">The entries, each with the file that has its stores.</param>
    /// <returns>The scopes.</returns>
    public static IEnumerable<string> ScopesOf(IReadOnlyList<ImageTrust> entries) =>
        entries.Where(static e => e is { RegistriesPath: Path, IsDefault: false, Transport: "docker" }).Select(static e => e.Registry!);

    /// <summary>Refuses a change of it: the operator would write it anew, and its scopes are not to be in a second file.</summary>
    /// <exception cref="TrustException">It is another than before (<c>OperatorFileChanged</c>).</exception>
    public static void RequireUntouched(DocumentHost host, IReadOnlyDictionary<string, byte[]> before)
    {
        if (!before.TryGetValue(Path, out byte[]? old)
            || (host.TryReadFile(Path, int.MaxValue) is { } now && now.Content.Span.SequenceEqual(old)))
            return;
        throw new TrustException(
            "OperatorFileChanged",
            TrustErrorKind.NotSupported,
            $"An entry has other signature stores or attachments for a scope that the operator has in {Path}, and a scope in two files " +
            "stops every pull on the nodes. Leave the stores of that entry out: where a scope has no signature store of its own, nodes " +
            "take that of the next wider one, so give the store to an entry for a wider scope, or name a narrower scope.")
        {
            Target = Path,
        };
    }
}
