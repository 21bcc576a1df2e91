using System.Text;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Config.Crio;

/// <summary>How systemd starts CRI-O: the words of its command and the variables that it gets (systemd.service(5), systemd.unit(5)).</summary>
internal sealed class CrioUnit
{
    private const string Unit = "crio.service";
    private const int MaxBytes = 1 << 20;
    private const int MostDropIns = 1_000;
    private const int LongestCommand = 10_000;

    // The first of them that has a file of a name hides the others'.
    private static readonly string[] s_directories =
        ["/etc/systemd/system/", "/run/systemd/system/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"];

    private readonly ITrustHost _host;
    private readonly Dictionary<string, (string Value, string File)> _variables = new(StringComparer.Ordinal);
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
            foreach (string name in host.ListDirectory($"{directory}{Unit}.d").Where(static n => n.EndsWith(".conf", StringComparison.Ordinal)))
                dropIns.TryAdd(name, $"{directory}{Unit}.d/{name}");
        }

        foreach (string path in dropIns.Values.Take(MostDropIns))
            unit.Add(path);
        return unit;
    }

    /// <summary>A variable that the unit sets.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The value and the file that sets it. Null if none does.</returns>
    public (string Value, string File)? Variable(string name) => _variables.TryGetValue(name, out var found) && found.Value.Length > 0 ? found : null;

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
        if (_host.TryReadFile(path, MaxBytes) is not { } file)
            return false;
        string text = Encoding.UTF8.GetString(file.Content.Span).Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (string line in text.Split('\n').Select(static l => l.Trim()))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : line[(equals + 1)..].Trim();
            switch (equals < 0 ? "" : line[..equals].TrimEnd())
            {
                case "ExecStart":
                    _command = value.Length > 0 ? (value, path) : null;
                    break;
                case "Environment":
                    foreach (string assignment in Split(value))
                        Assign(assignment, path);
                    break;
                case "EnvironmentFile":
                    AddVariables(value.TrimStart('-'));
                    break;
                default:
                    break;
            }
        }

        return true;
    }

    private void AddVariables(string path)
    {
        if (!path.StartsWith('/') || _host.TryReadFile(path, MaxBytes) is not { } file)
            return;
        foreach (string line in Encoding.UTF8.GetString(file.Content.Span).Split('\n').Select(static l => l.Trim()))
        {
            if (line.Length > 0 && line[0] is not ('#' or ';'))
                Assign(Unquote(line), path);
        }
    }

    private static string Unquote(string line)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        string value = line[(equals + 1)..].Trim();
        return equals > 0 && value.Length > 1 && value[0] is '"' or '\'' && value[^1] == value[0] ? $"{line[..equals]}={value[1..^1]}" : line;
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
            if (word.StartsWith("${", StringComparison.Ordinal) && word.EndsWith('}') && Variable(word[2..^1]) is { } one)
                words.Add((one.Value, one.File));
            else if (word.StartsWith('$') && Variable(word[1..]) is { } several)
                words.AddRange(Split(several.Value).Select(w => (w, several.File)));
            else
                words.Add((word, command.File));
        }

        return words;
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
