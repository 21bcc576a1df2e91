using System.Runtime.Versioning;
using System.Text;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Hosts;

/// <summary>
/// The files of another system whose root is a directory here: a mounted image, a chroot, an installation target. Every path is looked up
/// as <c>chroot(2)</c> would: absolute links begin at the root directory and ".." never leads above it, so that nothing in the image
/// makes us read or write outside.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class RootDirectoryHost : ITrustHost
{
    private const int MaximumHostNameFile = 4096;
    private const int MaximumHostName = 253;

    private readonly LinuxFiles _files;
    private readonly Lazy<string> _computerName;

    /// <summary>Names the root directory.</summary>
    /// <param name="rootDirectory">An absolute path on this machine; links in it are followed as usual.</param>
    /// <exception cref="TrustException">The directory is not there or is not a directory, or this system is not Linux.</exception>
    public RootDirectoryHost(string rootDirectory)
    {
        ArgumentNullException.ThrowIfNull(rootDirectory);
        _files = new LinuxFiles(rootDirectory);
        _files.RequireRoot();
        RootDirectory = rootDirectory;
        _computerName = new Lazy<string>(FindComputerName, LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>The directory on this machine.</summary>
    public string RootDirectory { get; }

    /// <summary>The name in the system's <c>/etc/hostname</c>; this host's name if there is no usable one.</summary>
    public string ComputerName => _computerName.Value;

    /// <summary>The machine that the system's own programs are for. Null if it has none that tell.</summary>
    public string? Machine => ProgramHeader.MachineOf(this);

    /// <summary>Always null: nobody is logged in.</summary>
    public string? HomeDirectory => null;

    /// <summary>Always null: this process's environment is not that system's.</summary>
    /// <param name="name">The variable's name.</param>
    /// <returns>Null.</returns>
    public string? GetEnvironmentVariable(string name) => null;

    /// <inheritdoc/>
    public string ResolvePath(string path) => _files.ResolvePath(path);

    /// <inheritdoc/>
    public bool Exists(string path) => _files.Exists(path);

    /// <inheritdoc/>
    public HostFile? TryReadFile(string path, int maxBytes) => _files.TryReadFile(path, maxBytes);

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectory(string path) => _files.ListDirectory(path);

    /// <inheritdoc/>
    public void RequireSafe(string path, bool isDeletion) => _files.RequireSafe(path, isDeletion);

    /// <inheritdoc/>
    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        _files.BeginChange(directories, timeout, cancellationToken);

    private string FindComputerName()
    {
        try
        {
            if (_files.TryReadFile("/etc/hostname", MaximumHostNameFile) is { } file && ParseHostName(file.Content.Span) is { } name)
                return name;
        }
        catch (TrustException)
        {
            // A name that cannot be read is no reason not to manage the files; the objects then carry this host's.
            return LocalHost.Instance.ComputerName;
        }

        return LocalHost.Instance.ComputerName;
    }

    /// <summary>The first line of hostname(5) that is not a comment, if it is a host name: letters, digits, hyphens and dots.</summary>
    private static string? ParseHostName(ReadOnlySpan<byte> untrustedContent)
    {
        foreach (Range range in untrustedContent.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = untrustedContent[range].Trim(" \t\r"u8);
            if (line.IsEmpty || line[0] == '#')
                continue;
            bool sane = line.Length <= MaximumHostName && line[0] is not ((byte)'-' or (byte)'.');
            foreach (byte b in line)
                sane &= char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.';
            return sane ? Encoding.ASCII.GetString(line) : null;
        }

        return null;
    }
}
