using System.Reflection;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ContainerTrust.Engine.Tests.Foundation;

/// <summary>tests/Hostile/fields.json has a row for every field that can carry text.</summary>
public sealed class HostileRowTests
{
    private const string RegistriesFile = "ContainerTrust.Engine.Config.RegistriesConf.RegistriesFile";
    private const string Document = "TomlDocument";

    /// <summary>Types of ContainerTrust.Model, with what stands around their members in policy.json.</summary>
    private static readonly (Type Type, string Around)[] s_types =
    [
        (typeof(SignedByRequirement), "\"type\":\"signedBy\""),
        (typeof(SigstoreSignedRequirement), "\"type\":\"sigstoreSigned\""),
        (typeof(FulcioIdentity), "\"fulcio\":{"),
        (typeof(PkiIdentity), "\"pki\":{"),
        (typeof(ExactReferenceIdentity), "\"type\":\"exactReference\""),
        (typeof(ExactRepositoryIdentity), "\"type\":\"exactRepository\""),
        (typeof(RemapIdentity), "\"type\":\"remapIdentity\""),
    ];

    public static TheoryData<string, string> Members
    {
        get
        {
            TheoryData<string, string> members = [];
            foreach ((Type type, string _) in s_types)
            {
                foreach (PropertyInfo property in type.GetProperties().Where(IsText))
                    members.Add(type.Name, property.Name);
            }

            return members;
        }
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_member_of_a_requirement_has_a_row(string type, string member)
    {
        string around = s_types.Single(t => t.Type.Name == type).Around;
        string name = char.ToLowerInvariant(member[0]) + member[1..];
        Regex carrying = new($"\"{name}\":\\[?(\"[^\"]*\",)?\"[^\"]*@H@");
        Assert.Contains(
            HostileFields.Of("policy").Select(static f => HostileFields.Template("policy", f)),
            t => t.Contains(around, StringComparison.Ordinal) && carrying.IsMatch(t));
    }

    // A record that is new has to be in the list above.
    [Fact]
    public void Every_requirement_and_identity_with_text_is_looked_at()
    {
        Type[] all = [.. typeof(TrustRequirement).Assembly.GetExportedTypes()
            .Where(static t => !t.IsAbstract && (t.IsSubclassOf(typeof(TrustRequirement)) || t.IsSubclassOf(typeof(SignedIdentity)))
                && t.GetProperties().Any(IsText))];
        Assert.True(all.Length > 4);
        Assert.All(all, static t => Assert.Contains(t, s_types.Select(static s => s.Type)));
    }

    [Fact]
    public void Every_key_that_the_reader_of_registries_conf_knows_has_a_row()
    {
        string[] keys = Keys();
        Assert.Contains("credential-helpers", keys);
        Assert.Contains("block", keys);
        Assert.True(keys.Length > 14, string.Join(", ", keys));
        string[] rows = [.. HostileFields.Of("registries.conf").Select(static f => HostileFields.Template("registries.conf", f))];
        string[] missing = [.. keys.Where(k => !rows.Any(r => Regex.IsMatch(r, $@"(^|[\n.\[]){k}( = .*@H@|\]|\.)")))];
        Assert.True(missing.Length == 0, $"tests/Hostile/fields.json has no row for {string.Join(", ", missing)}");
    }

    private static bool IsText(PropertyInfo property) => property.Name != "Type"
        && (property.PropertyType == typeof(string) || property.PropertyType == typeof(IReadOnlyList<string>));

    // The texts that are handed to what finds a key in a document.
    private static string[] Keys()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(TrustException).Assembly.Location);
        TypeDefinition reader = assembly.MainModule.GetType(RegistriesFile);
        return [.. reader.NestedTypes.Prepend(reader).SelectMany(static t => t.Methods).Where(static m => m.HasBody)
            .SelectMany(static m => m.Body.Instructions).Where(static i => i.OpCode == OpCodes.Ldstr && IsAsked(i.Next))
            .Select(static i => (string)i.Operand).Distinct()];
    }

    private static bool IsAsked(Instruction? next)
    {
        // What a method of its own is handed beside the text.
        while (next is not null && next.OpCode.Code is Code.Ldloca_S or Code.Ldloca or Code.Ldloc_0 or Code.Ldarg_0)
            next = next.Next;
        return next?.Operand is MethodReference { Name: var name, DeclaringType.Name: var type }
            && ((type == Document && name is "String" or "Strings" or "Switch" or "Table" or "Tables")
                || name.Contains("List|", StringComparison.Ordinal));
    }
}
