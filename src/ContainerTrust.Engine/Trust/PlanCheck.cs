using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Trust;

/// <summary>What no plan may do, looked at before anything is written.</summary>
internal static class PlanCheck
{
    /// <summary>
    /// Refuses a plan that writes or deletes a file of the distribution, also where a link to a directory leads there. (A link to a file is replaced or
    /// deleted itself.)
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="files">The planned files.</param>
    /// <exception cref="TrustException">One is the distribution's (<c>VendorFile</c>).</exception>
    public static void RequireNoVendorFile(ITrustHost host, IReadOnlyList<PlannedFile> files)
    {
        foreach (PlannedFile planned in files)
        {
            string directory = planned.Path[..Math.Max(planned.Path.LastIndexOf('/'), 1)];

            // Of a host behind SSH these are known already; a user's own are not worth another question.
            if (host is SshHost && directory is not (ContainersLookup.SystemDirectory or ContainersLookup.SystemDirectory + "/registries.d"))
                continue;
            if (VendorPlaces.Have(host.ResolvePath(directory).TrimEnd('/') + "/") && !VendorPlaces.Have(planned.Path))
                throw VendorPlaces.Error(planned.Path, planned.Path);
        }

        if (files.FirstOrDefault(static f => f.Path.StartsWith(ContainersLookup.VendorDirectory + "/", StringComparison.Ordinal)) is { } file)
            throw VendorPlaces.Error(file.Path, file.Path);
    }

    /// <summary>The error for a plan whose result podman would refuse.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException Refused(TrustFormatException reason) =>
        new("ChangeWouldBeRefused", TrustErrorKind.InvalidData, $"Nothing was changed: podman and skopeo would fetch no image afterwards. {reason.Message}", reason) { Target = reason.Path };
}
