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
    // Null where there are none.
    private readonly LinuxFiles? _files;
    private readonly Lazy<string> _computerName = new(FindComputerName, LazyThreadSafetyMode.PublicationOnly);

    private LocalHost(bool isLinux)
    {
        if (LinuxOnly.IsHere && isLinux)
            _files = new LinuxFiles("/");
    }

    /// <summary>This host.</summary>
    public static LocalHost Instance { get; } = new(isLinux: true);

    /// <summary>Whether this host has a policy of its own, which can be managed. Else only files that a user names are read.</summary>
    internal bool HasPolicy => _files is not null;

    /// <summary>This host as a controller sees it that is not Linux: for tests of that side.</summary>
    internal static LocalHost Portable { get; } = new(isLinux: false);

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
            return LinuxOnly.IsHere ? UserHome.Find(home) : home is ['/', ..] ? home : null;
        }
    }

    /// <summary>
    /// The value of <c>HOME</c> if that is an absolute path, and yet not this user's <see cref="HomeDirectory"/>. Null otherwise.
    /// </summary>
    internal static string? UnusedHome =>
        Environment.GetEnvironmentVariable("HOME") is ['/', ..] home && Instance.HomeDirectory != home ? home : null;

    /// <summary>The machine that the system's own programs are for, which can be of 32 bits on a kernel of 64.</summary>
    public string? Machine => ProgramHeader.Refine(
        LinuxOnly.IsHere ? ProgramHeader.MachineOf(this) : null, ProgramHeader.MachineOf(RuntimeInformation.OSArchitecture));

    /// <inheritdoc/>
    public string? GetEnvironmentVariable(string name) => Environment.GetEnvironmentVariable(name);

    /// <inheritdoc/>
    public string ResolvePath(string path) => LinuxOnly.IsHere && _files is { } files ? files.ResolvePath(path) : path;

    /// <inheritdoc/>
    public bool Exists(string path) => LinuxOnly.IsHere && _files is { } files ? files.Exists(path) : PortableFile.Exists(path);

    /// <inheritdoc/>
    public HostFile? TryReadFile(string path, int maxBytes) =>
        LinuxOnly.IsHere && _files is { } files ? files.TryReadFile(path, maxBytes) : PortableFile.TryRead(path, maxBytes);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectory(string path) =>
        LinuxOnly.IsHere && _files is { } files ? files.ListDirectory(path) : PortableFile.List(path);

    /// <inheritdoc/>
    public void RequireSafe(string path, bool isDeletion)
    {
        if (!LinuxOnly.IsHere || _files is null)
            throw LinuxOnly.NotHere();
        _files.RequireSafe(path, isDeletion);
    }

    /// <inheritdoc/>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        LinuxOnly.IsHere && _files is { } files ? files.BeginChange(directories, timeout, cancellationToken) : throw LinuxOnly.NotHere();

    /// <summary>This host, or another whose root is a directory here.</summary>
    /// <param name="rootDirectory">An absolute path on this machine. Null for this host.</param>
    /// <returns>The host.</returns>
    /// <exception cref="TrustException">
    /// There is no such directory, or this system is not Linux (<c>PlatformNotSupported</c>).
    /// </exception>
    public static ITrustHost OrRoot(string? rootDirectory) =>
        rootDirectory is null ? Instance
            : LinuxOnly.IsHere ? new RootDirectoryHost(rootDirectory)
            : throw LinuxOnly.NotHere();

    private static string FindComputerName()
    {
        if (!LinuxOnly.IsHere)
            return Environment.MachineName;

        // Environment.MachineName cuts the domain off, and hosts of a fleet often differ in nothing else.
        Span<byte> name = stackalloc byte[256];
        if (Libc.GetHostName(name) < 0)
            return Environment.MachineName;
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
