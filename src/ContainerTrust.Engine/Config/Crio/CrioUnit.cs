using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Config.Crio;

/// <summary>
/// How systemd starts CRI-O: the words of its command and the variables that it gets (systemd.service(5), systemd.unit(5)).
/// </summary>
internal sealed class CrioUnit
{
    private const string Unit = "crio.service";
    private const int MaxBytes = 1 << 20;
    private const int MostDropIns = 1_000;
    private const int LongestCommand = 10_000;

    // The first of them that has a file of a name hides the others'.
    private static readonly string[] s_directories =
        ["/etc/systemd/system/", "/run/systemd/system/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/",
            "/lib/systemd/system/"];

    private readonly ITrustHost _host;
    private readonly Dictionary<string, (string Value, string File)> _variables = new(StringComparer.Ordinal);
    private readonly List<(string Value, string File)> _assignments = [];
    private readonly List<(string Value, string File)> _files = [];
    private (string Line, string File)? _command;

    private CrioUnit(ITrustHost host) => _host = host;

    /// <summary>What is read in any case; a directory ends in a slash.</summary>
    public static IEnumerable<string> Paths => s_directories.SelectMany(static d => new[] { d + Unit, $"{d}{Unit}.d/" });

    /// <summary>Whether there is a unit.</summary>
    public bool IsThere { get; private set; }

    /// <summary>Reads the unit and its drop-ins.</summary>
    /// <param name="host">The host.</param>
    /// <returns>The unit, an empty one if there is none.</returns>
    /// <exception cref="TrustException">A file cannot be read.</exception>
    public static CrioUnit Load(ITrustHost host)
    {
        CrioUnit unit = new(host);
        foreach (string directory in s_directories)
        {
            if (!unit.Add(directory + Unit))
                continue;
            unit.IsThere = true;
            break;
        }

        SortedDictionary<string, string> dropIns = new(StringComparer.Ordinal);
        foreach (string directory in s_directories)
        {
            foreach (string name in host.ListDirectory($"{directory}{Unit}.d")
                .Where(static n => n.EndsWith(".conf", StringComparison.Ordinal)))
                dropIns.TryAdd(name, $"{directory}{Unit}.d/{name}");
        }

        foreach (string path in dropIns.Values.Take(MostDropIns))
            unit.Add(path);
        unit.SetVariables();
        return unit;
    }

    /// <summary>A variable that the unit sets.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The value and the file that sets it. Null if none does.</returns>
    public (string Value, string File)? Variable(string name) =>
        _variables.TryGetValue(name, out var found) && found.Value.Length > 0 ? found : null;

    /// <summary>The last value of an option on the command's line.</summary>
    /// <param name="names">The option's names, with their dashes.</param>
    /// <returns>The value and the file that says it. Null if none does.</returns>
    public (string Value, string File)? Option(params ReadOnlySpan<string> names)
    {
        (string Value, string File)? found = null;
        List<(string Word, string File)> words = Words();
        for (int i = 0; i < words.Count; i++)
        {
            foreach (string name in names)
            {
                string word = words[i].Word;

                // Go's flags take one dash for two.
                if (word == name || $"-{word}" == name)
                    found = i + 1 < words.Count ? words[i + 1] : found;
                else if (word.StartsWith(name + "=", StringComparison.Ordinal))
                    found = (word[(name.Length + 1)..], words[i].File);
                else if ($"-{word}".StartsWith(name + "=", StringComparison.Ordinal))
                    found = (word[name.Length..], words[i].File);
            }
        }

        return found;
    }

    private bool Add(string path)
    {
        if (DropInFiles.TryRead(_host, path, MaxBytes) is not { } file)
            return false;
        foreach (string line in Lines(file))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : line[(equals + 1)..].Trim();
            switch (equals < 0 ? "" : line[..equals].TrimEnd())
            {
                case "ExecStart":
                    _command = value.Length > 0 ? (value, path) : null;
                    break;
                case "Environment":
                    Collect(_assignments, value, path);
                    break;
                case "EnvironmentFile":
                    Collect(_files, value, path);
                    break;
                default:
                    break;
            }
        }

        return true;
    }

    // An empty value forgets what was said before.
    private static void Collect(List<(string, string)> list, string value, string path)
    {
        if (value.Length == 0)
            list.Clear();
        else
            list.Add((value, path));
    }

    // A comment within a line that goes on is passed over, and the line goes on.
    private static IEnumerable<string> Lines(HostFile file)
    {
        StringBuilder line = new();
        foreach (string part in Encoding.UTF8.GetString(file.Content.Span).Split('\n').Select(static l => l.Trim()))
        {
            if (part.StartsWith('#') || part.StartsWith(';'))
                continue;
            line.Append(part.EndsWith('\\') ? part[..^1] + " " : part);
            if (part.EndsWith('\\'))
                continue;
            yield return line.ToString();
            line.Clear();
        }

        yield return line.ToString();
    }

    // Files win over what is written in the unit, whatever the order (systemd.exec(5)).
    private void SetVariables()
    {
        foreach ((string value, string path) in _assignments)
        {
            foreach (string assignment in Split(value))
                Assign(assignment, path);
        }

        foreach (string path in _files.Select(static f => f.Value.TrimStart('-')))
        {
            if (path.AsSpan().IndexOfAny("*?[") >= 0)
                throw new TrustException(
                    "UnitNotRead",
                    TrustErrorKind.NotSupported,
                    $"the unit of CRI-O names files of variables by the pattern {Printable.Of(path, Printable.NameLength)}, " +
                    "which is not followed. Name the files.")
                {
                    Target = path,
                };
            if (!path.StartsWith('/') || DropInFiles.TryRead(_host, path, MaxBytes) is not { } file)
                continue;
            foreach (string line in Lines(file).Where(static l => l.Length > 0))
                Assign(Unquote(line), path);
        }
    }

    private static string Unquote(string line)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        string value = line[(equals + 1)..].Trim();
        return equals > 0 && value.Length > 1 && value[0] is '"' or '\'' && value[^1] == value[0]
            ? $"{line[..equals]}={value[1..^1]}" : line;
    }

    private void Assign(string assignment, string path)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
            _variables[assignment[..equals].Trim()] = (assignment[(equals + 1)..].Trim(), path);
    }

    // $NAME as a word of its own is as many words as it holds, ${NAME} is one.
    private List<(string Word, string File)> Words()
    {
        List<(string, string)> words = [];
        if (_command is not { } command)
            return words;
        foreach (string word in Split(command.Line))
        {
            if (words.Count > LongestCommand)
                break;
            if (word.StartsWith('$') && !word.StartsWith("${", StringComparison.Ordinal))
                words.AddRange(Variable(word[1..]) is { } several ? Split(several.Value).Select(w => (w, several.File)) : []);
            else
                words.Add(Fill(word, command.File));
        }

        return words;
    }

    // The file is that of the last variable in the word: it says what matters.
    private (string Word, string File) Fill(string word, string file)
    {
        for (int start = word.IndexOf("${", StringComparison.Ordinal); start >= 0; start = word
            .IndexOf("${", start, StringComparison.Ordinal))
        {
            int end = word.IndexOf('}', start);
            if (end < 0)
                break;
            (string Value, string File)? variable = Variable(word[(start + 2)..end]);
            file = variable?.File ?? file;
            word = $"{word[..start]}{variable?.Value}{word[(end + 1)..]}";
            start += variable?.Value.Length ?? 0;
        }

        return (word, file);
    }

    private static List<string> Split(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool isOpen = false;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '\\' && quote != '\'' && i + 1 < line.Length)
                word.Append(line[++i]);
            else if (quote != '\0' && c == quote)
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'' && quote == '\0')
                (quote, isOpen) = (c, true);
            else if (quote == '\0' && char.IsWhiteSpace(c))
                Finish();
            else
                word.Append(c);
        }

        Finish();
        return words;

        void Finish()
        {
            if (word.Length > 0 || isOpen)
                words.Add(word.ToString());
            word.Clear();
            isOpen = false;
        }
    }
}
