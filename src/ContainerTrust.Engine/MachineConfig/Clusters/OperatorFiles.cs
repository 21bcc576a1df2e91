using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>The file that the operator has in registries.d for the scopes of image policies.</summary>
internal static class OperatorFiles
{
    /// <summary>Its path on the nodes.</summary>
    public const string Path = "/etc/containers/registries.d/sigstore-registries.yaml";

    /// <summary>What every node of a release has there. Empty if that depends on the cluster's settings alone.</summary>
    public static IReadOnlyList<MachineConfigFile> Expected(OpenShiftRelease release)
    {
        if (!release.AlwaysHasPolicy)
            return [];
        StringBuilder text = new("docker:\n");
        foreach (string scope in release.ReleaseScopes)
            text.Append(' ', 2).Append(scope).Append(":\n    use-sigstore-attachments: true\n");
        return [new MachineConfigFile { Path = Path, Mode = 0x1A4, Content = Encoding.UTF8.GetBytes(text.ToString()) }];
    }

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
            "stops every pull on the nodes. Leave the stores of that entry out, or name a narrower scope.")
        {
            Target = Path,
        };
    }
}
