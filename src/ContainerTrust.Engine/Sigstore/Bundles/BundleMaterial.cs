using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>What a bundle brings to be verified with (<c>sigstore_bundle.proto</c>, <c>VerificationMaterial</c>).</summary>
internal sealed class BundleMaterial
{
    private const int MaxCertificates = 16;
    private const int MaxLogEntries = 8;
    private const int MaxTimestamps = 8;

    /// <summary>Nothing.</summary>
    public static readonly BundleMaterial None = new();

    private BundleMaterial()
    {
    }

    /// <summary>The signer's certificate first, DER. Null if there is none.</summary>
    public IReadOnlyList<byte[]>? Certificates { get; private set; }

    /// <summary>Whether the certificates are a chain, as before version 0.3.</summary>
    public bool IsChain { get; private set; }

    /// <summary>Whether it says that a public key has signed.</summary>
    public bool HasPublicKey { get; private set; }

    /// <summary>Entries of transparency logs.</summary>
    public IReadOnlyList<BundleLogEntry> LogEntries { get; private set; } = [];

    /// <summary>Answers of time stamp authorities (RFC 3161), DER.</summary>
    public IReadOnlyList<byte[]> Timestamps { get; private set; } = [];

    /// <summary>Reads it.</summary>
    /// <param name="json">Where the object is next.</param>
    /// <returns>The material.</returns>
    public static BundleMaterial Read(ref StrictJson json)
    {
        json.EnterObject("verificationMaterial");
        BundleMaterial material = new();
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "certificate" or "x509CertificateChain" or "publicKey" when material.Certificates is not null || material.HasPublicKey:
                    throw new StrictJsonException("it names its signer in more than one way");
                case "certificate":
                    json.EnterObject("certificate");
                    material.Certificates = [ReadRaw(ref json)];
                    break;
                case "x509CertificateChain":
                    material.IsChain = true;
                    material.Certificates = ReadChain(ref json);
                    break;
                case "publicKey":
                    json.SkipValue();
                    material.HasPublicKey = true;
                    break;
                case "tlogEntries":
                    material.LogEntries = BundleLogEntry.ReadList(ref json, MaxLogEntries);
                    break;
                case "timestampVerificationData":
                    material.Timestamps = json.TryEnterObject("timestampVerificationData") ? ReadTimestamps(ref json) : [];
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return material;
    }

    /// <summary>Reads a chain: an object with a list of certificates.</summary>
    /// <param name="json">Where the object is next.</param>
    /// <returns>The certificates, DER.</returns>
    public static List<byte[]> ReadChain(ref StrictJson json)
    {
        json.EnterObject("the certificate chain");
        List<byte[]> certificates = [];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name != "certificates")
            {
                json.SkipValue();
                continue;
            }

            json.EnterArray("certificates");
            while (json.NextToken() is var token && token != JsonTokenType.EndArray)
            {
                if (token != JsonTokenType.StartObject)
                    throw new StrictJsonException("a certificate is not an object");
                if (certificates.Count == MaxCertificates)
                    throw new StrictJsonException($"a chain has more than {MaxCertificates} certificates");
                certificates.Add(ReadRaw(ref json));
            }
        }

        return certificates;
    }

    private static byte[] ReadRaw(ref StrictJson json)
    {
        byte[]? raw = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name == "rawBytes")
                raw = json.Base64("rawBytes");
            else
                json.SkipValue();
        }

        return raw ?? throw StrictJson.Missing("rawBytes");
    }

    private static List<byte[]> ReadTimestamps(ref StrictJson json)
    {
        List<byte[]> timestamps = [];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name != "rfc3161Timestamps")
            {
                json.SkipValue();
                continue;
            }

            json.EnterArray("rfc3161Timestamps");
            while (json.NextToken() is var token && token != JsonTokenType.EndArray)
            {
                if (token != JsonTokenType.StartObject)
                    throw new StrictJsonException("a time stamp is not an object");
                if (timestamps.Count == MaxTimestamps)
                    throw new StrictJsonException($"it has more than {MaxTimestamps} time stamps");
                timestamps.Add(ReadTimestamp(ref json));
            }
        }

        return timestamps;
    }

    private static byte[] ReadTimestamp(ref StrictJson json)
    {
        byte[]? value = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name == "signedTimestamp")
                value = json.Base64("signedTimestamp");
            else
                json.SkipValue();
        }

        return value ?? throw StrictJson.Missing("signedTimestamp");
    }
}
