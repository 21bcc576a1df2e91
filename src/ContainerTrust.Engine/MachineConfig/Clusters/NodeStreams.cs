using System.Globalization;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// The streams of operating system images that pools have (<c>spec.osImageStream</c>, OSImageStream), and what nodes of each bring along
/// (<c>pkg/osimagestream/streams.go</c> of the machine-config-operator).
/// </summary>
public static class NodeStreams
{
    internal const int FirstWithStreams = 21;
    private const int FirstOkdOfCentOs10 = 22;
    private const string Rhel10 = "rhel-10";

    /// <summary>The streams' names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["rhel-9", Rhel10, "centos-10"];

    /// <summary>What nodes of a stream bring along.</summary>
    /// <param name="stream">The stream. Null: the default of the release.</param>
    /// <param name="release">The cluster's release. Null if it is not known.</param>
    internal static RhcosDefaults Defaults(string? stream, OpenShiftRelease? release) =>
        stream is null ? IsOkdOf10(release) ? RhcosDefaults.Rhel10 : RhcosDefaults.Rhel9
        : IsOlder(stream) ? RhcosDefaults.Rhel9 : RhcosDefaults.Rhel10;

    /// <summary>Whether pools of a release may have one stream or another, and nothing says which.</summary>
    internal static bool IsOpen(string? stream, OpenShiftRelease release) =>
        stream is null && release is { Minor: >= FirstOkdOfCentOs10, Type: not OpenShiftClusterType.OKD };

    /// <summary>The stream of pools that name none, where the cluster does not say it either.</summary>
    /// <param name="untrustedVersion">The version of the cluster.</param>
    /// <param name="untrustedInstalled">The version that it was installed with, which decides. May be empty.</param>
    /// <returns>The stream. Null: that of the release.</returns>
    internal static string? Builtin(string untrustedVersion, string untrustedInstalled) =>
        (OpenShiftVersion.TryParse(untrustedInstalled) ?? OpenShiftVersion.TryParse(untrustedVersion)) is { Major: >= 5, IsOkd: false }
            ? Rhel10 : null;

    /// <summary>Refuses a name that is not a stream of a release.</summary>
    /// <exception cref="TrustException">It is not known, or the release does not have it (<c>UnknownOSImageStream</c>).</exception>
    internal static void Require(string stream, OpenShiftRelease release)
    {
        if (!Names.Contains(stream))
            throw Refuse(stream, $"'{Printable.Of(stream, Printable.NameLength)}' is not a stream of operating system images. Specify " +
                $"{string.Join(", ", Names)}: 'oc get osimagestream cluster' shows those of the cluster.");
        if (stream == Rhel10 && (release.Minor < FirstWithStreams || release.Type == OpenShiftClusterType.OKD))
            throw Refuse(stream, $"{release} has no nodes of the stream {stream}. Leave {TrustOption.OSImageStream} out.");
    }

    private static bool IsOkdOf10(OpenShiftRelease? release) =>
        release is { Type: OpenShiftClusterType.OKD, Minor: >= FirstOkdOfCentOs10 };

    // What is not known brings no stores that anybody has seen.
    private static bool IsOlder(string stream)
    {
        string digits = new([.. stream.SkipWhile(static c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < 10;
    }

    private static TrustException Refuse(string stream, string message) =>
        new("UnknownOSImageStream", TrustErrorKind.InvalidArgument, message) { Target = stream };
}
