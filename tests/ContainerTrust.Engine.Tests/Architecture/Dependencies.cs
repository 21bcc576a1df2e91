using Mono.Cecil;
using Mono.Cecil.Cil;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>Which types of the engine name which others, as compiled: in signatures, fields, attributes and the bodies of
/// methods.</summary>
internal static class Dependencies
{
    /// <summary>Every pair of types of the engine of which one names the other.</summary>
    /// <returns>Full names of types that are not nested.</returns>
    public static IReadOnlySet<(string From, string To)> Read()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(typeof(TrustException).Assembly.Location);
        HashSet<(string, string)> found = [];
        foreach (TypeDefinition type in assembly.MainModule.Types.Where(IsNamed))
        {
            foreach (TypeReference named in Family(type).SelectMany(NamedBy))
            {
                TypeReference outer = named;
                while (outer.DeclaringType is not null)
                    outer = outer.DeclaringType;
                bool isOurs = outer.Scope == assembly.MainModule && !outer.IsGenericParameter && IsNamed(outer);
                if (isOurs && outer.FullName != type.FullName)
                    found.Add((type.FullName, outer.FullName));
            }
        }

        return found;
    }

    /// <summary>The element type and the arguments of what is built of other types.</summary>
    /// <param name="type">Any.</param>
    public static IEnumerable<TypeReference> Parts(TypeReference type)
    {
        yield return type.GetElementType();
        if (type is GenericInstanceType generic)
        {
            foreach (TypeReference argument in generic.GenericArguments.SelectMany(Parts))
                yield return argument;
        }
        else if (type is TypeSpecification { ElementType: { } element })
        {
            foreach (TypeReference part in Parts(element))
                yield return part;
        }
    }

    // What the compiler makes for itself has no namespace, or one of the framework's.
    private static bool IsNamed(TypeReference type) => type.Namespace.StartsWith("ContainerTrust.Engine.", StringComparison.Ordinal);

    private static IEnumerable<TypeDefinition> Family(TypeDefinition type) => type.NestedTypes.SelectMany(Family).Prepend(type);

    private static IEnumerable<TypeReference> NamedBy(TypeDefinition type)
    {
        IEnumerable<TypeReference?> named =
        [
            type.BaseType, .. type.Interfaces.Select(static i => i.InterfaceType), .. type.Fields.Select(static f => f.FieldType),
            .. type.CustomAttributes.Select(static a => a.AttributeType), .. type.Methods.SelectMany(NamedBy),
        ];
        return named.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference> NamedBy(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (ParameterDefinition parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (VariableDefinition variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (ExceptionHandler handler in method.Body.ExceptionHandlers.Where(static h => h.CatchType is not null))
            yield return handler.CatchType;
        foreach (Instruction instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    yield return type;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    yield return called.ReturnType;
                    foreach (ParameterDefinition parameter in called.Parameters)
                        yield return parameter.ParameterType;
                    foreach (TypeReference argument in called is GenericInstanceMethod generic ? generic.GenericArguments : [])
                        yield return argument;
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    yield return field.FieldType;
                    break;
            }
        }
    }
}
