using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>
/// Reads <c>signedIdentity</c> and <c>baseLayerIdentity</c> objects: each type has exactly its members, all of them mandatory.
/// </summary>
internal static class IdentityReader
{
    private static readonly string[] Types = ["matchExact", "matchRepoDigestOrExact", "matchRepository", "exactReference",
        "exactRepository", "remapIdentity"];

    public static SignedIdentity Read(ref PolicyJson json)
    {
        json.ExpectObject("an identity");
        string type = json.PeekType();
        switch (type)
        {
            case "matchExact":
                ReadMembers(ref json);
                return new MatchExactIdentity();
            case "matchRepoDigestOrExact":
                ReadMembers(ref json);
                return new MatchRepoDigestOrExactIdentity();
            case "matchRepository":
                ReadMembers(ref json);
                return new MatchRepositoryIdentity();
            case "exactReference":
                string[] reference = ReadMembers(ref json, "dockerReference");
                return new ExactReferenceIdentity
                    { DockerReference = Checked(ref json, IdentityRules.ExactReference(reference[0]), reference[0]) };
            case "exactRepository":
                string[] repository = ReadMembers(ref json, "dockerRepository");
                return new ExactRepositoryIdentity
                    { DockerRepository = Checked(ref json, IdentityRules.ExactRepository(repository[0]), repository[0]) };
            case "remapIdentity":
                string[] prefixes = ReadMembers(ref json, "prefix", "signedPrefix");
                return new RemapIdentity
                {
                    Prefix = Checked(ref json, IdentityRules.Prefix(prefixes[0]), prefixes[0]),
                    SignedPrefix = Checked(ref json, IdentityRules.Prefix(prefixes[1]), prefixes[1]),
                };
            case "":
                throw json.Error("PolicyMissingMember", $"The identity has no \"type\"; possible are {string.Join(", ", Types)}.");
            default:
                throw json.Error("PolicyUnknownType", $"The identity type \"{type}\" is unknown; possible are {string.Join(", ", Types)}.");
        }
    }

    private static string Checked(ref PolicyJson json, string? problem, string value) =>
        problem is null ? value : throw json.Error("PolicyInvalidValue", $"\"{value}\" is not possible: {problem}.");

    private static string[] ReadMembers(ref PolicyJson json, params string[] names)
    {
        string?[] values = new string?[names.Length];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            int index = Array.IndexOf(names, name);
            if (index >= 0)
                values[index] = json.String();
            else if (name != "type")
                throw json.UnknownMember(name, ["type", .. names]);
            json.Leave();
        }

        for (int i = 0; i < names.Length; i++)
        {
            if (values[i] is null)
                throw json.Error("PolicyMissingMember", $"The member \"{names[i]}\" is missing.");
        }

        return values!;
    }
}
