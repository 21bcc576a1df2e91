using System.Text.Json;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>Reads the entries of a preset, and refuses what does not belong together.</summary>
internal static class PresetEntryReader
{
    private const int MaxEntries = 256;
    private const string Docker = "docker";

    private static readonly string[] s_types = ["signedBy", "sigstoreSigned", "accept", "reject"];
    private static readonly string[] s_members =
    [
        "transport", "scope", "type", "keys", "rekorPublicKeyPath", "fulcioCAPath", "oidcIssuer", "subjectEmail", "signedIdentity",
        "signatureStore", "useSigstoreAttachments",
    ];

    /// <summary>Reads the list of entries that the cursor is at the start of.</summary>
    /// <param name="json">The cursor.</param>
    /// <returns>The entries, at least one, each scope once.</returns>
    public static List<PresetEntry> ReadList(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("a list of entries, an array, is expected");
        List<PresetEntry> entries = [];
        HashSet<(string, string)> scopes = [];
        while (json.NextElement(entries.Count))
        {
            if (entries.Count == MaxEntries)
                throw PresetReader.Refused(ref json, $"There are more than {MaxEntries} entries. Remove some.");
            PresetEntry entry = ReadEntry(ref json);
            if (!scopes.Add((entry.Entry.Transport, entry.Entry.Registry)))
                throw PresetReader.Refused(ref json, $"The scope \"{entry.Entry.Registry}\" has an entry before. Remove one of them.");
            entries.Add(entry);
            json.Leave();
        }

        return entries.Count > 0 ? entries : throw PresetReader.Refused(ref json, "The list of entries is empty. Give at least one.");
    }

    private static PresetEntry ReadEntry(ref PolicyJson json)
    {
        json.ExpectObject("an entry");
        string transport = Docker;
        string? scope = null, type = null;
        List<PresetKey> keys = [];
        TrustPresetEntry entry = new("", []);
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string member))
        {
            switch (member)
            {
                case "transport":
                    transport = PresetReader.Text(ref json);
                    break;
                case "scope":
                    scope = PresetReader.Text(ref json);
                    break;
                case "type":
                    type = PresetReader.Text(ref json);
                    break;
                case "keys":
                    keys = ReadKeys(ref json);
                    break;
                case "rekorPublicKeyPath":
                    entry = entry with { RekorPublicKeyPath = PresetReader.FilePath(ref json) };
                    break;
                case "fulcioCAPath":
                    entry = entry with { FulcioCAPath = PresetReader.FilePath(ref json) };
                    break;
                case "oidcIssuer":
                    entry = entry with { OidcIssuer = PresetReader.Text(ref json) };
                    break;
                case "subjectEmail":
                    entry = entry with { SubjectEmail = PresetReader.Text(ref json) };
                    break;
                case "signedIdentity":
                    entry = entry with { SignedIdentity = IdentityReader.Read(ref json) };
                    break;
                case "signatureStore":
                    entry = entry with { SignatureStore = Store(ref json) };
                    break;
                case "useSigstoreAttachments":
                    entry = entry with { UseSigstoreAttachments = PresetReader.Truth(ref json) };
                    break;
                default:
                    throw json.UnknownMember(member, s_members);
            }

            json.Leave();
        }

        entry = entry with
        {
            Transport = transport,
            Registry = scope ?? throw PresetReader.Missing(ref json, "scope"),
            Type = TypeOf(ref json, type ?? throw PresetReader.Missing(ref json, "type")),
        };
        RequireScope(ref json, entry);
        if (Fault(entry, keys) is { } fault)
            throw PresetReader.Refused(ref json, fault);
        return new PresetEntry(entry, keys);
    }

    private static TrustType TypeOf(ref PolicyJson json, string type) => type switch
    {
        "signedBy" => TrustType.SignedBy,
        "sigstoreSigned" => TrustType.SigstoreSigned,
        "accept" => TrustType.Accept,
        "reject" => TrustType.Reject,
        _ => throw PresetReader.Refused(ref json, $"The type \"{type}\" is unknown; possible are {string.Join(", ", s_types)}."),
    };

    private static void RequireScope(ref PolicyJson json, TrustPresetEntry entry)
    {
        try
        {
            ScopeRules.Require(entry.Transport, entry.Registry, force: false);
        }
        catch (TrustException e)
        {
            throw json.Error(PresetFile.ErrorId, $"The scope \"{entry.Registry}\" of transport {entry.Transport} is not possible: " +
                $"{e.Message}", e);
        }
    }

    private static string? Fault(TrustPresetEntry entry, List<PresetKey> keys)
    {
        bool hasFulcio = entry.FulcioCAPath is not null;
        bool hasSigner = entry.OidcIssuer is not null || entry.SubjectEmail is not null;
        bool isSigned = entry.Type is TrustType.SignedBy or TrustType.SigstoreSigned;
        if (entry.Transport != Docker && (entry.SignatureStore is not null || entry.UseSigstoreAttachments is not null))
            return "Signature stores and attachments belong to scopes of transport docker. Leave them out.";
        if (!isSigned)
            return keys.Count > 0 || hasFulcio || hasSigner || entry.RekorPublicKeyPath is not null || entry.SignedIdentity is not null
                ? "Entries that accept or reject have no keys, no signer and no identity. Leave them out." : null;
        if (entry.Type == TrustType.SignedBy)
            return hasFulcio || hasSigner || entry.RekorPublicKeyPath is not null
                ? "Only sigstoreSigned has \"rekorPublicKeyPath\", \"fulcioCAPath\", \"oidcIssuer\" and \"subjectEmail\". Leave them out."
                : keys.Count == 0 ? "The member \"keys\" is missing: signedBy needs a key." : null;
        if (keys.Exists(static k => k.KeyId is not null))
            return "Only OpenPGP keys have a \"keyId\". Leave it out.";
        if ((keys.Count > 0) == hasFulcio)
            return "sigstoreSigned knows signers by \"keys\" or by \"fulcioCAPath\". Give one of them.";
        if (hasFulcio && (entry.OidcIssuer is null || entry.SubjectEmail is null || entry.RekorPublicKeyPath is null))
            return "With \"fulcioCAPath\" give \"oidcIssuer\", \"subjectEmail\" and \"rekorPublicKeyPath\" too: a CA certifies everybody.";
        return hasSigner && !hasFulcio ? "\"oidcIssuer\" and \"subjectEmail\" belong to \"fulcioCAPath\". Leave them out." : null;
    }

    private static string Store(ref PolicyJson json) =>
        PresetReader.Text(ref json) is var store && StoreUrl.Problem(store) is { } problem
            ? throw PresetReader.Refused(ref json, $"The signature store is not usable: {problem}")
            : store;

    private static List<PresetKey> ReadKeys(ref PolicyJson json)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw json.WrongType("a list of keys, an array, is expected");
        List<PresetKey> keys = [];
        while (json.NextElement(keys.Count))
        {
            if (keys.Count == PresetReader.MaxTexts)
                throw PresetReader.Refused(ref json, $"There are more than {PresetReader.MaxTexts} keys. Remove some.");
            keys.Add(json.TokenType == JsonTokenType.String ? new PresetKey([PresetReader.FilePath(ref json)]) : ReadKey(ref json));
            json.Leave();
        }

        return keys.Count > 0 ? keys : throw PresetReader.Refused(ref json, "There is no key. Give at least one.");
    }

    private static PresetKey ReadKey(ref PolicyJson json)
    {
        json.ExpectObject("a key that is not a path");
        PresetKey key = new([]);
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string member))
        {
            switch (member)
            {
                case "paths":
                    key = key with { Paths = PresetReader.Paths(ref json) };
                    break;
                case "optional":
                    key = key with { IsOptional = PresetReader.Truth(ref json) };
                    break;
                case "name":
                    key = key with { Name = PresetReader.Text(ref json) };
                    break;
                case "keyId":
                    key = key with { KeyId = KeyId(ref json) };
                    break;
                case "obtain":
                    key = key with { Obtain = PresetReader.Text(ref json).TrimEnd('.') };
                    break;
                default:
                    throw json.UnknownMember(member, "paths", "optional", "name", "keyId", "obtain");
            }

            json.Leave();
        }

        return key.Paths.Count > 0 ? key : throw PresetReader.Missing(ref json, "paths");
    }

    private static string KeyId(ref PolicyJson json) =>
        PresetReader.Text(ref json) is { Length: 8 or 16 } id && id.All(char.IsAsciiHexDigit) ? id
            : throw PresetReader.Refused(ref json, "A key id has 8 or 16 hexadecimal digits, the last ones of the fingerprint.");
}
