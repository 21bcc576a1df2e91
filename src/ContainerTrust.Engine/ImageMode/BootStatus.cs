namespace ContainerTrust.Engine.ImageMode;

/// <summary>What a host in image mode says of itself, as <c>bootc status --json</c> or <c>rpm-ostree status --json</c> print it.</summary>
/// <param name="Program">Whose words these are.</param>
/// <param name="Booted">The system that is running. Null where it is not of this kind.</param>
/// <param name="Staged">The system that was fetched and is booted next. Null if there is none.</param>
/// <param name="Next">Another system that is booted next: the one before. Null if there is none.</param>
public sealed record BootStatus(string Program, BootEntry? Booted, BootEntry? Staged, BootEntry? Next);

/// <summary>A system that a host can boot.</summary>
/// <param name="Origin">The image that it comes from. Null for an ostree commit.</param>
/// <param name="UntrustedDigest">The digest of the image's manifest. Null where it is not said.</param>
/// <param name="Deployment">Where its files are. Null where it is not said.</param>
/// <param name="IsComposefs">Whether it is one of composefs without ostree.</param>
/// <param name="IsHeld">Whether it was fetched and is not booted until it is applied.</param>
public sealed record BootEntry(
    BootOrigin? Origin, string? UntrustedDigest, BootDeployment? Deployment, bool IsComposefs = false, bool IsHeld = false);

/// <summary>Where the files of a system are: <c>/ostree/deploy/STATEROOT/deploy/CHECKSUM.SERIAL</c>.</summary>
/// <param name="StateRoot">The name of the place for what systems share.</param>
/// <param name="Checksum">The ostree commit.</param>
/// <param name="Serial">Tells several of one commit apart.</param>
public sealed record BootDeployment(string StateRoot, string Checksum, int Serial)
{
    /// <summary>The directory on the host.</summary>
    public string Path => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"/ostree/deploy/{StateRoot}/deploy/{Checksum}.{Serial}");
}

/// <summary>The image that a system comes from, and what is demanded of it.</summary>
/// <param name="Transport">The transport, in the words of policy.json.</param>
/// <param name="UntrustedName">The image within the transport.</param>
/// <param name="Verification">What is demanded.</param>
/// <param name="UntrustedRemote">The remote of ostree that is demanded. Null for none.</param>
public sealed record BootOrigin(string Transport, string UntrustedName, BootOriginVerification Verification, string? UntrustedRemote)
{
    private static readonly Dictionary<string, string> s_transports = new(StringComparer.Ordinal)
    {
        ["registry"] = "docker",
        ["docker"] = "docker",
        ["oci"] = "oci",
        ["oci-archive"] = "oci-archive",
        ["containers-storage"] = "containers-storage",
        ["dir"] = "dir",
        ["docker-archive"] = "docker-archive",
        ["docker-daemon"] = "docker-daemon",
    };

    /// <summary>The image with its transport.</summary>
    public string Image => $"{Transport}:{(Transport == "docker" ? "//" : "")}{UntrustedName}";

    /// <summary>A transport of bootc or ostree in the words of policy.json.</summary>
    /// <param name="untrustedName">Its name.</param>
    /// <returns>Null for one that is not known.</returns>
    internal static string? TransportOf(string untrustedName) => s_transports.GetValueOrDefault(untrustedName);

    /// <summary>Reads an origin as ostree writes it.</summary>
    /// <param name="untrustedText">Such as <c>ostree-image-signed:docker://quay.io/example/os</c>.</param>
    /// <returns>Null if it is not one that is known.</returns>
    internal static BootOrigin? Parse(string untrustedText)
    {
        (string scheme, string rest) = Split(untrustedText);
        switch (scheme)
        {
            case "ostree-image-signed":
                return OfImage(rest, BootOriginVerification.ContainerPolicy, null);
            case "ostree-unverified-image":
                return OfImage(rest, BootOriginVerification.NotEnforced, null);
            case "ostree-unverified-registry":
                return OfImage($"registry:{rest}", BootOriginVerification.NotEnforced, null);
            case "ostree-remote-image" or "ostree-remote-registry":
                (string remote, string image) = Split(rest);
                return remote.Length == 0 ? null
                    : OfImage(scheme == "ostree-remote-image" ? image : $"registry:{image}", BootOriginVerification.OstreeRemote, remote);
            default:
                return null;
        }
    }

    /// <summary>The origin as ostree writes it.</summary>
    public override string ToString() => Verification switch
    {
        BootOriginVerification.ContainerPolicy => $"ostree-image-signed:{Image}",
        BootOriginVerification.OstreeRemote => $"ostree-remote-image:{UntrustedRemote}:{Image}",
        _ when Transport == "docker" => $"ostree-unverified-registry:{UntrustedName}",
        _ => $"ostree-unverified-image:{Image}",
    };

    private static BootOrigin? OfImage(string untrustedImage, BootOriginVerification verification, string? untrustedRemote)
    {
        (string name, string rest) = Split(untrustedImage);
        if (TransportOf(name) is not { } transport)
            return null;
        if (name == "docker")
            rest = rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : "";
        return rest.Length == 0 ? null : new BootOrigin(transport, rest, verification, untrustedRemote);
    }

    private static (string Before, string After) Split(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", "") : (text[..colon], text[(colon + 1)..]);
    }
}
