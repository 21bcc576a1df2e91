using System.Reflection;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>The presets that can be named: those that are built in, and those of a directory of this machine.</summary>
public sealed class PresetCatalog
{
    private const string ConflictId = "PresetConflict";

    private static readonly string[] s_builtIn =
        ["RedHat", "RedHatGpg", "RedHatSigstore", "RedHatIsv", "Suse", "FedoraCoreOS", "OpenShiftRelease"];

    private static readonly Lazy<PresetCatalog> s_ofProduct = new(() => new PresetCatalog([.. s_builtIn.Select(ReadBuiltIn)], []));

    private readonly Dictionary<string, TrustPreset> _presets;

    private PresetCatalog(IReadOnlyList<TrustPreset> presets, IReadOnlyList<TrustException> faults)
    {
        _presets = presets.ToDictionary(static p => p.Name, StringComparer.OrdinalIgnoreCase);
        Names = [.. presets.Select(static p => p.Name)];
        Faults = faults;
    }

    /// <summary>The presets that are built in.</summary>
    public static PresetCatalog BuiltIn => s_ofProduct.Value;

    /// <summary>The presets' names, the built-in ones first.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Why files of the directory are not among the presets.</summary>
    public IReadOnlyList<TrustException> Faults { get; }

    /// <summary>The presets that are built in, and those of a directory.</summary>
    /// <param name="directory">
    /// An absolute path on this machine. Null for <c>/etc/containertrust/presets.d</c> (on Windows <c>containertrust\presets.d</c> in the
    /// folder of the data of all users), if it is there.
    /// </param>
    /// <returns>The presets. A file that cannot be read, or has the name of another preset, is among the <see cref="Faults"/>.</returns>
    /// <exception cref="TrustException">
    /// A directory that was named is not there (<c>PresetDirectoryNotFound</c>), others can write to it
    /// (<c>PresetWritableByOthers</c>), it has too many files (<c>TooManyPresets</c>), or it cannot be read.
    /// </exception>
    public static PresetCatalog Load(string? directory)
    {
        List<TrustException> faults = [];
        IReadOnlyList<TrustPreset> own = PresetDirectory.Read(directory, faults);
        if (own.Count == 0 && faults.Count == 0)
            return BuiltIn;
        List<TrustPreset> presets = [.. BuiltIn._presets.Values];
        foreach (TrustPreset preset in own)
        {
            if (presets.Find(p => p.Name.Equals(preset.Name, StringComparison.OrdinalIgnoreCase)) is { } other)
                faults.Add(Conflict(preset, other));
            else
                presets.Add(preset);
        }

        return new PresetCatalog(presets, faults);
    }

    /// <summary>Finds a preset.</summary>
    /// <param name="name">The name, without case.</param>
    /// <returns>The preset.</returns>
    /// <exception cref="TrustException">
    /// There is none (<c>PresetNotFound</c>, or why a file was not read), or a file has the name, too (<c>PresetConflict</c>).
    /// </exception>
    internal TrustPreset Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ConflictOf(name) is { } conflict)
            throw conflict;
        if (_presets.TryGetValue(name, out TrustPreset? preset))
            return preset;
        throw Faults.Count > 0 ? Faults[0] : new TrustException(
            "PresetNotFound",
            TrustErrorKind.InvalidArgument,
            $"There is no preset '{Printable.Of(name, Printable.NameLength)}'; known are {string.Join(", ", Names)}.")
        {
            Target = name,
        };
    }

    /// <summary>Whether a file has the name of a preset, so that it is not clear which one is meant.</summary>
    /// <param name="name">The preset, without case.</param>
    /// <returns>True if it is so: then the preset cannot be used, and the fault is among the <see cref="Faults"/>.</returns>
    public bool HasConflict(string name) => ConflictOf(name) is not null;

    /// <summary>The files of a host that a preset looks at, for reading ahead.</summary>
    /// <param name="name">The preset, without case.</param>
    /// <returns>Absolute paths on the host.</returns>
    /// <exception cref="TrustException">There is no such preset.</exception>
    public IReadOnlyList<string> Files(string name) => Find(name).Files;

    /// <summary>The scopes of a preset where no host is asked, for lists to choose from.</summary>
    /// <param name="name">One of the <see cref="Names"/>.</param>
    /// <returns>The scopes, printable, separated by a comma and a blank.</returns>
    public string Summary(string name) =>
        PrintableText.Line(string.Join(", ", _presets[name].Default.Select(static e => e.Registry)));

    /// <summary>What a preset is, and what it would write on a host.</summary>
    /// <param name="name">The preset, without case.</param>
    /// <param name="host">The host.</param>
    /// <returns>The preset, as users see it.</returns>
    /// <exception cref="TrustException">There is no such preset, or the host's files cannot be read.</exception>
    public ImageTrustPreset Describe(string name, ITrustHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        TrustPreset preset = Find(name);
        (PresetForm form, string reason) = preset.FormFor(host);
        IReadOnlyList<TrustPresetEntry> entries = form.For(host);
        return new ImageTrustPreset
        {
            ComputerName = host.ComputerName,
            Name = preset.Name,
            Description = PrintableText.Line(preset.Description),
            Source = preset.Sources.ToArray(),
            Form = PrintableText.Line(form.Name),
            Reason = reason,
            Entries = entries.Select(ToTrust).ToArray(),
            MissingFile = entries.SelectMany(static e => e.Files).Distinct(StringComparer.Ordinal).Where(f => !host.Exists(f)).ToArray(),
            Path = preset.Path,
        };
    }

    private TrustException? ConflictOf(string name) =>
        Faults.FirstOrDefault(f => f.ErrorId == ConflictId && name.Equals(f.Target, StringComparison.OrdinalIgnoreCase));

    private static ImageTrust ToTrust(TrustPresetEntry entry) => new()
    {
        ComputerName = "",
        Transport = entry.Transport,
        Registry = entry.Registry,
        Requirements = entry.Requirements.ToArray(),
        SignatureStore = entry.SignatureStore,
        UseSigstoreAttachments = entry.Section.UseSigstoreAttachments,
        Section = entry.Section.IsEmpty ? null : entry.Section,
        StoresRead = entry.Section,
    };

    private static TrustException Conflict(TrustPreset preset, TrustPreset other)
    {
        string whose = other.Path is { } path ? Printable.Of(path, Printable.NameLength) : "a preset that is built in";
        return new TrustException(
            "PresetConflict",
            TrustErrorKind.InvalidArgument,
            $"{Printable.Of(preset.Path!, Printable.NameLength)} has the name {other.Name}, which {whose} has, so it is not clear which " +
            "one is meant. Rename the preset in the file.")
        {
            Target = other.Name,
        };
    }

    private static TrustPreset ReadBuiltIn(string name)
    {
        string resource = $"ContainerTrust.Engine.Trust.Presets.Data.{name}.json";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not in the assembly.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return PresetReader.Read(content, $"{name}.json");
    }
}
