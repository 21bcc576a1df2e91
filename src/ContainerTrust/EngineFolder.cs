using System.Runtime.InteropServices;

namespace ContainerTrust.Commands;

/// <summary>
/// Which directory below engine/ has the engine compiled for this platform. Every other platform loads the IL in engine/ itself, and
/// compiles it as it runs: .NET refuses an image for another platform.
/// </summary>
internal static class EngineFolder
{
    /// <summary>That of this process, or null.</summary>
    public static string? Current => Find(
        OperatingSystem.IsLinux() ? OSPlatform.Linux
            : OperatingSystem.IsWindows() ? OSPlatform.Windows
            : OperatingSystem.IsMacOS() ? OSPlatform.OSX : OSPlatform.Create("other"),
        RuntimeInformation.ProcessArchitecture,
        RuntimeInformation.RuntimeIdentifier);

    /// <summary>
    /// The name of the directory, or null for the IL. Distributions build .NET with identifiers of their own (rhel.10-x64), so that only
    /// musl is read from them.
    /// </summary>
    public static string? Find(OSPlatform system, Architecture architecture, string runtimeIdentifier)
    {
        if (system == OSPlatform.Windows)
            return architecture == Architecture.X64 ? "win-x64" : null;
        if (system == OSPlatform.OSX)
            return architecture == Architecture.Arm64 ? "osx-arm64" : null;
        if (system != OSPlatform.Linux || IsMusl(runtimeIdentifier))
            return null;
        return architecture switch
        {
            Architecture.X64 => "linux-x64",
            Architecture.Arm64 => "linux-arm64",
            _ => null,
        };
    }

    private static bool IsMusl(string runtimeIdentifier) =>
        runtimeIdentifier.Contains("musl", StringComparison.OrdinalIgnoreCase)
        || runtimeIdentifier.StartsWith("alpine", StringComparison.OrdinalIgnoreCase);
}
