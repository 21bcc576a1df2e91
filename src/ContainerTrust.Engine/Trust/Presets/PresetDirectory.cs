using System.Globalization;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>A directory of this machine with a user's presets.</summary>
internal static class PresetDirectory
{
    private const uint OthersWrite = 0x2;

    /// <summary>Reads every file whose name ends in <c>.json</c>, in the order of their names.</summary>
    /// <param name="directory">The directory. Null for the one that is read where none is named, if it is there.</param>
    /// <param name="faults">Takes the fault of a file that is not read.</param>
    /// <returns>The presets.</returns>
    /// <exception cref="TrustException">
    /// A directory that was named is not there (<c>PresetDirectoryNotFound</c>), others can write to it
    /// (<c>PresetWritableByOthers</c>), it has too many files (<c>TooManyPresets</c>), or it cannot be read.
    /// </exception>
    public static IReadOnlyList<TrustPreset> Read(string? directory, List<TrustException> faults)
    {
        string place = directory ?? PresetFile.DefaultDirectory;
        if (!LocalHost.Instance.Exists(place))
            return directory is null ? [] : throw new TrustException(
                "PresetDirectoryNotFound",
                TrustErrorKind.NotFound,
                $"The directory {Shown(place)} does not exist. Specify a directory of this machine with {TrustOption.PresetDirectory}.")
            {
                Target = place,
            };
        string[] names = [.. LocalHost.Instance.ListDirectory(place).Where(static n => n.EndsWith(".json", StringComparison.Ordinal)
            && n[0] != '.')];
        if (names.Length > PresetFile.MaxFiles)
            throw new TrustException(
                "TooManyPresets",
                TrustErrorKind.LimitsExceeded,
                $"{Shown(place)} has {names.Length} presets; more than {PresetFile.MaxFiles} are not read. Move some elsewhere.")
            {
                Target = place,
            };
        RequireOwn(place, LinuxOnly.IsHere && names.Length > 0 ? DirectoryPermissions.Of(place) : null, isNamed: directory is not null);
        List<TrustPreset> presets = [];
        foreach (string name in names)
        {
            try
            {
                if (ReadFile(Path.Combine(place, name), directory is not null) is { } preset)
                    presets.Add(preset);
            }
            catch (TrustException e)
            {
                faults.Add(e);
            }
        }

        return presets;
    }

    private static TrustPreset? ReadFile(string path, bool isNamed)
    {
        if (LocalHost.Instance.TryReadFile(path, PresetFile.MaxBytes) is not { } file)
            return null;
        RequireOwn(path, file.Permissions, isNamed);
        return PresetReader.Read(file.Content.Span, path) with { Path = path };
    }

    /// <summary>
    /// Refuses what another user could have written: who writes a preset decides what is trusted. A user's own files may be writable by
    /// the user's group, as the usual umask of users makes them; root's may not. Who names a directory knows whose it is.
    /// </summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="permissions">Who may do what with it. Null where the system cannot tell.</param>
    /// <param name="isNamed">Whether the directory was named, and not only found.</param>
    /// <exception cref="TrustException">It is refused (<c>PresetWritableByOthers</c>).</exception>
    private static void RequireOwn(string path, FilePermissions? permissions, bool isNamed)
    {
        if (!LinuxOnly.IsHere || permissions is not { } found)
            return;
        uint others = WriteGuard.IsActive ? UnsafeWrite.GroupOrOthersWrite : OthersWrite;
        string? fault = !isNamed && !WriteGuard.IsOwn(found.UserId)
            ? $"belongs to the user {found.UserId.ToString(CultureInfo.InvariantCulture)}"
            : (found.Mode & others) != 0 ? $"may be written by other users (mode {Convert.ToString(found.Mode & 0xFFF, 8)})" : null;
        if (fault is null)
            return;
        throw new TrustException(
            "PresetWritableByOthers",
            TrustErrorKind.PermissionDenied,
            $"{Shown(path)} {fault}, who could thereby decide what is trusted, and is not read. Give it to root or to your user, and " +
            "take the right to write from everybody else.")
        {
            Target = path,
        };
    }

    private static string Shown(string path) => Printable.Of(path, Printable.NameLength);
}
