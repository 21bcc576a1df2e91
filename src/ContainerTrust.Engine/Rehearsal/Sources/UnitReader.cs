namespace ContainerTrust.Engine.Rehearsal.Sources;

/// <summary>The images that quadlets (podman-systemd.unit(5)) and systemd units name.</summary>
internal static class UnitReader
{
    private const string OnHost = "It is built on the host, and what it is built from is not read here; judge that by its name.";
    private const string Unclear = "which image that is cannot be read here. Judge it by its name.";

    private const string Docker = "The unit runs docker, which does not ask the policy unless it is podman by another name. " +
        "Judge the image by its name if it is.";

    private static readonly string[] s_quadlets = [".container", ".image", ".kube", ".build", ".volume"];
    private static readonly string[] s_commands =
        ["ExecStartPre", "ExecStart", "ExecStartPost", "ExecCondition", "ExecReload", "ExecStop", "ExecStopPost"];

    /// <summary>Whether a file of this name is a quadlet that may name images.</summary>
    public static bool IsQuadlet(string name) => Array.Exists(s_quadlets, e => name.EndsWith(e, StringComparison.Ordinal));

    /// <summary>Whether a file of this name is a unit that runs programs.</summary>
    public static bool IsService(string name) => name.EndsWith(".service", StringComparison.Ordinal);

    /// <summary>Reads a quadlet.</summary>
    /// <param name="path">The file, as the host names it.</param>
    /// <param name="lines">Its lines, and those of its drop-ins after them.</param>
    /// <returns>The images; and the files of Kubernetes that it plays.</returns>
    public static FoundImages ReadQuadlet(string path, IReadOnlyList<UnitLine> lines)
    {
        string owner = $"quadlet {path}";
        string extension = path[path.LastIndexOf('.')..];
        switch (extension)
        {
            case ".kube":
                return new([], UnitFile.All(lines, "Kube", "Yaml"));
            case ".build":
                return FoundImages.Of([new NamedImage(UnitFile.Last(lines, "Build", "ImageTag") ?? "", owner) { Problem = OnHost }]);
            case ".volume":
                return UnitFile.Last(lines, "Volume", "Driver") != "image" ? FoundImages.Of([])
                    : FoundImages.Of([Named(UnitFile.Last(lines, "Volume", "Image"), owner)]);
            default:
                string section = extension == ".image" ? "Image" : "Container";
                List<NamedImage> found = [];

                // A container without an image has a root file system of the host.
                if (UnitFile.Last(lines, section, "Image") is not null || UnitFile.Last(lines, section, "Rootfs") is null)
                    found.Add(Named(UnitFile.Last(lines, section, "Image"), owner));
                foreach (string mount in UnitFile.All(lines, section, "Mount"))
                {
                    string[] parts = mount.Split(',');
                    string? source = parts.Contains("type=image")
                        ? Array.Find(parts, static p => p.StartsWith("source=", StringComparison.Ordinal)
                            || p.StartsWith("src=", StringComparison.Ordinal)) : null;
                    if (source is not null)
                        found.Add(Named(source[(source.IndexOf('=') + 1)..], owner));
                }

                // The image of another quadlet is read there.
                return FoundImages.Of([.. found.Where(static i => !i.Name.EndsWith(".image", StringComparison.Ordinal))]);
        }
    }

    /// <summary>Reads a systemd unit.</summary>
    /// <param name="path">The file, as the host names it.</param>
    /// <param name="lines">Its lines, and those of its drop-ins after them.</param>
    /// <returns>The images; and the files of Kubernetes that it plays.</returns>
    public static FoundImages ReadService(string path, IReadOnlyList<UnitLine> lines)
    {
        string owner = $"unit {path}";
        List<NamedImage> images = [];
        List<string> files = [];
        foreach (string command in s_commands.SelectMany(c => UnitFile.All(lines, "Service", c)))
        {
            // Where a quote is not closed, no word of it is taken for a name.
            foreach (RunCommand run in UnitFile.Words(command) is { } words ? RunCommand.Find(words)
                : RunCommand.Find(command.Split(' ')).Take(1).Select(static _ => RunCommand.NotClear).ToArray())
            {
                if (run.KubeFile is { } file)
                    files.Add(file);
                else if (run.Image is { } image)
                    images.Add(run.IsDocker ? Named(image, owner) with { Problem = Docker } : Named(image, owner));
                else
                    images.Add(new NamedImage("", owner) { Problem = $"The unit may run or pull an image, and {Unclear}" });
            }
        }

        return new([.. images.Distinct()], files);
    }

    private static NamedImage Named(string? name, string owner) => name switch
    {
        null or "" => new NamedImage("", owner) { Problem = "The file names no image." },
        _ when name.AsSpan().ContainsAny('$', '%') =>
            new NamedImage(name, owner) { Problem = $"The name has a variable in it, and {Unclear}" },
        _ when name.EndsWith(".build", StringComparison.Ordinal) => new NamedImage(name, owner) { Problem = OnHost },
        _ => new NamedImage(name, owner),
    };
}
