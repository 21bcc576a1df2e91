using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ContainerTrust.Engine.Tests.Foundation;

/// <summary>The objects of the pipeline: sentences and words are printable, and values stay as they are.</summary>
public sealed class ModelWordsTests
{
    // What a person reads as a sentence. Everything else is a value, which scripts compare and write elsewhere.
    private static readonly string[] s_sentences = ["Reason", "ReasonNow", "Reasons", "ScopeReason", "Message", "Fix", "Missing",
        "NotSaved", "ReferenceTrust", "DifferenceTrust", "BeforeTrust", "AfterTrust", "User", "Command",
        "RecommendedAction"];

    private static readonly Type[] s_types =
        [.. typeof(ImageTrust).Assembly.GetExportedTypes().Where(static t => t is { IsClass: true, IsAbstract: false })];

    public static TheoryData<Type> Types => [.. s_types];

    [Theory]
    [MemberData(nameof(Types))]
    public void Words_are_printable_and_values_are_not_touched(Type type)
    {
        object made = Make(type, 4)!;

        // These are documents as text; their writers see to it (see the tests of DocumentYaml, ImagePolicyYaml and ContainerfileText).
        if (type != typeof(MachineConfigTrust) && type != typeof(ImagePolicyDocument) && type != typeof(ImageTrustLayer))
            Assert.Null(HostileFields.Fault(made.ToString()));
        foreach (PropertyInfo property in type.GetProperties().Where(static p => p.SetMethod is not null && IsText(p.PropertyType)))
        {
            foreach (string text in property.GetValue(made) is string one ? [one] : (string[])property.GetValue(made)!)
                Assert.Equal(s_sentences.Contains(property.Name) ? PrintableText.Line(HostileFields.Text) : HostileFields.Text, text);
        }
    }

    [Fact]
    public void What_was_made_by_hand_without_a_member_has_words_all_the_same()
    {
        foreach (Type type in s_types)
        {
            object empty = RuntimeHelpers.GetUninitializedObject(type);
            if (empty is ImagePolicyDocument or MachineConfigTrust or TrustKey or ImageTrustCompliance or ImageTrustLayer)
                continue;
            Assert.NotNull(empty.ToString());
        }
    }

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);

    private static object? Make(Type type, int depth)
    {
        if (type == typeof(string))
            return HostileFields.Text;
        if (type == typeof(string[]))
            return new[] { HostileFields.Text };
        if (type == typeof(byte[]))
            return Array.Empty<byte>();
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Make(inner, depth);
        if (type.IsValueType)
            return Activator.CreateInstance(type);
        if (type.IsArray)
            return List(type.GetElementType()!, depth);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
            return new Dictionary<string, string> { [HostileFields.Text] = HostileFields.Text };
        if (type.IsGenericType)
            return List(type.GetGenericArguments()[0], depth);
        if (type.IsAbstract)
            type = s_types.First(t => t.BaseType == type && t.GetProperties().Any(static p => p.SetMethod is not null));
        if (depth == 0)
            return null;
        object made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (PropertyInfo property in type.GetProperties().Where(static p => p.SetMethod is not null))
            property.SetValue(made, Make(property.PropertyType, depth - 1));
        return made;
    }

    private static Array List(Type member, int depth)
    {
        object? one = Make(member, depth - 1);
        IList list = Array.CreateInstance(member, one is null ? 0 : 1);
        if (one is not null)
            list[0] = one;
        return (Array)list;
    }
}
