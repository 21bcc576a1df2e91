using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Cli;

/// <summary>
/// Trust objects as JSON: the properties of the PowerShell objects in camel case, requirements as policy.json writes them.
/// </summary>
internal static partial class TrustJson
{
    public static string Write(IReadOnlyList<ImageTrust> objects) => WriteArray(objects, Write);

    public static string Write(IReadOnlyList<ImageSignatureResult> objects) => WriteArray(objects, Write);

    public static string Write(IReadOnlyList<ReleaseImageContent> objects) => WriteArray(objects, Write);

    public static string Write(IReadOnlyList<ReleaseMirrorResult> objects) => WriteArray(objects, Write);

    public static string Write(IReadOnlyList<SavedSignatureResult> objects) => WriteArray(objects, Write);

    public static string Write(IReadOnlyList<ImageEnforcementResult> objects) => WriteArray(objects, Write);

    public static string Write(IReadOnlyList<ImageTrustPreset> objects) => WriteArray(objects, Write);

    private static string WriteArray<T>(IReadOnlyList<T> objects, Action<Utf8JsonWriter, T> write)
    {
        ArrayBufferWriter<byte> buffer = new(1024 * (objects.Count + 1));
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions
            { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (T item in objects)
                write(writer, item);
            writer.WriteEndArray();
        }

        return PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n";
    }

    private static void Write(Utf8JsonWriter writer, ImageTrust trust)
    {
        writer.WriteStartObject();
        writer.WriteString("computerName"u8, trust.ComputerName);
        writer.WriteString("transport"u8, trust.Transport);
        writer.WriteString("registry"u8, trust.Registry);
        writer.WriteBoolean("isDefault"u8, trust.IsDefault);
        writer.WriteString("type"u8, Camel(trust.Type.ToString()));
        writer.WritePropertyName("requirements"u8);
        RequirementWriter.WriteList(writer, trust.Requirements);
        writer.WriteStartArray("keys"u8);
        foreach (TrustKey key in trust.Keys)
            Write(writer, key);
        writer.WriteEndArray();
        writer.WriteString("signatureStore"u8, Store(trust.SignatureStore));
        writer.WriteString("signatureStoreStaging"u8, Store(trust.SignatureStoreStaging));
        Write(writer, "useSigstoreAttachments", trust.UseSigstoreAttachments);
        WriteSection(writer, trust.Section);
        writer.WriteString("policyPath"u8, trust.PolicyPath);
        writer.WriteString("policyLevel"u8, trust.PolicyLevel);
        writer.WriteString("policyHides"u8, trust.PolicyHides);
        writer.WriteString("registriesPath"u8, trust.RegistriesPath);
        if (trust.StorePath is not null)
        {
            writer.WriteString("storePath"u8, trust.StorePath);
            writer.WriteString("storeLevel"u8, trust.StoreLevel);
            writer.WriteString("storeHides"u8, trust.StoreHides);
        }

        if (trust.Reference is not null)
        {
            writer.WriteString("reference"u8, trust.Reference);
            writer.WriteString("reason"u8, trust.Reason);
        }

        writer.WriteEndObject();
    }

    // What is printed ends up in logs.
    private static string? Store(string? store) => store is null ? null : PrintableText.WithoutUser(store);

    // What the scope says itself in registries.d; the stores above are those in force, inherited ones included.
    private static void WriteSection(Utf8JsonWriter writer, LookasideSection? section)
    {
        if (section is null)
        {
            writer.WriteNull("section"u8);
            return;
        }

        writer.WriteStartObject("section"u8);
        writer.WriteString("signatureStore"u8, Store(section.SignatureStore));
        writer.WriteString("signatureStoreStaging"u8, Store(section.SignatureStoreStaging));
        Write(writer, "useSigstoreAttachments", section.UseSigstoreAttachments);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TrustKey key)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, Camel(key.Kind.ToString()));
        writer.WriteString("fingerprint"u8, key.Fingerprint);
        writer.WriteString("keyId"u8, key.KeyId);
        writer.WriteStartArray("userIds"u8);
        foreach (string id in key.UserIds)
            writer.WriteStringValue(id);
        writer.WriteEndArray();
        writer.WriteString("algorithm"u8, key.Algorithm);
        writer.WriteNumber("size"u8, key.Size);
        writer.WriteString("curve"u8, key.Curve);
        Write(writer, "created", key.Created);
        Write(writer, "expires", key.Expires);
        writer.WriteBoolean("isRevoked"u8, key.IsRevoked);
        writer.WriteBoolean("canSign"u8, key.CanSign);
        writer.WriteBoolean("canPrimarySign"u8, key.CanPrimarySign);
        writer.WriteStartArray("subkeys"u8);
        foreach (TrustSubkey subkey in key.Subkeys)
        {
            writer.WriteStartObject();
            writer.WriteString("fingerprint"u8, subkey.Fingerprint);
            writer.WriteString("algorithm"u8, subkey.Algorithm);
            writer.WriteNumber("size"u8, subkey.Size);
            writer.WriteString("curve"u8, subkey.Curve);
            Write(writer, "created", subkey.Created);
            Write(writer, "expires", subkey.Expires);
            writer.WriteBoolean("isRevoked"u8, subkey.IsRevoked);
            writer.WriteBoolean("canSign"u8, subkey.CanSign);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("path"u8, key.Path);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ImageSignatureResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("computerName"u8, result.ComputerName);
        writer.WriteString("image"u8, result.Image);
        writer.WriteString("platform"u8, result.Platform);
        writer.WriteString("manifestDigest"u8, result.ManifestDigest);
        writer.WriteString("listDigest"u8, result.ListDigest);
        writer.WriteString("pinnedReference"u8, result.PinnedReference);
        writer.WriteBoolean("isValid"u8, result.IsValid);
        if (result.JudgedAs is not null)
            writer.WriteString("judgedAs"u8, result.JudgedAs);
        writer.WriteString("reason"u8, result.Reason);
        writer.WriteString("scope"u8, result.Scope);
        writer.WriteString("scopeReason"u8, result.ScopeReason);
        writer.WriteStartArray("requirements"u8);
        foreach (RequirementVerdict verdict in result.Requirements)
            Write(writer, verdict);
        writer.WriteEndArray();
        WriteSignatures(writer, result.Signatures);
        writer.WriteString("manifestSource"u8, result.ManifestSource);
        if (result.Release is { } release)
        {
            writer.WritePropertyName("release"u8);
            Write(writer, release);
            writer.WriteString("releaseComponent"u8, result.ReleaseComponent);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RequirementVerdict verdict)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("requirement"u8);
        byte[] list = RequirementWriter.ToCompactJson([verdict.Requirement]);
        writer.WriteRawValue(list.AsSpan(1, list.Length - 2));
        writer.WriteBoolean("isSatisfied"u8, verdict.IsSatisfied);
        writer.WriteString("reason"u8, verdict.Reason);
        WriteSignatures(writer, verdict.Signatures);
        writer.WriteEndObject();
    }

    private static void WriteSignatures(Utf8JsonWriter writer, IReadOnlyList<ImageSignature> signatures)
    {
        writer.WriteStartArray("signatures"u8);
        foreach (ImageSignature signature in signatures)
        {
            writer.WriteStartObject();
            writer.WriteString("source"u8, signature.Source);
            writer.WriteString("kind"u8, Camel(signature.Kind.ToString()));
            writer.WriteBoolean("isValid"u8, signature.IsValid);
            writer.WriteString("reason"u8, signature.Reason);
            writer.WriteString("fingerprint"u8, signature.Fingerprint);
            writer.WriteString("keyFingerprint"u8, signature.KeyFingerprint);
            writer.WriteString("userId"u8, signature.UserId);
            writer.WriteString("certificateSubject"u8, signature.CertificateSubject);
            writer.WriteString("certificateIssuer"u8, signature.CertificateIssuer);
            if (signature.LogIndex is { } index)
                writer.WriteNumber("logIndex"u8, index);
            else
                writer.WriteNull("logIndex"u8);
            Write(writer, "integratedTime", signature.IntegratedTime);
            Write(writer, "created", signature.Created);
            writer.WriteString("reference"u8, signature.Reference);
            writer.WriteString("digest"u8, signature.Digest);
            writer.WriteString("creator"u8, signature.Creator);
            Write(writer, "timestamp", signature.Timestamp);
            writer.WriteString("note"u8, signature.Note);
            writer.WriteString("untrustedKeyId"u8, signature.UntrustedKeyId);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ReleaseImageContent content)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, content.Name);
        writer.WriteString("image"u8, content.Image);
        writer.WriteString("digest"u8, content.Digest);
        writer.WriteString("release"u8, content.Release);
        writer.WriteString("releaseName"u8, content.ReleaseName);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ImageEnforcementResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("status"u8, Camel(result.Status.ToString()));
        writer.WriteString("computerName"u8, result.ComputerName);
        writer.WriteString("user"u8, result.User);
        writer.WriteString("image"u8, result.Image);
        Write(writer, "owner", [.. result.Owner]);
        writer.WriteBoolean("isPresent"u8, result.IsPresent);
        Write(writer, "acceptedNow", result.AcceptedNow);
        Write(writer, "acceptedThen", result.AcceptedThen);
        Write(writer, "isSigned", result.IsSigned);
        writer.WriteString("reason"u8, result.Reason);
        writer.WriteString("reasonNow"u8, result.ReasonNow);
        writer.WriteString("scopeNow"u8, result.ScopeNow);
        writer.WriteString("scopeThen"u8, result.ScopeThen);
        writer.WriteString("manifestDigest"u8, result.ManifestDigest);
        writer.WriteString("storedDigest"u8, result.StoredDigest);
        writer.WriteString("errorId"u8, result.ErrorId);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReleaseMirrorResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("status"u8, Camel(result.Status.ToString()));
        writer.WriteString("name"u8, result.Name);
        writer.WriteString("platform"u8, result.Platform);
        writer.WriteString("digest"u8, result.Digest);
        writer.WriteString("source"u8, result.Source);
        writer.WriteString("mirror"u8, result.Mirror);
        writer.WriteString("mirrorImage"u8, result.MirrorImage);
        writer.WriteString("openPgpSignature"u8, Camel(result.OpenPgpSignature.ToString()));
        writer.WriteString("sigstoreSignature"u8, Camel(result.SigstoreSignature.ToString()));
        Write(writer, "missing", result.Missing);
        Write(writer, "copy", result.Copy);
        writer.WriteString("release"u8, result.Release);
        writer.WriteString("openShiftVersion"u8, result.OpenShiftVersion);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, SavedSignatureResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("status"u8, Camel(result.Status.ToString()));
        writer.WriteString("image"u8, result.Image);
        writer.WriteString("name"u8, result.Name);
        writer.WriteString("platform"u8, result.Platform);
        writer.WriteString("digest"u8, result.Digest);
        writer.WriteString("form"u8, Camel(result.Form.ToString()));
        writer.WriteNumber("saved"u8, result.Saved);
        writer.WriteNumber("alreadySaved"u8, result.AlreadySaved);
        Write(writer, "signer", result.Signer);
        Write(writer, "notSaved", result.NotSaved);
        writer.WriteString("path"u8, result.Path);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, string[] values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, string name, bool? value)
    {
        if (value is { } b)
            writer.WriteBoolean(name, b);
        else
            writer.WriteNull(name);
    }

    private static void Write(Utf8JsonWriter writer, string name, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.WriteString(name, time.UtcDateTime);
        else
            writer.WriteNull(name);
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
