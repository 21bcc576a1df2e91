using System.Globalization;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>What the versions of OpenShift know of ClusterImagePolicy and ImagePolicy (openshift/api, features/features.go).</summary>
public static class ImagePolicyVersions
{
    private const int First = 16;
    private const int FirstStable = 20;
    private const int FirstWithPki = 21;
    private const int Newest = 22;

    // OpenShift 5 has what 4.22 has.
    private const int OfMajor5 = 100;

    /// <summary>
    /// The versions of OpenShift that documents can be made for, oldest first, such as <c>4.16</c>. Newer ones are taken, too.
    /// </summary>
    public static IReadOnlyList<string> OpenShift { get; } = [.. Enumerable.Range(First, Newest - First + 1).Select(Shown)];

    /// <summary>What a document for a version needs, in a few words: <c>v1</c>, <c>v1alpha1</c>.</summary>
    /// <param name="openShiftVersion">The version.</param>
    /// <returns>The version of the API.</returns>
    /// <exception cref="TrustException">
    /// It is not a version (<c>UnknownOpenShiftVersion</c>), or has no such resources (<c>OpenShiftWithoutImagePolicies</c>).
    /// </exception>
    public static string ApiOf(string openShiftVersion) => For(openShiftVersion).Api;

    /// <summary>What clusters of a version take.</summary>
    /// <param name="openShiftVersion">The version as clusters print it. Null: the newest that is known.</param>
    /// <exception cref="TrustException">As <see cref="ApiOf"/>.</exception>
    internal static ImagePolicyTarget For(string? openShiftVersion)
    {
        if (openShiftVersion is null)
            return new ImagePolicyTarget(null, "v1", HasPki: true);
        int minor = Minor(openShiftVersion);
        if (minor < First)
        {
            throw new TrustException(
                "OpenShiftWithoutImagePolicies",
                TrustErrorKind.InvalidArgument,
                $"OpenShift {Shown(minor)} has neither ClusterImagePolicy nor ImagePolicy; {Shown(First)} is the first that has. " +
                $"Put policy.json on its nodes with {TrustOperation.MakeMachineConfig}, or specify a newer {TrustOption.OpenShiftVersion}.")
            {
                Target = openShiftVersion,
            };
        }

        return new ImagePolicyTarget(Shown(minor), minor < FirstStable ? "v1alpha1" : "v1", minor >= FirstWithPki);
    }

    /// <summary>The version that first takes certificates of a private PKI in every cluster.</summary>
    internal static string WithPki => Shown(FirstWithPki);

    /// <summary>The version that first takes documents in every cluster.</summary>
    internal static string Stable => Shown(FirstStable);

    /// <summary>Reads a version as clusters print it.</summary>
    /// <returns>The minor version of OpenShift 4; those of OpenShift 5 go on from 100.</returns>
    /// <exception cref="TrustException">It is not a version (<c>UnknownOpenShiftVersion</c>).</exception>
    internal static int Minor(string text) => OpenShiftVersion.TryParse(text) is { Major: 4 or 5 } version
        ? version.Major == 4 ? version.Minor : OfMajor5 + version.Minor
        : throw new TrustException(
            "UnknownOpenShiftVersion",
            TrustErrorKind.InvalidArgument,
            $"'{Printable.Of(text, Printable.NameLength)}' is not a version of OpenShift 4 or 5. Specify it as the cluster prints it, " +
            $"such as {Shown(Newest)}, {Shown(Newest)}.3 or {Shown(Newest)}.0-okd-scos.1.")
        {
            Target = text,
        };

    private static string Shown(int minor) =>
        string.Create(CultureInfo.InvariantCulture, $"{(minor < OfMajor5 ? 4 : 5)}.{minor % OfMajor5}");
}

/// <summary>What clusters of a version take.</summary>
/// <param name="OpenShift">The version, <c>4.N</c>. Null: whichever takes the document.</param>
/// <param name="Api">The version of the API, <c>v1</c> or <c>v1alpha1</c>.</param>
/// <param name="HasPki">Whether every cluster of the version takes certificates of a private PKI.</param>
internal sealed record ImagePolicyTarget(string? OpenShift, string Api, bool HasPki)
{
    /// <summary>Whether only clusters with features in preview take documents.</summary>
    public bool IsPreview => Api != "v1";
}
