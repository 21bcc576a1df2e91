using System.Reflection;

namespace ContainerTrust.Engine.Tests.Foundation;

/// <summary>
/// The list of what may not be called to speak to a person has all there is of the console, also what a newer framework brings. For
/// PowerShell's streams tests/Pester/HostileInput.Tests.ps1 asks.
/// </summary>
public sealed class BannedSinkTests
{
    [Fact]
    public void Whatever_writes_to_the_console_is_banned()
    {
        string[] banned = [.. File.ReadAllLines(Find()).Select(static l => l.Split(';')[0])];
        MethodInfo[] methods = [.. typeof(Console).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(static m => IsSink(m.Name))];
        Assert.True(methods.Length > 30);
        foreach (MethodInfo method in methods)
        {
            int count = method.GetParameters().Length;
            string name = $"M:System.Console.{method.Name}";
            bool IsIt(string b) => count == 0 ? b == name : b.StartsWith(name + "(", StringComparison.Ordinal)
                && b.Split(',').Length == count;
            Assert.Contains(banned, IsIt);
        }

        Assert.Contains("P:System.Console.Out", banned);
        Assert.Contains("P:System.Console.Error", banned);
    }

    private static bool IsSink(string name) =>
        name is "SetOut" or "SetError" or "OpenStandardOutput" or "OpenStandardError" || name.StartsWith("Write", StringComparison.Ordinal);

    private static string Find()
    {
        for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            string path = Path.Combine(directory, "src", "BannedSymbols.Sinks.txt");
            if (File.Exists(path))
                return path;
        }

        throw new InvalidOperationException("src/BannedSymbols.Sinks.txt is not found.");
    }
}
