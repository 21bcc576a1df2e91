using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>
/// Reads <c>sigstoreSigned</c> requirements. As in the reference implementation, an empty path or a null value is as good as an absent one,
/// while an empty list is refused.
/// </summary>
internal static class SigstoreRequirementReader
{
    public static SigstoreSignedRequirement Read(ref PolicyJson json)
    {
        SigstoreSignedRequirement r = new();
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            r = name switch
            {
                "type" => r,
                "keyPath" => r with { KeyPath = OptionalString(ref json) },
                "keyPaths" => r with { KeyPaths = NotEmpty(ref json, json.Strings()) },
                "keyData" => r with { KeyData = json.Base64() },
                "keyDatas" => r with { KeyDatas = NotEmpty(ref json, json.Base64s()) },
                "fulcio" => r with { Fulcio = ReadFulcio(ref json) },
                "pki" => r with { Pki = ReadPki(ref json) },
                "rekorPublicKeyPath" => r with { RekorPublicKeyPath = OptionalString(ref json) },
                "rekorPublicKeyPaths" => r with { RekorPublicKeyPaths = NotEmpty(ref json, json.Strings()) },
                "rekorPublicKeyData" => r with { RekorPublicKeyData = json.Base64() },
                "rekorPublicKeyDatas" => r with { RekorPublicKeyDatas = NotEmpty(ref json, json.Base64s()) },
                "signedIdentity" => r with { SignedIdentity = IdentityReader.Read(ref json) },
                _ => throw json.UnknownMember(
                    name,
                    "type",
                    "keyPath",
                    "keyPaths",
                    "keyData",
                    "keyDatas",
                    "fulcio",
                    "pki",
                    "rekorPublicKeyPath",
                    "rekorPublicKeyPaths",
                    "rekorPublicKeyData",
                    "rekorPublicKeyDatas",
                    "signedIdentity"),
            };
            json.Leave();
        }

        int sources = Count(r.KeyPath, r.KeyPaths, r.KeyData, r.KeyDatas, r.Fulcio, r.Pki);
        int rekorSources = Count(r.RekorPublicKeyPath, r.RekorPublicKeyPaths, r.RekorPublicKeyData, r.RekorPublicKeyDatas);
        if (sources != 1)
            throw json.Error("PolicyKeySource",
                "Exactly one of keyPath, keyPaths, keyData, keyDatas, fulcio and pki must be there, but " +
                $"{(sources == 0 ? "none is" : "several are")}.");
        if (rekorSources > 1)
            throw json.Error(
                "PolicyKeySource",
                "At most one of rekorPublicKeyPath, rekorPublicKeyPaths, rekorPublicKeyData and rekorPublicKeyDatas can be there.");
        if (r.Fulcio is not null && rekorSources == 0)
            throw json.Error("PolicyMissingMember",
                "With fulcio a Rekor key is needed: give rekorPublicKeyPath, rekorPublicKeyPaths, " +
                "rekorPublicKeyData or rekorPublicKeyDatas.");
        if (r.Pki is not null && rekorSources > 0)
            throw json.Error("PolicyKeySource", "With pki no Rekor key is possible. Remove it.");
        return r;
    }

    private static FulcioIdentity ReadFulcio(ref PolicyJson json)
    {
        json.ExpectObject("\"fulcio\"");
        string? caPath = null, caData = null, issuer = null, email = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "caPath":
                    caPath = OptionalString(ref json);
                    break;
                case "caData":
                    caData = json.Base64();
                    break;
                case "oidcIssuer":
                    issuer = OptionalString(ref json);
                    break;
                case "subjectEmail":
                    email = OptionalString(ref json);
                    break;
                default:
                    throw json.UnknownMember(name, "caPath", "caData", "oidcIssuer", "subjectEmail");
            }

            json.Leave();
        }

        if (Count(caPath, caData) != 1)
            throw json.Error("PolicyKeySource", "Exactly one of caPath and caData must be there.");
        return new FulcioIdentity
        {
            CaPath = caPath,
            CaData = caData,
            OidcIssuer = issuer ?? throw json.Error("PolicyMissingMember", "The member \"oidcIssuer\" is missing or empty."),
            SubjectEmail = email ?? throw json.Error("PolicyMissingMember", "The member \"subjectEmail\" is missing or empty."),
        };
    }

    private static PkiIdentity ReadPki(ref PolicyJson json)
    {
        json.ExpectObject("\"pki\"");
        PkiIdentity p = new();
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            p = name switch
            {
                "caRootsPath" => p with { CaRootsPath = OptionalString(ref json) },
                "caRootsData" => p with { CaRootsData = json.Base64() },
                "caIntermediatesPath" => p with { CaIntermediatesPath = OptionalString(ref json) },
                "caIntermediatesData" => p with { CaIntermediatesData = json.Base64() },
                "subjectEmail" => p with { SubjectEmail = OptionalString(ref json) },
                "subjectHostname" => p with { SubjectHostname = OptionalString(ref json) },
                _ => throw json.UnknownMember(name, "caRootsPath", "caRootsData", "caIntermediatesPath", "caIntermediatesData",
                    "subjectEmail", "subjectHostname"),
            };
            json.Leave();
        }

        if (Count(p.CaRootsPath, p.CaRootsData) != 1)
            throw json.Error("PolicyKeySource", "Exactly one of caRootsPath and caRootsData must be there.");
        if (Count(p.CaIntermediatesPath, p.CaIntermediatesData) > 1)
            throw json.Error("PolicyKeySource", "At most one of caIntermediatesPath and caIntermediatesData can be there.");
        if (Count(p.SubjectEmail, p.SubjectHostname) == 0)
            throw json.Error("PolicyMissingMember", "At least one of subjectEmail and subjectHostname must be there.");
        return p;
    }

    private static string? OptionalString(ref PolicyJson json) => json.String() is { Length: > 0 } text ? text : null;

    private static List<string> NotEmpty(ref PolicyJson json, List<string>? list) =>
        list is { Count: > 0 } ? list
            : throw json.Error("PolicyEmptyList", "The list is empty. Give at least one entry, or remove the member.");

    private static int Count(params ReadOnlySpan<object?> values)
    {
        int count = 0;
        foreach (object? value in values)
        {
            if (value is not null)
                count++;
        }

        return count;
    }
}
