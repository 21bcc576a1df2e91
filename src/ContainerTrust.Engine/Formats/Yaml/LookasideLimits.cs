namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>Bounds that no honest configuration comes near, so that a hostile one costs little.</summary>
internal static class LookasideLimits
{
    /// <summary>The largest file, in bytes.</summary>
    public const int FileBytes = 10 * 1024 * 1024;

    /// <summary>All files of a directory together, in bytes.</summary>
    public const long TotalBytes = 100L * 1024 * 1024;

    /// <summary>How deep collections may be nested in a file, ignored ones included.</summary>
    public const int Depth = 64;

    /// <summary>Nodes in a file.</summary>
    public const int Nodes = 1_000_000;

    /// <summary>Nodes of the sections of a file after its aliases and merge keys are written out.</summary>
    public const int ExpandedNodes = 2_000_000;

    /// <summary>Warnings about a file; further ones add nothing.</summary>
    public const int Warnings = 1_000;
}
