using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>
/// What a Rekor log promises with its signed entry timestamp: that an entry is in it since a time. The JSON is that of cosign's
/// <c>bundle</c> annotation.
/// </summary>
internal sealed class RekorEntry
{
    private RekorEntry(byte[] untrustedBody, long integratedTime, long logIndex, string logId)
    {
        UntrustedBody = untrustedBody;
        IntegratedTime = integratedTime;
        LogIndex = logIndex;
        LogId = logId;
    }

    /// <summary>The entry itself, JSON.</summary>
    public byte[] UntrustedBody { get; }

    /// <summary>Seconds since 1970.</summary>
    public long IntegratedTime { get; }

    public long LogIndex { get; }

    public string LogId { get; }

    /// <summary>The log's signature over <see cref="Canonical"/>.</summary>
    public required byte[] Signature { get; init; }

    /// <summary>The entry in canonical JSON (RFC 8785), which is what the log signed.</summary>
    public required byte[] Canonical { get; init; }

    /// <summary>Reads the annotation. Exactly the members of the format, none twice, each of its type, as in the reference.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="entry">The entry; nothing in it is verified.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether the text could be read.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out RekorEntry? entry, out string problem) =>
        StrictJson.TryRead(text, Read, out entry, out problem);

    private static RekorEntry Read(ref StrictJson json)
    {
        json.EnterObject("the log entry");
        byte[]? signature = null;
        Payload? payload = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "SignedEntryTimestamp":
                    signature = json.Base64(name);
                    break;
                case "Payload":
                    payload = ReadPayload(ref json);
                    break;
                default:
                    throw StrictJson.Unknown("the log entry");
            }
        }

        if (payload is null)
            throw StrictJson.Missing("Payload");
        return new RekorEntry(payload.DecodedBody, payload.IntegratedTime, payload.LogIndex, payload.LogId)
        {
            Signature = signature ?? throw StrictJson.Missing("SignedEntryTimestamp"),
            Canonical = payload.ToCanonicalJson(),
        };
    }

    private static Payload ReadPayload(ref StrictJson json)
    {
        json.EnterObject("Payload");
        string? body = null;
        long? time = null;
        long? index = null;
        string? logId = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "body":
                    body = json.String("Payload.body");
                    break;
                case "integratedTime":
                    time = json.Integer("Payload.integratedTime");
                    break;
                case "logIndex":
                    index = json.Integer("Payload.logIndex");
                    break;
                case "logID":
                    logId = json.String("Payload.logID");
                    break;
                default:
                    throw StrictJson.Unknown("Payload");
            }
        }

        return new Payload(
            body ?? throw StrictJson.Missing("Payload.body"),
            KeyData.Decode(body) ?? throw new StrictJsonException("Payload.body is not base64"),
            time ?? throw StrictJson.Missing("Payload.integratedTime"),
            index ?? throw StrictJson.Missing("Payload.logIndex"),
            logId ?? throw StrictJson.Missing("Payload.logID"));
    }

    private sealed record Payload(string Body, byte[] DecodedBody, long IntegratedTime, long LogIndex, string LogId)
    {
        // The members in the order of their UTF-16 names; numbers as ECMAScript writes integers of at most 53 bits.
        public byte[] ToCanonicalJson()
        {
            StringBuilder text = new(Body.Length + 200);
            text.Append("{\"body\":");
            AppendString(text, Body);
            text.Append(CultureInfo.InvariantCulture, $",\"integratedTime\":{IntegratedTime},\"logID\":");
            AppendString(text, LogId);
            text.Append(CultureInfo.InvariantCulture, $",\"logIndex\":{LogIndex}}}");
            return Encoding.UTF8.GetBytes(text.ToString());
        }

        private static void AppendString(StringBuilder text, string value)
        {
            text.Append('"');
            foreach (char c in value)
            {
                _ = c switch
                {
                    '"' => text.Append("\\\""),
                    '\\' => text.Append("\\\\"),
                    '\b' => text.Append("\\b"),
                    '\f' => text.Append("\\f"),
                    '\n' => text.Append("\\n"),
                    '\r' => text.Append("\\r"),
                    '\t' => text.Append("\\t"),
                    < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                    _ => text.Append(c),
                };
            }

            text.Append('"');
        }
    }
}
