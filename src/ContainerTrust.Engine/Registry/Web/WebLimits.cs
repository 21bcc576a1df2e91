namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// The largest things that are read from a server (containers/image, <c>internal/iolimits</c>), enforced while reading whatever length it
/// claims.
/// </summary>
internal static class WebLimits
{
    /// <summary>A manifest: 4 MiB, as the registries' own limit.</summary>
    public const int Manifest = 4 << 20;

    /// <summary>The list of signatures that a registry itself has: 4 MiB.</summary>
    public const int SignatureList = 4 << 20;

    /// <summary>A token server's answer: 1 MiB.</summary>
    public const int TokenAnswer = 1 << 20;

    /// <summary>A bearer token itself. It travels in a header, and servers take no longer ones.</summary>
    public const int Token = 64 << 10;

    /// <summary>What is read of an error's body.</summary>
    public const int ErrorBody = 16 << 10;

    /// <summary>An answer's header, in KiB.</summary>
    public const int HeaderKilobytes = 64;

    /// <summary>A file with credentials or certificates.</summary>
    public const int ConfigurationFile = 4 << 20;

    /// <summary>A credential helper's answer.</summary>
    public const int HelperAnswer = 1 << 20;

    /// <summary>How many redirects are followed.</summary>
    public const int Redirects = 10;

    /// <summary>
    /// A body must come at this pace on the whole, bytes a second, so that a server cannot hold a caller for ever with a byte now and
    /// then.
    /// </summary>
    public const int SlowestPace = 8 << 10;
}
