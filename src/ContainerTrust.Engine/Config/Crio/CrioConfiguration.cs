using ContainerTrust.Engine.Formats.Toml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Config.Crio;

/// <summary>
/// Which policies CRI-O obeys. Its settings come from <c>/etc/crio/crio.conf</c>, then from the files of <c>/etc/crio/crio.conf.d</c> in
/// the order of their paths (crio.conf(5), crio.conf.d(5)); variables and options of its systemd unit win over both (crio(8)).
/// </summary>
internal sealed record CrioConfiguration
{
    private const string MainFile = "/etc/crio/crio.conf";
    private const string DropIns = "/etc/crio/crio.conf.d";
    /// <summary>The directory of policies for namespaces, where CRI-O is not told another.</summary>
    public const string PoliciesDirectory = "/etc/crio/policies";

    private const string Policies = PoliciesDirectory;
    private const int MostFiles = 1_000;
    private const int DeepestDirectory = 8;

    /// <summary>What is read in any case, for reading ahead; a directory ends in a slash.</summary>
    public static IReadOnlyList<string> Paths { get; } = [MainFile, DropIns + "/", Policies + "/", .. CrioUnit.Paths];

    /// <summary>The policy for all images. Null where CRI-O looks for one as podman does.</summary>
    public CrioSetting? Policy { get; private init; }

    /// <summary>
    /// The directory with a policy for each namespace of pods that has one, <c>NAMESPACE.json</c>; it replaces the other whole.
    /// </summary>
    public required CrioSetting NamespacePolicies { get; init; }

    /// <summary>Whether a file of CRI-O's settings exists, which a host over SSH answers without another question.</summary>
    /// <param name="host">The host.</param>
    /// <returns>Whether <see cref="Load"/> is worth its questions.</returns>
    /// <exception cref="TrustException">The host cannot be asked.</exception>
    public static bool MayBeThere(ITrustHost host) => host.Exists(MainFile) || host.ListDirectory(DropIns).Count > 0;

    /// <summary>Reads the settings.</summary>
    /// <param name="host">The host.</param>
    /// <returns>The settings; null if nothing of CRI-O is there.</returns>
    /// <exception cref="TrustException">A file cannot be read, or CRI-O would refuse it (<c>InvalidToml</c>).</exception>
    public static CrioConfiguration? Load(ITrustHost host)
    {
        CrioUnit unit = CrioUnit.Load(host);
        string main = (unit.Option("--config", "-c") ?? unit.Variable("CONTAINER_CONFIG"))?.Value ?? MainFile;
        string dropIns = (unit.Option("--config-dir", "-d") ?? unit.Variable("CONTAINER_CONFIG_DIR"))?.Value ?? DropIns;
        List<string> files = [];
        if (host.Exists(main))
            files.Add(main);
        Gather(host, dropIns.TrimEnd('/'), files, 0);
        if (files.Count == 0 && !unit.IsThere)
            return null;
        CrioSetting? policy = null;
        CrioSetting namespaces = new(Policies, null);
        foreach (string file in files)
        {
            if (DropInFiles.TryRead(host, file, TomlReader.MaxBytes) is not { } read)
                continue;
            TomlDocument document = TomlReader.Read(file, read.Content.Span);
            if (document.Table(document.Root, "crio") is not { } crio || document.Table(crio, "image") is not { } image)
                continue;
            if (document.Find(image, "signature_policy") is not null)
                policy = new CrioSetting(document.String(image, "signature_policy"), file);
            if (document.Find(image, "signature_policy_dir") is not null)
                namespaces = new CrioSetting(document.String(image, "signature_policy_dir"), file);
        }

        if ((unit.Option("--signature-policy") ?? unit.Variable("CONTAINER_SIGNATURE_POLICY")) is { } named)
            policy = new CrioSetting(named.Value, named.File);
        if ((unit.Option("--signature-policy-dir") ?? unit.Variable("CONTAINER_SIGNATURE_POLICY_DIR")) is { } directory)
            namespaces = new CrioSetting(directory.Value, directory.File);
        return new CrioConfiguration
        {
            Policy = policy is { Value.Length: > 0 } ? policy with { Value = Absolute(policy.Value) } : null,
            NamespacePolicies = namespaces with { Value = Absolute(namespaces.Value).TrimEnd('/') },
        };
    }

    // systemd starts services in the root directory.
    private static string Absolute(string path) => path.StartsWith('/') ? path : "/" + path;

    // Whatever its name, every file below counts.
    private static void Gather(ITrustHost host, string directory, List<string> files, int depth)
    {
        foreach (string name in host.ListDirectory(directory))
        {
            string path = $"{directory}/{name}";
            if (files.Count >= MostFiles || depth > DeepestDirectory)
                throw new TrustException(
                    "TooManyFiles",
                    TrustErrorKind.LimitsExceeded,
                    $"{Printable.Of(directory, Printable.NameLength)} has more files and directories than CRI-O's settings are looked " +
                    "for in.")
                {
                    Target = directory,
                };
            if (IsDirectory(host, path))
                Gather(host, path, files, depth + 1);
            else
                files.Add(path);
        }
    }

    private static bool IsDirectory(ITrustHost host, string path)
    {
        try
        {
            _ = host.TryReadFile(path, TomlReader.MaxBytes);
            return false;
        }
        catch (TrustException e) when (e.ErrorId is "IsADirectory" or "NotARegularFile")
        {
            return e.ErrorId == "IsADirectory";
        }
    }
}

/// <summary>A setting.</summary>
/// <param name="Value">Its value.</param>
/// <param name="File">The file that says so. Null for CRI-O's own default.</param>
internal sealed record CrioSetting(string Value, string? File);
