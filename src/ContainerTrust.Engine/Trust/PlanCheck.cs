using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Trust;

/// <summary>What no plan may do, looked at before anything is written.</summary>
internal static class PlanCheck
{
    /// <summary>Refuses a plan that writes or deletes a file of the distribution.</summary>
    /// <param name="files">The planned files.</param>
    /// <exception cref="TrustException">One is the distribution's (<c>VendorFile</c>).</exception>
    public static void RequireNoVendorFile(IReadOnlyList<PlannedFile> files)
    {
        if (files.FirstOrDefault(static f => f.Path.StartsWith(ContainersLookup.VendorDirectory + "/", StringComparison.Ordinal)) is { } file)
            throw VendorPlaces.Error(file.Path, file.Path);
    }

    /// <summary>The error for a plan whose result podman would refuse.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException Refused(TrustFormatException reason) =>
        new("ChangeWouldBeRefused", TrustErrorKind.InvalidData, $"Nothing was changed: podman and skopeo would fetch no image afterwards. {reason.Message}", reason) { Target = reason.Path };
}
