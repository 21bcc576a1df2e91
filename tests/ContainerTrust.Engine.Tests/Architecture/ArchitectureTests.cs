using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>The layers of docs/architecture.md: what they say of the engine is true of what is compiled.</summary>
public sealed partial class ArchitectureTests(ITestOutputHelper output)
{
    private const string Engine = "ContainerTrust.Engine";
    private const int MostLines = 400;

    /// <summary>Files that are longer, and why they are one.</summary>
    private static readonly Dictionary<string, string> s_long = new(StringComparer.Ordinal)
    {
        ["Config/RegistriesD/FileEditor.cs"] =
            "edits a file in place and proves the edit by reading it again; its steps share the text's positions",
        ["Compliance/Reports/HtmlReport.cs"] = "one page, written from top to bottom",
        ["Formats/Toml/TomlReader.cs"] = "the grammar of TOML 1.0, one rule a method",
        ["Hosts/Ssh/SshHost.cs"] = "one connection: its queue, its cache and what they share",
    };

    [Fact]
    public void Rooms_know_only_the_rooms_below_them()
    {
        List<string> faults = [];
        foreach ((string from, string to) in Dependencies.Read())
        {
            (string room, string other) = (RoomOf(from), RoomOf(to));
            if (room != other && !(RoomMap.Rooms.TryGetValue(room, out string[]? allowed) && allowed.Contains(other)))
                faults.Add($"{room} -> {other}: {from} names {to}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void There_is_no_circle_and_no_room_that_is_not_drawn()
    {
        // Each room stands below those that may know it, so the order of the map is one of the layers.
        List<string> below = [];
        foreach ((string room, string[] allowed) in RoomMap.Rooms)
        {
            Assert.All(allowed, r => Assert.True(below.Contains(r), $"{room} may know {r}, which is not below it"));
            below.Add(room);
        }

        Assert.Equal(RoomMap.Rooms.Keys.Order(StringComparer.Ordinal), Sources().Select(static s => s.Path.Split('/')[0]).Distinct()
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_layer_knows_a_higher_one()
    {
        Assert.Equal(
            RoomMap.Rooms.Keys.Order(StringComparer.Ordinal),
            RoomMap.Layers.SelectMany(static l => l.Rooms).Order(StringComparer.Ordinal));
        string[] layers = [.. RoomMap.Layers.Select(static l => l.Layer)];
        List<string> faults = [];
        foreach ((string from, string to) in Dependencies.Read())
        {
            (string layer, string other) = (RoomMap.LayerOf(RoomOf(from)), RoomMap.LayerOf(RoomOf(to)));

            // Formats know bytes, and nothing of files.
            if (Array.IndexOf(layers, other) > Array.IndexOf(layers, layer) || (layer == "Formats" && other == "Beside"))
                faults.Add($"{layer} -> {other}: {from} names {to}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Every_arrow_of_the_map_is_one_that_is_there()
    {
        HashSet<(string, string)> there = [.. Dependencies.Read().Select(static d => (RoomOf(d.From), RoomOf(d.To)))];
        IEnumerable<string> unused = RoomMap.Rooms.SelectMany(r => r.Value.Where(other => !there.Contains((r.Key, other)))
            .Select(other => $"{r.Key} -> {other}"));
        Assert.Equal("", string.Join('\n', unused));
    }

    [Fact]
    public void The_page_draws_the_map()
    {
        string page = File.ReadAllText(Path.Combine(ErrorCatalogue.Repository, "docs/architecture.md"));
        Assert.Equal(
            RoomMap.Rooms.Select(static r => $"{r.Key}, {RoomMap.LayerOf(r.Key)}: {string.Join(", ", r.Value)}"),
            RoomRow().Matches(page).Select(static m => $"{m.Groups[1].Value}, {m.Groups[2].Value}: {m.Groups[3].Value}"));
    }

    [Fact]
    public void The_namespace_of_a_file_is_its_folder()
    {
        foreach ((string path, string text) in Sources())
        {
            string folder = path.Contains('/', StringComparison.Ordinal) ? $".{path[..path.LastIndexOf('/')].Replace('/', '.')}" : "";
            Assert.Equal($"{path}: {Engine}{folder}", $"{path}: {NamespaceLine().Match(text).Groups[1].Value}");
        }
    }

    [Fact]
    public void No_file_is_long_without_a_reason()
    {
        string[] found = [.. Sources().Where(static s => s.Text.AsSpan().Count('\n') > MostLines).Select(static s => s.Path)
            .Order(StringComparer.Ordinal)];
        Assert.Equal(s_long.Keys.Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void The_matrix_of_the_rooms_is_printed()
    {
        ILookup<(string, string), string> arrows = Dependencies.Read().Where(static d => RoomOf(d.From) != RoomOf(d.To))
            .ToLookup(static d => (RoomOf(d.From), RoomOf(d.To)), static d => d.From);
        string[] rooms = [.. RoomMap.Rooms.Keys];
        StringBuilder text = new("Types of the row that name types of the column\n");
        text.Append(' ', 14).AppendJoin(' ', rooms.Select(static r => r[..Math.Min(5, r.Length)].PadLeft(5))).Append('\n');
        foreach (string row in rooms)
        {
            IEnumerable<string> counts = rooms.Select(column => arrows[(row, column)].Distinct().Count() is > 0 and var n
                ? $"{n,5}" : "    .");
            text.Append(row.PadRight(14)).AppendJoin(' ', counts).Append('\n');
        }

        output.WriteLine(text.ToString());
        Assert.NotEmpty(arrows);
    }

    private static string RoomOf(string type) => type[(Engine.Length + 1)..].Split('.')[0];

    private static IEnumerable<(string Path, string Text)> Sources([CallerFilePath] string here = "")
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../src", Engine));
        Assert.True(Directory.Exists(root), $"{root} is where the sources of the engine are");
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(root, file);
            if (!path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal))
                yield return (path, File.ReadAllText(file));
        }
    }

    [GeneratedRegex(@"^\| `(\w+)` \| ([A-Za-z ]+) \| ([A-Za-z, ]*?) \| [^|]* \|$", RegexOptions.Multiline)]
    private static partial Regex RoomRow();

    [GeneratedRegex(@"^namespace\s+([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
