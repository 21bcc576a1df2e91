using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>Which Ignition specification a version of OpenShift takes, as Butane's stable specifications have it.</summary>
public static class IgnitionVersions
{
    private const int FirstWithCompression = 10;

    // From this minor version of OpenShift 4 on, until the next. Butane 0.28 wrote 3.6.0 for 4.22, which no cluster of that version takes.
    private static readonly (int Minor, string Ignition)[] Table = [(8, "3.2.0"), (14, "3.4.0"), (19, "3.5.0")];

    /// <summary>The versions of OpenShift that documents can be made for, oldest first, such as <c>4.8</c>.</summary>
    public static IReadOnlyList<string> OpenShift => OpenShiftRelease.Versions;

    /// <summary>The newest of them.</summary>
    public static string NewestOpenShift => OpenShift[^1];

    /// <summary>What documents for a version of OpenShift look like.</summary>
    /// <param name="openShiftVersion"><c>4.N</c>, or as a cluster prints it (<c>4.18.7</c>, <c>4.20.0-okd-scos.17</c>).</param>
    /// <returns>The version.</returns>
    /// <exception cref="TrustException">It is not known (<c>UnknownOpenShiftVersion</c>).</exception>
    public static IgnitionTarget For(string openShiftVersion) => For(OpenShiftRelease.Parse(openShiftVersion));

    /// <summary>What documents for a release look like.</summary>
    /// <param name="release">The release.</param>
    /// <returns>The version.</returns>
    public static IgnitionTarget For(OpenShiftRelease release)
    {
        ArgumentNullException.ThrowIfNull(release);
        string ignition = Table.Last(t => t.Minor <= release.Minor).Ignition;
        return new IgnitionTarget(release.Version, ignition, release.Minor >= FirstWithCompression);
    }
}

/// <summary>What documents for a version of OpenShift look like.</summary>
/// <param name="OpenShift">The version of OpenShift, <c>4.N</c>.</param>
/// <param name="Ignition">The version of the Ignition specification, such as <c>3.2.0</c>.</param>
/// <param name="AllowsCompression">Whether Butane compresses files for it.</param>
public sealed record IgnitionTarget(string OpenShift, string Ignition, bool AllowsCompression)
{
    /// <summary>The version of the Butane specification, in three parts.</summary>
    public string Butane => $"{OpenShift}.0";
}
