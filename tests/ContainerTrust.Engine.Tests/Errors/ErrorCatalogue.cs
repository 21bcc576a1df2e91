using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ContainerTrust.Engine.Tests.Errors;

/// <summary>The error ids of the source, read from it: docs/error-ids.md is made of them.</summary>
internal static partial class ErrorCatalogue
{
    // How ids of a web peer begin; see WebPeer.
    private const string Prefix = "PREFIX";

    private static readonly string[] s_prefixes = ["Registry", "Store"];

    /// <summary>The repository.</summary>
    public static string Repository { get; } = Find();

    /// <summary>Each id with the kinds of its errors and the files that raise it, in the order of the ids.</summary>
    /// <returns>The entries. Ids of web peers begin with <c>PREFIX</c>.</returns>
    public static IReadOnlyList<ErrorEntry> Read()
    {
        SortedDictionary<string, (SortedSet<string> Kinds, SortedSet<string> Files)> found = new(StringComparer.Ordinal);
        string source = Path.Combine(Repository, "src");
        foreach (string file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(source, file);
            if (path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal))
                continue;
            string text = IdPrefix().Replace(File.ReadAllText(file), Prefix);
            foreach (Match match in Id().Matches(text))
            {
                string id = match.Groups["id"].Value;
                if (!found.TryGetValue(id, out (SortedSet<string> Kinds, SortedSet<string> Files) entry))
                    found[id] = entry = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));
                entry.Files.Add(path);
                if (match.Groups["kind"].Success)
                    entry.Kinds.Add(match.Groups["kind"].Value);
                else if (match.Groups["format"].Success)
                    entry.Kinds.Add("InvalidData");
            }
        }

        return [.. found.Select(static f => new ErrorEntry(f.Key, [.. f.Value.Kinds], [.. f.Value.Files]))];
    }

    /// <summary>The ids that an entry stands for.</summary>
    public static IEnumerable<string> Names(ErrorEntry entry) =>
        entry.Id.StartsWith(Prefix, StringComparison.Ordinal) ? s_prefixes.Select(p => p + entry.Id[Prefix.Length..]) : [entry.Id];

    /// <summary>The document.</summary>
    public static string Document()
    {
        StringBuilder text = new("""
            # Error ids

            Every error has an id that does not change between releases: in PowerShell `$_.FullyQualifiedErrorId` begins with it. Match these in scripts, not the
            messages. The command prints the message alone.
            `ErrorIdTests` makes this page from the source, and fails if it is out of date. What leads to the common ones, and what to do, is in the help
            page of each cmdlet (`Get-Help Set-ImageTrust -Full`).

            | Id | Kind | Raised by |
            |---|---|---|

            """);
        foreach (ErrorEntry entry in Read().OrderBy(static e => Names(e).First(), StringComparer.Ordinal))
        {
            string ids = string.Join(", ", Names(entry).Select(static n => $"`{n}`"));
            text.Append("| ").Append(ids).Append(" | ").AppendJoin(", ", entry.Kinds).Append(" | ")
                .AppendJoin(", ", entry.Files.Select(static f => Path.GetFileNameWithoutExtension(f)).Distinct()).Append(" |\n");
        }

        return text.ToString();
    }

    private static string Find([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));

    [GeneratedRegex(@"\{(?:request\.)?[Pp]eer\.IdPrefix\}")]
    private static partial Regex IdPrefix();

    // The first argument of an error, or of a method that makes one; or what stands before the kind.
    [GeneratedRegex(
        """
        (?:(?:new\s+(?:TrustException|WebFailure)|base|new|\b(?:Refuse|Refused|Error|Invalid|Missing|Usage|Failed|Unreadable))\(\s*
        \$?"(?<id>[A-Z][A-Za-z0-9]+)"\s*,\s*(?:TrustErrorKind\.(?<kind>\w+))?)
        |(?:\$?"(?<id>[A-Z][A-Za-z0-9]+)"\s*,\s*TrustErrorKind\.(?<kind>\w+))
        |(?:"(?<id>[A-Z][A-Za-z0-9]+(?:NotFound|TooLarge|WrongType|DuplicateKey))")
        |(?:new\s+(?<format>TrustFormatException)\(\s*"(?<id>[A-Z][A-Za-z0-9]+)")
        |(?:new\s+ErrorRecord\([^;"]*"(?<id>[A-Z][A-Za-z0-9]+)")
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Id();
}
