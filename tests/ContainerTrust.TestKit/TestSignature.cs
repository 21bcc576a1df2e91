using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.TestKit;

/// <summary>A sigstore signature to be made; change what a test is about before <see cref="Make"/>.</summary>
internal sealed class TestSignature
{
    public const string Digest = "sha256:634a8f35b5f16dcf4aaa0822adc0b1964bb786fca12f6831de8ddc45e5986a00";

    public const string DefaultPayload =
        """{"critical":{"identity":{"docker-reference":"registry.example.com/a/b:1"},"image":{"docker-manifest-digest":"sha256:634a8f35b5f16dcf4aaa0822adc0b1964bb786fca12f6831de8ddc45e5986a00"},"type":"cosign container image signature"},"optional":{"creator":"maker","timestamp":1700000000}}""";

    private readonly Dictionary<string, string> _annotations = [];

    public byte[] Payload { get; set; } = Encoding.UTF8.GetBytes(DefaultPayload);

    public string MimeType { get; set; } = SigstoreSignature.ImageSignatureMimeType;

    public byte[] Raw => Convert.FromBase64String(_annotations[SigstoreSignature.SignatureAnnotation]);

    public string? this[string annotation]
    {
        get => _annotations.GetValueOrDefault(annotation);
        set
        {
            if (value is null)
                _annotations.Remove(annotation);
            else
                _annotations[annotation] = value;
        }
    }

    public static TestSignature By(TestKey key, string? payload = null)
    {
        TestSignature signature = new();
        if (payload is not null)
            signature.Payload = Encoding.UTF8.GetBytes(payload);
        signature[SigstoreSignature.SignatureAnnotation] = Convert.ToBase64String(key.Sign(signature.Payload));
        return signature;
    }

    public TestSignature With(TestCertificate certificate, params TestCertificate[] chain)
    {
        this[SigstoreSignature.CertificateAnnotation] = certificate.Pem;
        this[SigstoreSignature.ChainAnnotation] = chain.Length > 0 ? string.Concat(chain.Select(static c => c.Pem)) : null;
        return this;
    }

    /// <summary>Has a log take the signature in.</summary>
    public TestSignature In(TestLog log, string keyOrCertificate, DateTimeOffset time)
    {
        this[SigstoreSignature.BundleAnnotation] = log.Enter(TestLog.Body(Payload, Raw, keyOrCertificate), time);
        return this;
    }

    public SigstoreSignature Make() => new(MimeType, Payload, _annotations);

    /// <summary>The layer of a manifest of attachments that it is.</summary>
    public string Layer(string digest) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["mediaType"] = MimeType, ["digest"] = digest, ["size"] = Payload.Length, ["annotations"] = _annotations,
    });

    public byte[] Document() => JsonSerializer.SerializeToUtf8Bytes(
        new Dictionary<string, object>
            { ["mimeType"] = MimeType, ["payload"] = Convert.ToBase64String(Payload), ["annotations"] = _annotations });
}

/// <summary>A transparency log that signs as Rekor does.</summary>
internal sealed class TestLog(TestKey key)
{
    public TestKey Key => key;

    // In this order: base64 of a signature can have "KEY" in it, but not a word as long as "SIGNATURE".
    public static string Body(byte[] payload, byte[] signature, string keyOrCertificate) =>
        """{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"HASH"}},"signature":{"content":"SIGNATURE","publicKey":{"content":"KEY"}}}}"""
            .Replace("HASH", Convert.ToHexStringLower(SHA256.HashData(payload)), StringComparison.Ordinal)
            .Replace("KEY", Convert.ToBase64String(Encoding.ASCII.GetBytes(keyOrCertificate)), StringComparison.Ordinal)
            .Replace("SIGNATURE", Convert.ToBase64String(signature), StringComparison.Ordinal);

    /// <summary>The bundle annotation for an entry with this body.</summary>
    public string Enter(string body, DateTimeOffset time) => Sign(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"body":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(body))}}","integratedTime":{{time.ToUnixTimeSeconds()}},"logID":"{{Convert.ToHexStringLower(SHA256.HashData(key.SubjectPublicKeyInfo))}}","logIndex":4711}"""));

    /// <summary>The bundle annotation for a payload that is canonical already, and so is what is signed.</summary>
    public string Sign(string canonical) => Bundle(canonical, canonical);

    /// <summary>The bundle annotation for a payload as delivered, and as signed.</summary>
    public string Bundle(string delivered, string signed) =>
        $$"""{"SignedEntryTimestamp":"{{Convert.ToBase64String(key.Sign(Encoding.UTF8.GetBytes(signed)))}}","Payload":{{delivered}}}""";
}
