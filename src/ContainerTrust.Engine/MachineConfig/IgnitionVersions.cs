using System.Globalization;
using ContainerTrust.Engine.OpenPgp.Certificates;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>Which Ignition specification a version of OpenShift takes, as Butane's stable specifications have it.</summary>
public static class IgnitionVersions
{
    private const int Oldest = 8;
    private const int Newest = 22;
    private const int FirstWithCompression = 10;

    // From this minor version of OpenShift 4 on, until the next.
    private static readonly (int Minor, string Ignition)[] Table = [(8, "3.2.0"), (14, "3.4.0"), (19, "3.5.0")];

    /// <summary>The versions of OpenShift that documents can be made for, oldest first, such as <c>4.8</c>.</summary>
    public static IReadOnlyList<string> OpenShift { get; } = [.. Enumerable.Range(Oldest, Newest - Oldest + 1)
        .Select(static m => $"4.{m}")];

    /// <summary>The newest of them.</summary>
    public static string NewestOpenShift => OpenShift[^1];

    /// <summary>What documents for a version of OpenShift look like.</summary>
    /// <param name="openShiftVersion"><c>4.N</c>, or with a patch number (<c>4.18.7</c>), which makes no difference.</param>
    /// <returns>The version.</returns>
    /// <exception cref="TrustException">It is not known (<c>UnknownOpenShiftVersion</c>).</exception>
    public static IgnitionTarget For(string openShiftVersion)
    {
        ArgumentNullException.ThrowIfNull(openShiftVersion);
        string[] parts = openShiftVersion.Split('.');
        bool isVersion = parts.Length is 2 or 3
            && parts.All(static p => p.Length is > 0 and < 4 && p.All(char.IsAsciiDigit) && (p.Length == 1 || p[0] != '0'));
        if (!isVersion || parts[0] != "4"
            || int.Parse(parts[1], CultureInfo.InvariantCulture) is not (>= Oldest and <= Newest and var minor))
        {
            throw new TrustException(
                "UnknownOpenShiftVersion",
                TrustErrorKind.InvalidArgument,
                $"OpenShift version '{Printable.Of(openShiftVersion, Printable.NameLength)}' is not known. " +
                $"Give one of {string.Join(", ", OpenShift)}; a cluster takes documents of older versions than its own, too.")
            {
                Target = openShiftVersion,
            };
        }

        return new IgnitionTarget($"4.{minor}", Table.Last(t => t.Minor <= minor).Ignition, minor >= FirstWithCompression);
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
