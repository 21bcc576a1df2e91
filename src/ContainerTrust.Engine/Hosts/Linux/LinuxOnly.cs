using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// Where this machine's own files are managed: on Linux. A controller with another system manages hosts over SSH, and reads the files
/// that a user names with the system's own means (<see cref="PortableFile"/>). The compiler sees to it that no call of Linux can be
/// reached from there (CA1416).
/// </summary>
internal static class LinuxOnly
{
    /// <summary>Whether this is 64-bit Linux.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsHere => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>The error for what needs Linux files.</summary>
    /// <returns>The error to throw.</returns>
    public static TrustException NotHere() => new(
        "PlatformNotSupported",
        TrustErrorKind.NotSupported,
        "Only a (64-bit) Linux has a policy of its own, or takes a root directory. On another system, name the Linux hosts to manage " +
            $"({TrustOption.HostName}), or a policy to read ({TrustOption.PolicyPath}).");

    /// <summary>Fails where there are no Linux files.</summary>
    /// <exception cref="TrustException">This system is not 64-bit Linux (<c>PlatformNotSupported</c>).</exception>
    public static void Require()
    {
        if (!IsHere)
            throw NotHere();
    }
}
