using System.Text.Json;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>Reads requirement lists (containers-policy.json(5), "Policy Requirements"), member by member.</summary>
internal static class RequirementReader
{
    private static readonly AcceptRequirement Accept = new();
    private static readonly RejectRequirement Reject = new();

    private static readonly string[] Types = ["insecureAcceptAnything", "reject", "signedBy", "sigstoreSigned", "signedBaseLayer"];
    private static readonly string[] KeyTypes = ["GPGKeys", "signedByGPGKeys", "X509Certificates", "signedByX509CAs"];

    public static TrustRequirement[] ReadList(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("a list of requirements, an array, is expected");
        List<TrustRequirement> list = new(1);
        while (json.NextElement(list.Count))
        {
            list.Add(ReadRequirement(ref json));
            json.Leave();
        }

        if (list.Count == 0)
            throw json.Error("PolicyEmptyList",
                "The list of requirements is empty. To accept everything write [{\"type\": \"insecureAcceptAnything\"}], to refuse " +
                "everything [{\"type\": \"reject\"}].");
        return [.. list];
    }

    private static TrustRequirement ReadRequirement(ref PolicyJson json)
    {
        json.ExpectObject("a requirement");

        // The type decides which members are known, and it may stand anywhere in the object: look for it in a copy of the cursor.
        string type = json.PeekType();
        return type switch
        {
            "insecureAcceptAnything" => ReadTypeOnly(ref json, Accept),
            "reject" => ReadTypeOnly(ref json, Reject),
            "signedBy" => ReadSignedBy(ref json),
            "signedBaseLayer" => ReadSignedBaseLayer(ref json),
            "sigstoreSigned" => SigstoreRequirementReader.Read(ref json),
            "" => throw json.Error("PolicyMissingMember", $"The requirement has no \"type\"; possible are {string.Join(", ", Types)}."),
            _ => throw json.Error("PolicyUnknownType",
                $"The requirement type \"{type}\" is unknown; possible are {string.Join(", ", Types)}."),
        };
    }

    private static TrustRequirement ReadTypeOnly(ref PolicyJson json, TrustRequirement requirement)
    {
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name != "type")
                throw json.UnknownMember(name, "type");
            json.Leave();
        }

        return requirement;
    }

    private static SignedByRequirement ReadSignedBy(ref PolicyJson json)
    {
        string? keyType = null, keyPath = null, keyData = null;
        List<string>? keyPaths = null;
        SignedIdentity? identity = null;
        int sources = 0;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "type":
                    break;
                case "keyType":
                    keyType = json.String();
                    if (!KeyTypes.Contains(keyType))
                        throw json.Error("PolicyInvalidValue", $"The keyType \"{keyType}\" is unknown; write \"GPGKeys\".");
                    break;
                case "keyPath":
                    sources++;
                    keyPath = json.String();
                    if (keyPath.Length == 0)
                        throw json.Error("PolicyInvalidValue", "The keyPath is empty. Give the path of a key file.");
                    break;
                case "keyPaths":
                    sources++;
                    keyPaths = json.Strings()
                        ?? throw json.Error("PolicyInvalidValue", "keyPaths is null. Give a list of paths of key files.");
                    break;
                case "keyData":
                    sources++;
                    keyData = json.Base64() ?? throw json.Error("PolicyInvalidValue", "keyData is null. Give the key file in base64.");
                    break;
                case "signedIdentity":
                    identity = IdentityReader.Read(ref json);
                    break;
                default:
                    throw json.UnknownMember(name, "type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity");
            }

            json.Leave();
        }

        if (keyType is null)
            throw json.Error("PolicyMissingMember", "The member \"keyType\" is missing; write \"keyType\": \"GPGKeys\".");
        if (sources != 1)
            throw json.Error(
                "PolicyKeySource",
                $"Exactly one of keyPath, keyPaths and keyData must be there, but {(sources == 0 ? "none is" : "several are")}.");
        return new SignedByRequirement
            { KeyType = keyType, KeyPath = keyPath, KeyPaths = keyPaths, KeyData = keyData, SignedIdentity = identity };
    }

    private static SignedBaseLayerRequirement ReadSignedBaseLayer(ref PolicyJson json)
    {
        SignedIdentity? identity = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "type":
                    break;
                case "baseLayerIdentity":
                    identity = IdentityReader.Read(ref json);
                    break;
                default:
                    throw json.UnknownMember(name, "type", "baseLayerIdentity");
            }

            json.Leave();
        }

        return new SignedBaseLayerRequirement
        {
            BaseLayerIdentity = identity ?? throw json.Error("PolicyMissingMember", "The member \"baseLayerIdentity\" is missing."),
        };
    }
}
