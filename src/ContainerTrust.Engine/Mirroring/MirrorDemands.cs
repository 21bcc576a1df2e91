using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>
/// Which signatures a cluster of a version asks a mirror for. The release image's OpenPGP signature: every version
/// (cluster-version-operator). Sigstore attachments, by the image policy that the payload brings: of the release image from OpenShift
/// 4.21, of every component from 4.22; OKD brings no such policy.
/// </summary>
/// <param name="Version">The version, <c>major.minor</c>.</param>
/// <param name="IsOkd">Whether it is OKD.</param>
public sealed record MirrorDemands(string Version, bool IsOkd)
{
    private const int Major = 4;
    private const int FirstWithRelease = 21;
    private const int FirstWithComponents = 22;

    /// <summary>Whether the release image and its instances need sigstore attachments.</summary>
    public bool AttachmentsOfRelease { get; private init; }

    /// <summary>Whether the components and their instances need sigstore attachments.</summary>
    public bool AttachmentsOfComponents { get; private init; }

    /// <summary>The demands of a version as clusters and releases write it.</summary>
    /// <param name="version"><c>4.22</c>, <c>4.22.0-rc.1</c>, <c>4.20.0-okd-scos.17</c>, also with a <c>v</c> before it.</param>
    /// <returns>The demands. Null if it is not a version.</returns>
    public static MirrorDemands? TryParse(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (OpenShiftVersion.TryParse(version) is not { } parsed)
            return null;
        bool IsFrom(int first) => !parsed.IsOkd && (parsed.Major > Major || (parsed.Major == Major && parsed.Minor >= first));
        return new MirrorDemands(parsed.Short, parsed.IsOkd)
        {
            AttachmentsOfRelease = IsFrom(FirstWithRelease),
            AttachmentsOfComponents = IsFrom(FirstWithComponents),
        };
    }

    /// <summary>The demands of a version that a person names.</summary>
    /// <exception cref="TrustException"><c>InvalidOpenShiftVersion</c>.</exception>
    public static MirrorDemands Parse(string version) => TryParse(version) ?? throw new TrustException(
        "InvalidOpenShiftVersion", TrustErrorKind.InvalidArgument,
        $"'{Printable.Of(version, Printable.NameLength)}' is not a version of OpenShift. Specify one as 4.22, 4.22.1 or 4.22.0-rc.1.")
        { Target = version };
}
