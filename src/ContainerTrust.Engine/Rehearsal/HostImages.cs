using System.Globalization;
using ContainerTrust.Engine.Formats.Toml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Rehearsal.Sources;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>The images that a host has or names, by the user whose podman pulls them. Nothing is run there; only files are read.</summary>
/// <param name="host">The host.</param>
/// <param name="messages">Where words for the user go.</param>
internal sealed class HostImages(ITrustHost host, TrustMessages messages)
{
    private const string SystemStorage = "/var/lib/containers/storage";
    private const string SystemUnits = "/etc/systemd/system";
    private const string UserUnits = "/etc/systemd/user";
    private const int MostFiles = 20_000;
    private const int MostLevels = 4;
    private const int MostImages = 10_000;

    private static readonly string[] s_drivers = ["overlay", "vfs", "btrfs", "zfs"];
    private static readonly string[] s_lists = ["containers.json", "volatile-containers.json"];
    private static readonly string[] s_quadlets =
        ["/run/containers/systemd", "/etc/containers/systemd", "/usr/share/containers/systemd"];

    private static readonly string[] s_configurations = ["/etc/containers/storage.conf", "/usr/share/containers/storage.conf"];

    private readonly List<UserImages> _found = [];
    private readonly List<PlaceFailure> _failures = [];
    private int _files;

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<PlaceFailure> Failures => _failures;

    /// <summary>Collects them.</summary>
    /// <param name="files">Compose files and files of Kubernetes, as the host names them; root pulls what they name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The images of each user that has any.</returns>
    /// <exception cref="TrustException">The connection to the host has ended.</exception>
    public IReadOnlyList<UserImages> Collect(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        IReadOnlyList<HostUserPlace> users = HostUsers.Of(host);
        Prefetch(users, files);
        foreach (HostUserPlace user in users)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<NamedImage> images = [];
            foreach (string storage in Stores(user))
                Attempt(storage, () => images.AddRange(ReadStorage(storage)));
            string configuration = $"{user.Home}/.config";
            foreach (string directory in user.IsRoot ? s_quadlets : [$"{configuration}/containers/systemd"])
                ReadUnits(images, directory, UnitReader.IsQuadlet, MostLevels);
            ReadUnits(images, user.IsRoot ? SystemUnits : $"{configuration}/systemd/user", UnitReader.IsService, 1);
            foreach (string file in user.IsRoot ? files : [])
                ReadWorkload(images, file, isNamed: true);
            if (images.Count > 0)
                _found.Add(new UserImages(user, Bounded(user, images)));
        }

        // What is there for all users is judged as for one who has no policy of the user's own.
        List<NamedImage> shared = [];
        foreach (string place in (string[])["/etc/containers/systemd/users", "/usr/share/containers/systemd/users"])
            ReadUnits(shared, place, UnitReader.IsQuadlet, MostLevels);
        ReadUnits(shared, UserUnits, UnitReader.IsService, 1);
        if (shared.Count > 0)
            _found.Add(new UserImages(new HostUserPlace("users", null, null), shared));
        return _found;
    }

    // A user's files can name any number, and each is asked for.
    private List<NamedImage> Bounded(HostUserPlace user, List<NamedImage> images)
    {
        if (images.Count <= MostImages)
            return images;
        string place = user.Home ?? user.Name;
        _failures.Add(new PlaceFailure(place, new TrustException("TooManyImages", TrustErrorKind.LimitsExceeded,
            $"{Printable.Of(user.Name, Printable.NameLength)} has {images.Count} images or names of them; the first {MostImages} were " +
            "judged. Remove those that are not used.") { Target = place }));
        return images[..MostImages];
    }

    // Root's own choice of places, and a user's, where it is written down (containers-storage.conf(5)).
    private List<string> Stores(HostUserPlace user)
    {
        List<string> stores = [];
        string usual = user.IsRoot ? SystemStorage : $"{user.Home}/.local/share/containers/storage";
        foreach (string path in user.IsRoot ? s_configurations : [$"{user.Home}/.config/containers/storage.conf", .. s_configurations])
        {
            bool isOwn = path.StartsWith($"{user.Home}/", StringComparison.Ordinal);
            bool isThere = false;
            Attempt(path, () =>
            {
                if (host.TryReadFile(path, TomlReader.MaxBytes) is not { } file)
                    return;
                isThere = true;
                TomlDocument document = TomlReader.Read(path, file.Content.Span);
                if (document.Table(document.Root, "storage") is not { } storage)
                    return;
                string name = user.IsRoot || isOwn ? "graphroot" : "rootless_storage_path";
                if (storage.Members.GetValueOrDefault(name) is TomlString { Value.Length: > 0 } root)
                    usual = Expand(root.Value, user);
                if (document.Table(storage, "options")?.Members.GetValueOrDefault("additionalimagestores") is TomlArray more)
                    stores.AddRange(more.Items.OfType<TomlString>().Select(s => Expand(s.Value, user)));
            });
            if (isThere)
                break;
        }

        return [usual, .. stores.Where(static s => s is ['/', ..]).Distinct(StringComparer.Ordinal).Where(s => s != usual)];
    }

    private static string Expand(string path, HostUserPlace user) => path
        .Replace("$HOME", user.Home, StringComparison.Ordinal).Replace("$USER", user.Name, StringComparison.Ordinal)
        .Replace("$UID", user.Number?.ToString(CultureInfo.InvariantCulture) ?? "", StringComparison.Ordinal).TrimEnd('/');

    private void Prefetch(IReadOnlyList<HostUserPlace> users, IReadOnlyList<string> files) => host.Prefetch(
    [
        .. s_configurations, .. StorageFiles(SystemStorage),
        .. s_quadlets.Select(static q => q + "/"), "/etc/containers/systemd/users/", "/usr/share/containers/systemd/users/",
        SystemUnits + "/", UserUnits + "/", .. files.Where(static f => f is ['/', ..]),
        .. users.Where(static u => !u.IsRoot).SelectMany(static u => StorageFiles($"{u.Home}/.local/share/containers/storage")
            .Concat([$"{u.Home}/.config/containers/storage.conf", $"{u.Home}/.config/containers/systemd/", 
                $"{u.Home}/.config/systemd/user/"])),
    ]);

    private static IEnumerable<string> StorageFiles(string storage) => s_drivers.SelectMany(d =>
        s_lists.Select(l => $"{storage}/{d}-containers/{l}").Prepend($"{storage}/{d}-images/images.json"));

    private List<NamedImage> ReadStorage(string storage)
    {
        List<NamedImage> images = [];
        foreach (string driver in s_drivers)
        {
            HostFile? list = host.TryReadFile($"{storage}/{driver}-images/images.json", StorageReader.MaxBytes);
            List<ReadOnlyMemory<byte>> containers = [];
            foreach (string name in s_lists)
            {
                if (host.TryReadFile($"{storage}/{driver}-containers/{name}", StorageReader.MaxBytes) is { } file)
                    containers.Add(file.Content);
            }

            if (list is not null || containers.Count > 0)
                images.AddRange(StorageReader.Read(storage, list?.Content, containers));
        }

        return images;
    }

    private void ReadUnits(List<NamedImage> images, string directory, Func<string, bool> isWanted, int levels)
    {
        IReadOnlyList<string> names = [];
        if (!Attempt(directory, () => names = host.ListDirectory(directory)) || names.Count == 0)
            return;
        string[] wanted = [.. names.Where(isWanted)];
        host.Prefetch([.. wanted.Select(n => $"{directory}/{n}"),
            .. wanted.Where(n => names.Contains($"{n}.d")).Select(n => $"{directory}/{n}.d/")]);
        foreach (string name in wanted)
        {
            string path = $"{directory}/{name}";
            Attempt(path, () => ReadUnit(images, path, names.Contains($"{name}.d") ? $"{path}.d" : null));
        }

        // Quadlets may lie in directories of their own; those for users are read by themselves.
        foreach (string name in levels > 0 && isWanted("a.container") ? names : [])
        {
            if (!isWanted(name) && !name.EndsWith(".d", StringComparison.Ordinal)
                && !(directory.EndsWith("/containers/systemd", StringComparison.Ordinal) && name == "users"))
                ReadDirectory(images, $"{directory}/{name}", isWanted, levels - 1);
        }
    }

    private void ReadDirectory(List<NamedImage> images, string path, Func<string, bool> isWanted, int levels)
    {
        try
        {
            if (host.ListDirectory(path).Count > 0 && levels == 0)
                throw new TrustException("TooManyFiles", TrustErrorKind.LimitsExceeded,
                    $"{path} is more than {MostLevels} levels deep; what is in it was not read.") { Target = path };
        }
        catch (TrustException e) when (e.Kind is not (TrustErrorKind.ConnectionFailed or TrustErrorKind.PermissionDenied
            or TrustErrorKind.LimitsExceeded))
        {
            // A file of another kind.
            return;
        }
        catch (TrustException e) when (e.Kind is TrustErrorKind.PermissionDenied or TrustErrorKind.LimitsExceeded)
        {
            _failures.Add(new PlaceFailure(path, e));
            return;
        }

        ReadUnits(images, path, isWanted, levels);
    }

    private void ReadUnit(List<NamedImage> images, string path, string? dropIns)
    {
        if (++_files > MostFiles)
            throw new TrustException("TooManyFiles", TrustErrorKind.LimitsExceeded,
                $"There are more than {MostFiles} units and quadlets on the host; the rest was not read.") { Target = path };

        // A unit that is masked leads to /dev/null, and runs nothing.
        if (host.ResolvePath(path) == "/dev/null" || host.TryReadFile(path, UnitFile.MaxBytes) is not { } file)
            return;
        List<UnitLine> lines = [.. UnitFile.Read(file.Content.Span)];
        foreach (string name in dropIns is null ? [] : host.ListDirectory(dropIns))
        {
            if (name.EndsWith(".conf", StringComparison.Ordinal)
                && host.TryReadFile($"{dropIns}/{name}", UnitFile.MaxBytes) is { } dropIn)
                lines.AddRange(UnitFile.Read(dropIn.Content.Span));
        }

        FoundImages found = UnitReader.IsQuadlet(path) ? UnitReader.ReadQuadlet(path, lines) : UnitReader.ReadService(path, lines);
        images.AddRange(found.Images);
        foreach (string named in found.Files)
        {
            if (named is ['h', 't', 't', 'p', ..] || named == "-" || named.AsSpan().ContainsAny('%', '$'))
                _failures.Add(new PlaceFailure(path, new TrustException("InvalidWorkload", TrustErrorKind.NotSupported,
                    $"{path} plays {Printable.Of(named, Printable.NameLength)}, which cannot be read here. Give the file by its path.")
                    { Target = path }));
            else
                ReadWorkload(images, named is ['/', ..] ? named : $"{path[..path.LastIndexOf('/')]}/{named}", isNamed: true);
        }
    }

    private void ReadWorkload(List<NamedImage> images, string path, bool isNamed) => Attempt(path, () =>
    {
        if (host.TryReadFile(path, WorkloadReader.MaxBytes) is { } file)
            images.AddRange(WorkloadReader.Read(file.Content, path));
        else if (isNamed)
            throw new TrustException("WorkloadNotFound", TrustErrorKind.NotFound,
                $"{path} does not exist on {host.ComputerName}. Give the path as that host names it.") { Target = path };
    });

    // What cannot be read may name images: that is a result of its own, and the others get their turn.
    private bool Attempt(string path, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            messages.Verbose($"{path} could not be read: {e.Message}");
            _failures.Add(new PlaceFailure(path, e));
            return false;
        }
    }
}

/// <summary>A place that could not be read.</summary>
/// <param name="Path">The file or directory.</param>
/// <param name="Error">Why.</param>
internal sealed record PlaceFailure(string Path, TrustException Error);

/// <summary>The images of a user.</summary>
/// <param name="User">The user.</param>
/// <param name="Images">What names them, one by one.</param>
internal sealed record UserImages(HostUserPlace User, IReadOnlyList<NamedImage> Images);
