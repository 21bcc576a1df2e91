using System.Runtime.InteropServices;
using System.Text;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Hosts;

/// <summary>
/// The files of this host, with the rights of the user that the process runs as; see <see cref="LinuxFiles"/> for what is promised. On
/// other systems, which have no policy of their own, files that a user names can be read; there is nothing to change.
/// </summary>
public sealed class LocalHost : ITrustHost
{
    private readonly Lazy<LinuxFiles> _files = new(static () => new LinuxFiles("/"), LazyThreadSafetyMode.PublicationOnly);
    private readonly Lazy<string> _computerName = new(FindComputerName, LazyThreadSafetyMode.PublicationOnly);

    private LocalHost()
    {
    }

    /// <summary>This host.</summary>
    public static LocalHost Instance { get; } = new();

    /// <summary>The host's name as <c>hostname</c> prints it, with a domain if it is set with one.</summary>
    public string ComputerName => _computerName.Value;

    /// <summary>
    /// The value of <c>HOME</c> if that is an absolute path and the effective user's own directory, else what the system has on record
    /// for that user. Null if there is neither.
    /// </summary>
    public string? HomeDirectory
    {
        get
        {
            string? home = Environment.GetEnvironmentVariable("HOME");
            return OperatingSystem.IsLinux() ? UserHome.Find(home) : home is ['/', ..] ? home : null;
        }
    }

    /// <summary>
    /// The value of <c>HOME</c> if that is an absolute path, and yet not this user's <see cref="HomeDirectory"/>. Null otherwise.
    /// </summary>
    internal static string? UnusedHome =>
        Environment.GetEnvironmentVariable("HOME") is ['/', ..] home && Instance.HomeDirectory != home ? home : null;

    /// <summary>The machine that the system's own programs are for, which can be of 32 bits on a kernel of 64.</summary>
    public string? Machine => ProgramHeader.Refine(
        OperatingSystem.IsLinux() ? ProgramHeader.MachineOf(this) : null, ProgramHeader.MachineOf(RuntimeInformation.OSArchitecture));

    /// <inheritdoc/>
    public string? GetEnvironmentVariable(string name) => Environment.GetEnvironmentVariable(name);

    /// <inheritdoc/>
    public string ResolvePath(string path) => OperatingSystem.IsLinux() ? _files.Value.ResolvePath(path) : path;

    /// <inheritdoc/>
    public bool Exists(string path) => OperatingSystem.IsLinux() ? _files.Value.Exists(path) : Path.Exists(path);

    /// <inheritdoc/>
    public HostFile? TryReadFile(string path, int maxBytes) =>
        OperatingSystem.IsLinux() ? _files.Value.TryReadFile(path, maxBytes) : PortableFile.TryRead(path, maxBytes);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectory(string path) =>
        OperatingSystem.IsLinux() ? _files.Value.ListDirectory(path) : PortableFile.List(path);

    /// <inheritdoc/>
    public void RequireSafe(string path, bool isDeletion) => _files.Value.RequireSafe(path, isDeletion);

    /// <inheritdoc/>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        _files.Value.BeginChange(directories, timeout, cancellationToken);

    private static string FindComputerName()
    {
        if (!OperatingSystem.IsLinux())
            return Environment.MachineName;

        // Environment.MachineName cuts the domain off, and hosts of a fleet often differ in nothing else.
        Span<byte> name = stackalloc byte[256];
        if (Libc.GetHostName(name) < 0)
            return Environment.MachineName;
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
