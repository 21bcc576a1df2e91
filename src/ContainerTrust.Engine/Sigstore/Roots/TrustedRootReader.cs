using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Sigstore.Bundles;
using ContainerTrust.Engine.Sigstore.Logs;
using ContainerTrust.Engine.Sigstore.Timestamps;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Roots;

/// <summary>
/// Reads <c>trusted_root.json</c>. Logs whose key or hash is not understood are passed over with a warning, as nothing of them can be
/// verified.
/// </summary>
internal static class TrustedRootReader
{
    private const int MaxLength = 4 * 1024 * 1024;
    private const int MaxCount = 64;
    private const string CertificateLog = "log of certificates";
    private const string Advice = "Specify a trusted_root.json of a sigstore instance.";

    private static readonly string[] s_mediaTypes =
    [
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    ];

    /// <summary>Reads a trusted root.</summary>
    /// <param name="source">The file.</param>
    /// <param name="needsAuthority">Whether there must be a CA, as for signers that are known by certificates.</param>
    /// <returns>The root: at least one log, and at least one CA if one is needed.</returns>
    /// <exception cref="TrustFormatException">It is not one (<c>InvalidTrustedRoot</c>).</exception>
    public static TrustedRoot Read(SigstoreKeySource source, bool needsAuthority = true)
    {
        string problem = "it is larger than 4 MiB";
        if (source.Content.Length <= MaxLength && StrictJson.TryRead(source.Content.Span, Read, out TrustedRoot? root, out problem))
        {
            if ((root.Authorities.Count > 0 || !needsAuthority) && root.Logs.Count > 0)
            {
                IEnumerable<string> warnings =
                    root.Warnings.Where(w => needsAuthority || !w.Contains(CertificateLog, StringComparison.Ordinal));
                return root with { Warnings = [.. warnings.Select(w => $"{source.Name}: {w}")] };
            }

            problem = root.Authorities.Count == 0 && needsAuthority ? "it names no certificate authority"
                : "it names no log whose key can be used";
        }

        throw new TrustFormatException("InvalidTrustedRoot", source.Name, 0, 0, "",
            $"the file is not a usable trusted root: {problem}. {Advice}");
    }

    private static TrustedRoot Read(ref StrictJson json)
    {
        json.EnterObject("the trusted root");
        string? mediaType = null;
        List<Log> logs = [];
        List<Log> certificateLogs = [];
        List<Chain> authorities = [];
        List<Chain> timestampAuthorities = [];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "mediaType":
                    mediaType = json.String(name);
                    break;
                case "tlogs":
                    ReadList(ref json, name, logs, ReadLog);
                    break;
                case "ctlogs":
                    ReadList(ref json, name, certificateLogs, ReadLog);
                    break;
                case "certificateAuthorities":
                    ReadList(ref json, name, authorities, ReadAuthority);
                    break;
                case "timestampAuthorities":
                    ReadList(ref json, name, timestampAuthorities, ReadAuthority);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        if (mediaType is null || !s_mediaTypes.Contains(mediaType))
            throw new StrictJsonException("its media type is not that of a trusted root of version 0.1 or 0.2");

        // A root that names logs of certificates demands one, also where no key of them can be used.
        CertificateLog[] usable = [.. certificateLogs.Where(static l => l.Key is not null).Select(static l =>
            new CertificateLog(l.Key!, l.Window))];
        if (certificateLogs.Count > 0 && usable.Length == 0)
            throw new StrictJsonException("it names logs of certificates, and the key of none can be used");
        if (timestampAuthorities.Exists(static a => CertificateFitness.IsAuthority(a.Certificates[0], isRoot: false)))
            throw new StrictJsonException("the chain of a time stamp authority begins with a CA, and not with the authority's certificate");
        return new TrustedRoot(
            [.. authorities.Select(static a => new FulcioAuthority([a.Certificates[^1]], [.. a.Certificates.SkipLast(1)], a.Window,
                TakesIntermediates: false))],
            [.. logs.Where(static l => l.IsUsable).Select(static l => new TransparencyLog(l.Key!, l.LogId, l.Names, l.Window))],
            usable,
            [.. timestampAuthorities.Select(static a => new TimestampAuthority(a.Certificates, a.Window))],
            [.. Warnings(logs, certificateLogs)]);
    }

    private static IEnumerable<string> Warnings(List<Log> logs, List<Log> certificateLogs)
    {
        foreach (Log log in logs.Where(static l => !l.IsUsable))
            yield return $"The log {log.Name} is passed over, as its key, hash or identifier is not understood.";
        foreach (Log log in certificateLogs.Where(static l => l.Key is null))
            yield return $"The {CertificateLog} {log.Name} is passed over, as its key or hash is not understood.";
        if (certificateLogs.Count == 0)
            yield return $"It names no {CertificateLog} (ctlogs), so that none is asked whether it took in the signer's certificate. "
                + "cosign demands one.";
    }

    private static void ReadList<T>(ref StrictJson json, string what, List<T> list, StrictJson.Reader<T> reader)
    {
        json.EnterArray(what);
        while (json.NextToken() is var token && token != JsonTokenType.EndArray)
        {
            if (token != JsonTokenType.StartObject)
                throw new StrictJsonException($"something in {what} is not an object");
            if (list.Count == MaxCount)
                throw new StrictJsonException($"{what} has more than {MaxCount} elements");
            list.Add(reader(ref json));
        }
    }

    private static Log ReadLog(ref StrictJson json)
    {
        string url = "";
        byte[] logId = [];
        bool isKnown = true;
        (byte[] Key, ValidityWindow Window)? key = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "baseUrl":
                    url = json.String(name);
                    break;
                case "hashAlgorithm":
                    isKnown = json.String(name) == "SHA2_256";
                    break;
                case "publicKey":
                    key = ReadKey(ref json);
                    break;
                case "logId":
                    logId = ReadKeyId(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        var (der, window) = key ?? throw StrictJson.Missing("a log's publicKey");
        if (window.Start is null)
            throw StrictJson.Missing("validFor.start of a log's key");

        // It can be missing, and only Rekor 2 is known by it.
        string[] names = url.Length == 0 ? []
            : Uri.TryCreate(url, UriKind.Absolute, out Uri? parsed) ? [parsed.Authority, parsed.Host]
            : throw new StrictJsonException("a log's baseUrl is not a URL");
        return new Log(isKnown && TryMakeKey(der, out SigstorePublicKey? usable) ? usable : null, logId, names, window)
        {
            Name = Printable.Of(url.Length > 0 ? url : Convert.ToBase64String(logId), Printable.NameLength),
        };
    }

    private static bool TryMakeKey(byte[] der, [NotNullWhen(true)] out SigstorePublicKey? key)
    {
        try
        {
            return SigstorePublicKey.TryCreate(PemPublicKeyReader.ReadSubjectPublicKeyInfo(der, "the trusted root"), der, out key, out _);
        }
        catch (TrustFormatException)
        {
            key = null;
            return false;
        }
    }

    private static (byte[] Key, ValidityWindow Window) ReadKey(ref StrictJson json)
    {
        json.EnterObject("publicKey");
        byte[]? key = null;
        ValidityWindow window = ValidityWindow.Unbounded;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "rawBytes":
                    key = json.Base64("rawBytes");
                    break;
                case "validFor":
                    window = ReadWindow(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return (key ?? throw StrictJson.Missing("publicKey.rawBytes"), window);
    }

    private static byte[] ReadKeyId(ref StrictJson json)
    {
        json.EnterObject("logId");
        byte[] id = [];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name == "keyId")
                id = json.Base64("keyId");
            else
                json.SkipValue();
        }

        return id;
    }

    private static Chain ReadAuthority(ref StrictJson json)
    {
        List<byte[]>? raw = null;
        ValidityWindow window = ValidityWindow.Unbounded;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "certChain":
                    raw = BundleMaterial.ReadChain(ref json);
                    break;
                case "validFor":
                    window = ReadWindow(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        if (raw is not { Count: > 0 })
            throw StrictJson.Missing("an authority's certificate chain");
        List<SigstoreCertificate> certificates = [];
        foreach (byte[] der in raw)
        {
            certificates.Add(SigstoreCertificate.TryParse(der, out SigstoreCertificate? certificate, out string problem)
                ? certificate : throw new StrictJsonException($"a certificate of an authority cannot be used, as {problem}"));
        }

        return new Chain(certificates, window);
    }

    private static ValidityWindow ReadWindow(ref StrictJson json)
    {
        json.EnterObject("validFor");
        DateTimeOffset? start = null;
        DateTimeOffset? end = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "start":
                    start = ReadTime(ref json);
                    break;
                case "end":
                    end = ReadTime(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return new ValidityWindow(start, end);
    }

    private static DateTimeOffset? ReadTime(ref StrictJson json)
    {
        if (json.StringOrNull("a time") is not { } text)
            return null;

        // Writers put 3, 6 or 9 digits after the point; .NET knows 7.
        int excess = text.Length - "2026-01-31T12:00:00.1234567Z".Length;
        if (excess is 1 or 2 && text[19] == '.' && text.AsSpan(20, 7 + excess).IndexOfAnyExceptInRange('0', '9') < 0)
            text = text[..27] + text[^1];
        return DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time : throw new StrictJsonException("a time is not like 2026-01-31T12:00:00Z");
    }

    private sealed record Log(SigstorePublicKey? Key, byte[] LogId, IReadOnlyList<string> Names, ValidityWindow Window)
    {
        public required string Name { get; init; }

        public bool IsUsable => Key is not null && LogId.Length == 32;
    }

    private sealed record Chain(IReadOnlyList<SigstoreCertificate> Certificates, ValidityWindow Window);
}
