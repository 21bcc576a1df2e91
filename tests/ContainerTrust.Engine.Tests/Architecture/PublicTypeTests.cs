using Mono.Cecil;
using Xunit.Abstractions;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>
/// What is public in the engine is what a front end names, and what those types need in their own public members, as the compiler asks.
/// Everything else is internal.
/// </summary>
public sealed class PublicTypeTests(ITestOutputHelper output)
{
    private static readonly (string Folder, string File)[] s_frontEnds =
        [("src/ContainerTrust", "ContainerTrust.dll"), ("src/ContainerTrust.Cli", "containertrust.dll")];

    [Fact]
    public void Every_public_type_is_one_that_a_front_end_names()
    {
        using AssemblyDefinition engine = AssemblyDefinition.ReadAssembly(typeof(TrustException).Assembly.Location);
        Dictionary<string, TypeDefinition> shown = engine.MainModule.GetTypes().Where(IsShown).ToDictionary(static t => t.FullName);
        Assert.True(shown.Count > 50, "the types of the engine were found");
        HashSet<string> named = [.. s_frontEnds.SelectMany(static f => NamedBy(Find(f.Folder, f.File)))];
        HashSet<string> needed = [];
        Queue<TypeDefinition> open = new(shown.Values.Where(t => named.Contains(t.FullName)));
        Assert.True(open.Count > 50, "the front ends name types of the engine");
        while (open.TryDequeue(out TypeDefinition? type))
        {
            if (!needed.Add(type.FullName))
                continue;
            foreach (TypeReference part in InSignatures(type).SelectMany(Dependencies.Parts))
            {
                if (shown.TryGetValue(part.FullName, out TypeDefinition? other))
                    open.Enqueue(other);
            }
        }

        output.WriteLine($"{shown.Count} public types, {shown.Keys.Count(named.Contains)} of them named by a front end; those need:");
        output.WriteLine(string.Join('\n', needed.Except(named).Order(StringComparer.Ordinal)));
        string[] faults = [.. shown.Keys.Except(needed).Order(StringComparer.Ordinal)];
        Assert.True(faults.Length == 0, $"No front end names these. Make them internal:\n{string.Join('\n', faults)}");
    }

    private static bool IsShown(TypeDefinition type) => type.DeclaringType is { } outer
        ? type.IsNestedPublic && IsShown(outer)
        : type.IsPublic && type.Namespace.StartsWith("ContainerTrust.Engine", StringComparison.Ordinal);

    private static IEnumerable<string> NamedBy(string assembly)
    {
        using AssemblyDefinition frontEnd = AssemblyDefinition.ReadAssembly(assembly);
        return [.. frontEnd.MainModule.GetTypeReferences().Select(static t => t.FullName)];
    }

    // What the compiler wants to be as visible as the type: its base, its constraints, and the signatures of what is public in it.
    private static IEnumerable<TypeReference> InSignatures(TypeDefinition type)
    {
        IEnumerable<TypeReference?> named =
        [
            type.BaseType, type.DeclaringType, .. type.IsInterface ? type.Interfaces.Select(static i => i.InterfaceType) : [],
            .. type.Fields.Where(static f => f.IsPublic || f.IsFamily).Select(static f => f.FieldType),
            .. type.Methods.Where(static m => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly)
                .SelectMany(static m => m.Parameters.Select(static p => p.ParameterType).Prepend(m.ReturnType)),
            .. type.GenericParameters.SelectMany(static g => g.Constraints).Select(static c => c.ConstraintType),
        ];
        return named.OfType<TypeReference>();
    }

    // Of the same configuration as these tests.
    private static string Find(string folder, string file)
    {
        string configuration = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
        string bin = Path.Combine(ErrorCatalogue.Repository, folder, "bin", configuration);
        string[] found = Directory.Exists(bin) ? Directory.GetFiles(bin, file, SearchOption.AllDirectories) : [];
        return found.MaxBy(File.GetLastWriteTimeUtc) ?? throw new InvalidOperationException($"{file} is not in {bin}. Build the solution.");
    }
}
