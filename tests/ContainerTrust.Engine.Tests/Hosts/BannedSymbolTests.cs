using System.Reflection;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>The list of what may not be called to write files has all there is, also what a newer framework brings.</summary>
public sealed class BannedSymbolTests
{
    // What only reads or looks.
    private static readonly string[] s_readers =
    [
        "Exists", "Read", "Get", "Enumerate", "OpenRead", "OpenText", "ResolveLinkTarget", "Refresh", "ToString", "OpenNullHandle",
        "SetCurrentDirectory", "Equals", "InitializeLifetimeService",
    ];

    public static TheoryData<Type> Types =>
        [typeof(File), typeof(Directory), typeof(FileInfo), typeof(DirectoryInfo), typeof(FileSystemInfo)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Whatever_changes_files_by_name_is_banned(Type type)
    {
        string[] banned = File.ReadAllLines(Find());
        Assert.True(banned.Length > 100);
        MethodInfo[] methods = type
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly);
        Assert.NotEmpty(methods);
        foreach (MethodInfo method in methods.Where(static m => !m.IsSpecialName
            && !s_readers.Any(r => m.Name.StartsWith(r, StringComparison.Ordinal))))
        {
            // By name and number of parameters: how a type is spelt there is the compiler's matter.
            int count = method.GetParameters().Length;
            string name = $"M:{type.FullName}.{method.Name}";
            bool isListed = banned.Any(b => b.Split(';')[0] is { } id
                && (count == 0 ? id == name : id.StartsWith(name + "(", StringComparison.Ordinal)
                && id[name.Length..].Split(',').Length == count));
            Assert.True(isListed || IsOverride(method), $"{method} of {type.Name} is not in BannedSymbols.txt.");
        }
    }

    // The analyzer takes a ban of the base's method for one of what overrides it.
    private static bool IsOverride(MethodInfo method) => method.GetBaseDefinition().DeclaringType == typeof(object);

    private static string Find()
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            string path = Path.Combine(directory, "src", "BannedSymbols.txt");
            if (File.Exists(path))
                return path;
        }

        throw new InvalidOperationException("src/BannedSymbols.txt is not found.");
    }
}
