using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>
/// Reads policy.json as strictly as the reference implementation (containers/image, <c>signature/policy_config.go</c>): an unknown or
/// duplicate member, a wrong type, an empty requirement list, a scope that its transport does not have, or anything after the document
/// refuses the whole file. Stricter in two points, both of text that no editor writes: invalid UTF-8 and unpaired surrogate escapes are
/// refused, where Go replaces them by U+FFFD.
/// </summary>
internal static class PolicyReader
{
    /// <summary>The largest policy.json that is read, in bytes. (100,000 scopes take about 25 MB.)</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>Reads a policy.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="TrustFormatException">
    /// The reference implementation would refuse the file; the message names line, column and JSON path.
    /// </exception>
    public static PolicyDocument Read(ReadOnlySpan<byte> content, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        PolicyJson.RequireText(content, path);
        PolicyJson json = new(content, path);
        try
        {
            return ReadPolicy(ref json);
        }
        catch (JsonException e)
        {
            throw json.SyntaxError(e);
        }
        catch (InvalidOperationException e)
        {
            // Utf8JsonReader.GetString on bytes that are no UTF-8, or on an unpaired surrogate escape.
            throw json.Error("PolicyInvalidText", "The string is not valid Unicode text. Save the file as UTF-8.", e);
        }
    }

    /// <summary>Reads a requirement list alone.</summary>
    /// <param name="content">JSON, a list.</param>
    /// <param name="what">What the list is, for messages.</param>
    /// <returns>The list, as it would be read from a policy.</returns>
    /// <exception cref="TrustFormatException">No policy can have the list.</exception>
    internal static IReadOnlyList<TrustRequirement> ReadRequirements(ReadOnlySpan<byte> content, string what)
    {
        PolicyJson json = new(content, what);
        json.Read();
        return RequirementReader.ReadList(ref json);
    }

    private static PolicyDocument ReadPolicy(ref PolicyJson json)
    {
        IReadOnlyList<TrustRequirement>? @default = null;
        List<PolicyTransport> transports = [];
        bool hasTransports = false;
        json.Read();
        json.ExpectObject("a policy");
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "default":
                    @default = RequirementReader.ReadList(ref json);
                    break;
                case "transports":
                    hasTransports = true;
                    ReadTransports(ref json, transports);
                    break;
                default:
                    throw json.UnknownMember(name, "default", "transports");
            }

            json.Leave();
        }

        if (@default is null)
            throw json.Error("PolicyMissingMember",
                "The member \"default\" is missing; a policy must say what applies where no scope does, such as " +
                "\"default\": [{\"type\": \"reject\"}].");
        json.ExpectEnd();
        return new PolicyDocument(@default, hasTransports, transports);
    }

    private static void ReadTransports(ref PolicyJson json, List<PolicyTransport> transports)
    {
        json.ExpectObject("\"transports\"");
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string transport))
        {
            json.ExpectObject("a transport");
            List<PolicyScope> scopes = [];
            Dictionary<string, IReadOnlyList<TrustRequirement>> byScope = [];
            while (json.NextName(out string scope))
            {
                if (TransportScopes.Refusal(transport, scope) is { } refusal)
                    throw json.Error("PolicyInvalidScope", $"The scope \"{scope}\" is not possible in transport {transport}: {refusal}.");
                if (byScope.ContainsKey(scope))
                    throw json.DuplicateMember(scope);
                IReadOnlyList<TrustRequirement> requirements = RequirementReader.ReadList(ref json);
                byScope.Add(scope, requirements);
                scopes.Add(new PolicyScope(scope, requirements));
                json.Leave();
            }

            transports.Add(new PolicyTransport(transport, scopes, byScope));
            json.Leave();
        }
    }
}
