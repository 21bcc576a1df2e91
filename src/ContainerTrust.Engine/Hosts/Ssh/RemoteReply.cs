using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>Reads what the script answers. What it says is the host's, and so not to be believed to be well-formed or small.</summary>
internal sealed class RemoteReply
{
    /// <summary>The most bytes of files that one answer brings, all files together.</summary>
    public const long MaximumContent = 100L << 20;

    private const int MaximumNoise = 1 << 20;
    private const int MaximumWords = 64 << 10;
    private const int MaximumStatusText = 256 << 10;
    private const int MaximumEntries = 300_000;

    private readonly RemoteConnection _ssh;
    private readonly SshConnectionOptions _options;
    private readonly byte[] _mark;

    public RemoteReply(RemoteConnection ssh, SshConnectionOptions options)
    {
        _ssh = ssh;
        _options = options;
        FirstHalf = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        SecondHalf = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        _mark = Encoding.ASCII.GetBytes($"\0{FirstHalf}{SecondHalf}\0");
    }

    public string FirstHalf { get; }

    public string SecondHalf { get; }

    /// <summary>The user's number there.</summary>
    public uint UserId { get; private set; }

    /// <summary>What the host calls itself.</summary>
    public string RemoteName { get; private set; } = "";

    /// <summary>The environment variables that change where files are looked for.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Skips what start-up files print, and reads the greeting.</summary>
    /// <exception cref="TrustException">There is none, or a tool is missing there.</exception>
    public void ReadGreeting()
    {
        _ssh.ReadTo(_mark, MaximumNoise, keep: false);
        _ssh.IsConnected = true;
        string field = Text(_ssh.ReadField(MaximumWords));
        if (field.StartsWith('T'))
            throw ToolMissing(field[1..]);
        if (!field.StartsWith('I')
            || !uint.TryParse(field.AsSpan(1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out uint user))
            throw SshFailure.Garbled(_options);
        UserId = user;
        RemoteName = Text(_ssh.ReadField(MaximumWords));
    }

    /// <summary>Reads the answer to a batch of questions.</summary>
    /// <param name="cache">What becomes known is put there.</param>
    /// <param name="again">
    /// The paths of files that changed while they were read, or could not be read in one go: they are to be asked for singly.
    /// </param>
    /// <exception cref="TrustException">The connection ended, or the answer is none.</exception>
    public void ReadAnswers(RemoteCache cache, List<string> again)
    {
        for (int entries = 0; ; entries++)
        {
            string field = Text(_ssh.ReadField(MaximumWords));
            if (entries > MaximumEntries)
                throw SshFailure.Garbled(_options);
            string rest = field.Length == 0 ? "" : field[1..];
            switch (field.Length == 0 ? '\0' : field[0])
            {
                case 'E' when rest.Length == 0:
                    return;
                case 'V':
                    Variables[rest] = Text(_ssh.ReadField(MaximumWords));
                    break;
                case 'n':
                    cache.Put(rest, RemoteEntry.Missing);
                    break;
                case 'x':
                    string words = Text(_ssh.ReadField(MaximumWords));
                    if (words.Length == 0)
                        again.Add(rest); // it has just come to be
                    else
                        cache.Put(rest, RemoteError.IsMissing(words.TrimEnd()) ? RemoteEntry.Missing : new RemoteEntry(null, null, words));
                    break;
                case 'l':
                    cache.PutDirectory(rest, ReadNames());
                    break;
                case 'c':
                    ReadFiles(rest, cache, again);
                    break;
                case 'g':
                    ReadSingle(rest, cache, again);
                    break;
                case 'r':
                    string target = Text(_ssh.ReadField(MaximumWords));
                    cache.PutTarget(rest, target, Text(_ssh.ReadField(MaximumWords)));
                    break;
                case 'B':
                    cache.Programs[rest] = null;
                    break;
                case 'b':
                    Chunks said = _ssh.ReadTo(_mark, RemoteProgram.MaxBytes + (1 << 17), keep: true);
                    string end = Text(_ssh.ReadField(MaximumWords));
                    cache.Programs[rest] = RemoteProgram.Of(said.Copy(0, (int)said.Length), end) ?? throw SshFailure.Garbled(_options);
                    break;
                default:
                    throw SshFailure.Garbled(_options);
            }
        }
    }

    /// <summary>Reads one field of an answer to a change.</summary>
    public string ReadText() => Text(_ssh.ReadField(MaximumWords));

    /// <summary>A tool that the script needs is not there.</summary>
    public TrustException ToolMissing(string untrustedName) =>
        new("RemoteShellUnusable", TrustErrorKind.NotSupported,
            $"{_options.HostName} has no program '{Printable.Of(untrustedName, 40)}', which is needed there. Install it " +
            $"({(untrustedName == "flock" ? "util-linux" : "coreutils")}), or see that it is in /usr/bin or the PATH.")
            { Target = _options.HostName };

    /// <summary>The host says what is no answer.</summary>
    public TrustException Garbled() => SshFailure.Garbled(_options);

    private static string Text(byte[] bytes) => PathText.Decode(bytes);

    private RemoteDirectory ReadNames()
    {
        List<string> names = [];
        while (_ssh.ReadField(PathText.MaximumNameLength) is { Length: > 0 } name)
        {
            names.Add(Text(name));
            if (names.Count > DirectoryReader.MaximumNames)
                throw SshFailure.Garbled(_options);
        }

        names.Sort(StringComparer.Ordinal);
        return new RemoteDirectory(names, null);
    }

    private void ReadFiles(string countText, RemoteCache cache, List<string> again)
    {
        if (!int.TryParse(countText, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out int count) || count is < 1 or > 200)
            throw SshFailure.Garbled(_options);
        string[] paths = new string[count];
        for (int i = 0; i < count; i++)
            paths[i] = Text(_ssh.ReadField(PathText.MaximumLength));
        RemoteStatus?[] before = Statuses(_ssh.ReadField(MaximumStatusText));
        string flags = Text(_ssh.ReadField(count));

        // One has vanished, so it is not clear which line is whose.
        bool isClear = before.Length == count && flags.Length == count && Array.TrueForAll(before, static s => s is not null);
        List<int> read = [];
        long expected = 0;
        for (int i = 0; isClear && i < count; i++)
        {
            if (flags[i] != 'c')
                continue;
            read.Add(i);

            // Not the sum: it could be too large for its type, and then be small.
            long length = before[i]!.Stamp.Length;
            if (length > MaximumContent - expected)
                throw SshFailure.Garbled(_options);
            expected += length;
        }

        Chunks content = _ssh.ReadTo(_mark, MaximumContent, keep: isClear);
        isClear &= content.Length == expected;
        RemoteStatus?[] after = Statuses(_ssh.ReadField(MaximumStatusText));
        if (!isClear)
        {
            again.AddRange(paths);
            return;
        }

        long offset = 0;
        for (int i = 0, j = 0; i < count; i++)
        {
            RemoteStatus status = before[i]!;
            byte[]? own = null;
            if (flags[i] == 'c')
            {
                own = content.Copy(offset, (int)status.Stamp.Length);
                offset += own.Length;
                bool isSame = after.Length == read.Count && after[j++] is { } now && now.Line == status.Line;

                // Files of /proc say 0 and have content all the same; those are asked for singly too.
                if (!isSame || (own.Length == 0 && paths[i].StartsWith("/proc/", StringComparison.Ordinal)))
                {
                    again.Add(paths[i]);
                    continue;
                }
            }

            cache.Put(paths[i], new RemoteEntry(status, own, null));
        }
    }

    private void ReadSingle(string path, RemoteCache cache, List<string> again)
    {
        RemoteStatus before = RemoteStatus.TryParse(Text(_ssh.ReadField(MaximumStatusText))) ?? throw SshFailure.Garbled(_options);
        Chunks content = _ssh.ReadTo(_mark, cache.SingleLimit + (1 << 17), keep: true);
        string words = Text(_ssh.ReadField(MaximumWords));
        RemoteStatus? after = RemoteStatus.TryParse(Text(_ssh.ReadField(MaximumStatusText)).TrimEnd('\n'));
        if (words.Length > 0)
            cache.Put(path, new RemoteEntry(before, null, words));
        else if (!before.IsRegularFile || before.Stamp.Length > cache.SingleLimit)
            cache.Put(path, new RemoteEntry(before, null, null));
        else if (after is null || after.Line != before.Line || content.Length < before.Stamp.Length)
            again.Add(path);
        else
            cache.Put(path, new RemoteEntry(before, content.Copy(0, (int)content.Length), null));
    }

    private static RemoteStatus?[] Statuses(byte[] text) =>
        text.Length == 0 ? [] : [.. Text(text).Split('\n').Select(RemoteStatus.TryParse)];
}
