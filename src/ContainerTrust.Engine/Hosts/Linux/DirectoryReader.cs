using System.Globalization;
using System.Runtime.Versioning;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Lists directories, with a limit.</summary>
[SupportedOSPlatform("linux")]
internal static class DirectoryReader
{
    /// <summary>The most names that are read from one directory; an image can hold any number.</summary>
    public const int MaximumNames = 100_000;

    /// <summary>The names in a directory, sorted by ordinal; empty if there is no such directory.</summary>
    /// <param name="root">Where the path begins.</param>
    /// <param name="path">An absolute path on the host.</param>
    /// <returns>The names.</returns>
    /// <exception cref="TrustException">
    /// The path is not a directory, may not be read, or has more than <see cref="MaximumNames"/> names.
    /// </exception>
    public static IReadOnlyList<string> List(HostRoot root, string path)
    {
        using PathWalk walk = PathWalk.Begin(root, path, WalkOptions.LastIsDirectory);
        switch (walk.Result)
        {
            case WalkResult.DirectoryMissing:
                return [];
            case WalkResult.NotADirectory:
                throw LinuxError.ForReading(Errno.ENOTDIR, path, walk.Place);
            default:
                break;
        }

        int descriptor = walk.OpenDirectory();
        if (descriptor < 0)
            throw LinuxError.ForReading(-descriptor, path, walk.Place);
        List<string> names = [];
        int result = DirectoryStream.Read(descriptor, MaximumNames, names);
        if (result == DirectoryStream.TooMany)
        {
            throw new TrustException(
                "TooManyFiles",
                TrustErrorKind.LimitsExceeded,
                string.Create(CultureInfo.InvariantCulture,
                    $"{walk.Place} holds more than {MaximumNames} files; no more are read. Check that it is the directory you meant."))
            {
                Target = path,
            };
        }

        if (result < 0)
            throw LinuxError.ForReading(-result, path, walk.Place);
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
