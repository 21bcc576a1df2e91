using Mono.Cecil;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>
/// What calls Linux says so, and the compiler refuses a call of it that other systems could reach (CA1416). These tests see to it that
/// nothing is left out of that.
/// </summary>
public sealed class PlatformTests
{
    private const string Attribute = "System.Runtime.Versioning.SupportedOSPlatformAttribute";

    // Types that call the C library without a mark, and why.
    private static readonly Dictionary<string, string> s_unmarked = new(StringComparer.Ordinal)
    {
        ["ContainerTrust.Engine.MachineConfig.Rollout.ClientProcess"] = "ends a process by a signal, on every system but Windows",
    };

    [Fact]
    public void What_calls_the_C_library_is_marked_as_Linux()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(TrustException).Assembly.Location);
        TypeDefinition[] callers = [.. assembly.MainModule.GetTypes().Where(static t => t.Methods.Any(static m => m.IsPInvokeImpl)
            && !t.FullName.StartsWith('<'))];
        Assert.Contains(callers, static c => c.Name == "Libc");
        Assert.Equal(s_unmarked.Keys.Order(StringComparer.Ordinal),
            callers.Where(static c => !IsMarked(c)).Select(static c => c.FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_check_of_the_compiler_is_not_switched_off()
    {
        string[] settings = [.. new[] { ".editorconfig", "Directory.Build.props" }
            .Concat(Directory.GetFiles(Path.Combine(ErrorCatalogue.Repository, "src"), "*.csproj", SearchOption.AllDirectories))
            .Select(static p => File.ReadAllText(Path.Combine(ErrorCatalogue.Repository, p)))];
        string sections = settings[0][..settings[0].IndexOf("[tests/", StringComparison.Ordinal)];
        Assert.DoesNotContain("CA1416", sections + string.Concat(settings.Skip(1)), StringComparison.Ordinal);
    }

    private static bool IsMarked(TypeDefinition type) => type.CustomAttributes.Any(static a => a.AttributeType.FullName == Attribute
        && a.ConstructorArguments[0].Value is "linux");
}
