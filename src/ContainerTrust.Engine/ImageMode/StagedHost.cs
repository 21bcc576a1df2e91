using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>
/// A host as it will be once its staged system has been booted. What is below <c>/usr</c> is that system's. What is below <c>/etc</c> is
/// that system's, too, unless it was changed on the host: a file that is not as the booted system brought it stays as it is. Nothing can be
/// changed through it.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="deployment">The directory on the host that the staged system is in.</param>
internal sealed class StagedHost(ITrustHost host, string deployment) : ITrustHost
{
    private const string Etc = "/etc";
    private const string Usr = "/usr";
    private const int MaxLinks = 8;

    public string ComputerName => host.ComputerName;

    public string? HomeDirectory => host.HomeDirectory;

    public string? Machine => host.Machine;

    ITrustHost ITrustHost.Underlying => host.Underlying;

    public string? GetEnvironmentVariable(string name) => host.GetEnvironmentVariable(name);

    public bool Exists(string path) => Place(path) is { } place && host.Exists(place);

    public HostFile? TryReadFile(string path, int maxBytes) =>
        Place(path) is { } place && host.TryReadFile(place, maxBytes) is { } file ? file with { Path = path } : null;

    public string ResolvePath(string path) => host.ResolvePath(path);

    public IReadOnlyList<string> ListDirectory(string path)
    {
        string directory = path.TrimEnd('/');
        if (!IsBelow(directory, Etc))
            return Place(directory) is { } place ? host.ListDirectory(place) : [];
        string staged = InDeployment(Usr + directory);
        IEnumerable<string> theirs = host.Exists(staged) ? host.ListDirectory(staged) : [];
        IEnumerable<string> ours = host.Exists(directory) ? host.ListDirectory(directory) : [];
        return [.. ours.Union(theirs).Where(name => Exists($"{directory}/{name}")).Order(StringComparer.Ordinal)];
    }

    public void Prefetch(IReadOnlyList<string> paths) => host.Prefetch([.. paths.SelectMany(path => IsBelow(path, Etc)
        ? new[] { path, Usr + path, deployment + Usr + path } : IsBelow(path, Usr) ? [deployment + path] : new[] { path })]);

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A view of a host cannot be written to.");

    // Null for a file that was deleted on the host, and stays so.
    private string? Place(string path)
    {
        if (IsBelow(path, Usr))
            return InDeployment(path);
        if (!IsBelow(path, Etc))
            return path;
        bool isHere = host.Exists(path), wasBrought = host.Exists(Usr + path);
        if (isHere && wasBrought)
            return IsSame(path, Usr + path) ? InDeployment(Usr + path) : path;
        return isHere ? path : wasBrought ? null : InDeployment(Usr + path);
    }

    // Directories are merged, and what is in them is looked at.
    private bool IsSame(string path, string original)
    {
        try
        {
            return host.TryReadFile(path, KeyMaterialFiles.MaxBytes) is { } file
                && host.TryReadFile(original, KeyMaterialFiles.MaxBytes) is { } old && file.Content.Span.SequenceEqual(old.Content.Span);
        }
        catch (TrustException e) when (e.ErrorId == "IsADirectory")
        {
            return false;
        }
    }

    // A link to a path of the system's own leads to that system's, which is elsewhere until it has been booted.
    private string InDeployment(string path)
    {
        string place = deployment + path;
        string root = host.ResolvePath(deployment);
        for (int i = 0; i < MaxLinks; i++)
        {
            string resolved = host.ResolvePath(place);
            if (!IsBelow(resolved, Usr))
                return IsBelow(resolved, root) ? resolved : place;
            place = deployment + resolved;
        }

        return place;
    }

    private static bool IsBelow(string path, string directory) => path.StartsWith(directory + "/", StringComparison.Ordinal);
}
