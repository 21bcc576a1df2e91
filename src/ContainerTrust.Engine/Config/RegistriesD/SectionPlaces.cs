using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>The file that a change of a section goes to.</summary>
/// <param name="Path">The file.</param>
/// <param name="CopyOf">
/// The file of another level that it begins as a copy of, so that nothing of that one is lost by being hidden. Null if it does not.
/// </param>
internal sealed record SectionPlace(string Path, string? CopyOf);

/// <summary>
/// Chooses files for changes of sections where podman 6 reads all levels together: a section must not be there under two file names, and
/// a file hides those of its name in the levels below. So what another level defines is changed in a copy of the same name, and a new
/// section goes where no name is in the way.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="directory">The directory that is written.</param>
/// <param name="current">The configuration that is changed; of an older release's, the directory alone.</param>
/// <param name="view">The configuration as podman 6 reads it.</param>
internal sealed class SectionPlaces(ITrustHost host, string directory, LookasideConfiguration current, LookasideConfiguration view)
{
    private readonly int _own = Rank(view, directory);

    /// <summary>Whether a section is defined in a level below the one that is written, which stays as it is.</summary>
    /// <param name="view">The configuration as podman 6 reads it; of an older release's, nothing is.</param>
    /// <param name="entry">The section.</param>
    /// <returns>True if it is.</returns>
    public static bool IsBelow(LookasideConfiguration view, LookasideEntry entry) =>
        view.Levels.Count > 0 && Rank(view, view.Directory) is >= 0 and var own && Rank(view, DirectoryOf(entry.Path)) > own;

    /// <summary>Finds the file for a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="fileName">The name of the file that a new section would go to.</param>
    /// <returns>The file. Null if the directory that is written is not one of the levels.</returns>
    public SectionPlace? Find(SectionChange change, string fileName)
    {
        if (_own < 0)
            return null;
        LookasideEntry? entry = change.Namespace is null ? view.Default : view.Sections.GetValueOrDefault(change.Namespace);
        return entry is null ? ForNew(fileName) : ForPresent(entry);
    }

    private SectionPlace ForPresent(LookasideEntry entry)
    {
        bool isBelow = Rank(view, DirectoryOf(entry.Path)) > _own;
        if (!isBelow && current.Files.Any(f => f.Path == entry.Path))
            return new SectionPlace(entry.Path, null);
        return new SectionPlace(LookasideConfiguration.Join(directory, NameOf(entry.Path)), isBelow ? entry.Path : null);
    }

    private SectionPlace ForNew(string fileName)
    {
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? fileName : $"{fileName[..^LookasideNames.Extension.Length]}-{number}{LookasideNames.Extension}";
            string path = LookasideConfiguration.Join(directory, name);
            int holder = FindHolder(name);
            if (holder < 0 || (holder == _own && view.Files.Any(f => f.Path == path)))
                return new SectionPlace(path, null);
            if (holder > _own)
            {
                // A file that defines nothing loses nothing.
                string below = LookasideConfiguration.Join(view.Levels[holder].Path, name);
                return new SectionPlace(path, Defines(below) ? below : null);
            }
        }
    }

    private int FindHolder(string name)
    {
        for (int i = 0; i < view.Levels.Count; i++)
        {
            if (host.ListDirectory(view.Levels[i].Path).Contains(name))
                return i;
        }

        return -1;
    }

    private bool Defines(string path) => view.Default?.Path == path || view.Sections.Values.Any(e => e.Path == path);

    private static int Rank(LookasideConfiguration view, string directory)
    {
        for (int i = 0; i < view.Levels.Count; i++)
        {
            if (view.Levels[i].Path == directory)
                return i;
        }

        return -1;
    }

    private static string DirectoryOf(string path) => path[..Math.Max(path.LastIndexOf('/'), 1)];

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
