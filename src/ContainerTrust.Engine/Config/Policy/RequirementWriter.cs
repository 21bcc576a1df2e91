using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>Writes requirement lists as JSON, members in the order in which the documentation and podman show them.</summary>
public static class RequirementWriter
{
    // Policies hold paths, host names and e-mail addresses: escaping what HTML would need makes them unreadable. JSON itself stays valid.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>A requirement list as compact JSON: equal lists give equal bytes.</summary>
    /// <param name="requirements">The list.</param>
    /// <returns>UTF-8 JSON without white space.</returns>
    /// <exception cref="TrustException">A value is not valid Unicode text (<c>InvalidRequirement</c>).</exception>
    public static byte[] ToCompactJson(IReadOnlyList<TrustRequirement> requirements) =>
        Write(requirements, new JsonWriterOptions { Encoder = Encoder });

    /// <summary>A requirement list as indented JSON, without indentation before the first line.</summary>
    /// <param name="requirements">The list.</param>
    /// <param name="indentCharacter">Blank or tab.</param>
    /// <param name="indentSize">How many of it a level takes, from 0 to 127.</param>
    /// <param name="newLine"><c>\n</c> or <c>\r\n</c>.</param>
    /// <returns>UTF-8 JSON.</returns>
    /// <exception cref="TrustException">A value is not valid Unicode text (<c>InvalidRequirement</c>).</exception>
    public static byte[] ToIndentedJson(IReadOnlyList<TrustRequirement> requirements, char indentCharacter, int indentSize,
        string newLine) =>
        Write(requirements, new JsonWriterOptions
        {
            Encoder = Encoder,
            Indented = true,
            IndentCharacter = indentCharacter,
            IndentSize = Math.Clamp(indentSize, 0, 127),
            NewLine = newLine,
        });

    /// <summary>
    /// Whether two lists ask for the same: an absent identity is the default identity, and key data is compared by content.
    /// </summary>
    /// <param name="left">A list.</param>
    /// <param name="right">Another list.</param>
    /// <returns>True if they are the same in meaning and order.</returns>
    public static bool MeansSame(IReadOnlyList<TrustRequirement> left, IReadOnlyList<TrustRequirement> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.Count == right.Count
            && ToCompactJson([.. left.Select(Canonical)]).AsSpan().SequenceEqual(ToCompactJson([.. right.Select(Canonical)]));
    }

    /// <summary>Writes a requirement list as a JSON array.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="requirements">The list.</param>
    public static void WriteList(Utf8JsonWriter writer, IReadOnlyList<TrustRequirement> requirements)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(requirements);
        writer.WriteStartArray();
        foreach (TrustRequirement requirement in requirements)
        {
            writer.WriteStartObject();
            WriteText(writer, "type", requirement.Type);
            WriteMembers(writer, requirement);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // Brings what may be written in several ways into one, as the reader does.
    private static TrustRequirement Canonical(TrustRequirement requirement) => requirement switch
    {
        SignedByRequirement r => r with { KeyData = CanonicalData(r.KeyData), SignedIdentity = CanonicalIdentity(r.SignedIdentity) },
        SigstoreSignedRequirement r => r with
        {
            KeyPath = NullIfEmpty(r.KeyPath),
            KeyData = CanonicalData(r.KeyData),
            KeyDatas = CanonicalData(r.KeyDatas),
            Fulcio = r.Fulcio is null ? null
                : r.Fulcio with { CaPath = NullIfEmpty(r.Fulcio.CaPath), CaData = CanonicalData(r.Fulcio.CaData) },
            Pki = r.Pki is null ? null : r.Pki with
            {
                CaRootsPath = NullIfEmpty(r.Pki.CaRootsPath),
                CaRootsData = CanonicalData(r.Pki.CaRootsData),
                CaIntermediatesPath = NullIfEmpty(r.Pki.CaIntermediatesPath),
                CaIntermediatesData = CanonicalData(r.Pki.CaIntermediatesData),
                SubjectEmail = NullIfEmpty(r.Pki.SubjectEmail),
                SubjectHostname = NullIfEmpty(r.Pki.SubjectHostname),
            },
            RekorPublicKeyPath = NullIfEmpty(r.RekorPublicKeyPath),
            RekorPublicKeyData = CanonicalData(r.RekorPublicKeyData),
            RekorPublicKeyDatas = CanonicalData(r.RekorPublicKeyDatas),
            SignedIdentity = CanonicalIdentity(r.SignedIdentity),
        },
        _ => requirement,
    };

    private static SignedIdentity? CanonicalIdentity(SignedIdentity? identity) =>
        identity is MatchRepoDigestOrExactIdentity ? null : identity;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string? CanonicalData(string? base64) =>
        base64 is not null && KeyData.Decode(base64) is { } bytes ? Convert.ToBase64String(bytes) : base64;

    private static string[]? CanonicalData(IReadOnlyList<string>? base64) => base64?.Select(static d => CanonicalData(d)!).ToArray();

    private static byte[] Write(IReadOnlyList<TrustRequirement> requirements, JsonWriterOptions options)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using (Utf8JsonWriter writer = new(buffer, options))
            WriteList(writer, requirements);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteMembers(Utf8JsonWriter writer, TrustRequirement requirement)
    {
        switch (requirement)
        {
            case SignedByRequirement r:
                WriteText(writer, "keyType", r.KeyType);
                WriteOptional(writer, "keyPath", r.KeyPath);
                WriteOptional(writer, "keyPaths", r.KeyPaths);
                WriteOptional(writer, "keyData", r.KeyData);
                WriteIdentity(writer, "signedIdentity", r.SignedIdentity);
                break;
            case SigstoreSignedRequirement r:
                WriteOptional(writer, "keyPath", r.KeyPath);
                WriteOptional(writer, "keyPaths", r.KeyPaths);
                WriteOptional(writer, "keyData", r.KeyData);
                WriteOptional(writer, "keyDatas", r.KeyDatas);
                WriteFulcio(writer, r.Fulcio);
                WritePki(writer, r.Pki);
                WriteOptional(writer, "rekorPublicKeyPath", r.RekorPublicKeyPath);
                WriteOptional(writer, "rekorPublicKeyPaths", r.RekorPublicKeyPaths);
                WriteOptional(writer, "rekorPublicKeyData", r.RekorPublicKeyData);
                WriteOptional(writer, "rekorPublicKeyDatas", r.RekorPublicKeyDatas);
                WriteIdentity(writer, "signedIdentity", r.SignedIdentity);
                break;
            case SignedBaseLayerRequirement r:
                WriteIdentity(writer, "baseLayerIdentity", r.BaseLayerIdentity);
                break;
        }
    }

    private static void WriteFulcio(Utf8JsonWriter writer, FulcioIdentity? fulcio)
    {
        if (fulcio is null)
            return;
        writer.WriteStartObject("fulcio"u8);
        WriteOptional(writer, "caPath", fulcio.CaPath);
        WriteOptional(writer, "caData", fulcio.CaData);
        WriteOptional(writer, "oidcIssuer", fulcio.OidcIssuer);
        WriteOptional(writer, "subjectEmail", fulcio.SubjectEmail);
        writer.WriteEndObject();
    }

    private static void WritePki(Utf8JsonWriter writer, PkiIdentity? pki)
    {
        if (pki is null)
            return;
        writer.WriteStartObject("pki"u8);
        WriteOptional(writer, "caRootsPath", pki.CaRootsPath);
        WriteOptional(writer, "caRootsData", pki.CaRootsData);
        WriteOptional(writer, "caIntermediatesPath", pki.CaIntermediatesPath);
        WriteOptional(writer, "caIntermediatesData", pki.CaIntermediatesData);
        WriteOptional(writer, "subjectEmail", pki.SubjectEmail);
        WriteOptional(writer, "subjectHostname", pki.SubjectHostname);
        writer.WriteEndObject();
    }

    private static void WriteIdentity(Utf8JsonWriter writer, string name, SignedIdentity? identity)
    {
        if (identity is null)
            return;
        writer.WriteStartObject(name);
        WriteText(writer, "type", identity.Type);
        switch (identity)
        {
            case ExactReferenceIdentity i:
                WriteText(writer, "dockerReference", i.DockerReference);
                break;
            case ExactRepositoryIdentity i:
                WriteText(writer, "dockerRepository", i.DockerRepository);
                break;
            case RemapIdentity i:
                WriteText(writer, "prefix", i.Prefix);
                WriteText(writer, "signedPrefix", i.SignedPrefix);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            WriteText(writer, name, value);
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, IReadOnlyList<string>? values)
    {
        if (values is null)
            return;
        writer.WriteStartArray(name);
        foreach (string value in values)
            writer.WriteStringValue(Checked(value));
        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string value) => writer.WriteString(name, Checked(value));

    // The JSON writer would replace half a surrogate pair silently: another path, another name.
    private static string? Checked(string? value) =>
        UnicodeText.IsValid(value)
            ? value
            : throw new TrustException(
                "InvalidRequirement",
                TrustErrorKind.InvalidArgument,
                $"The value \"{Printable.Of(value!, Printable.NameLength)}\" is not valid Unicode text. Correct it.");
}
