using System.Globalization;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>
/// Reads records. A record is a file of a host, and may say anything: what is not whole is not a record. Members that a later release may
/// add are passed over.
/// </summary>
internal static class RecordReader
{
    private const int MaxFiles = 4096;
    private const int MaxScopes = 4096;
    private const int DigestLength = 64;

    /// <summary>Reads a line.</summary>
    /// <param name="untrustedLine">The line, without its line feed.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>The record. Null if the line is none.</returns>
    public static ChangeRecord? TryRead(ReadOnlySpan<byte> untrustedLine, out string problem) =>
        StrictJson.TryRead(untrustedLine, Record, out ChangeRecord? record, out problem) ? record : null;

    private static ChangeRecord Record(ref StrictJson json)
    {
        string? id = null, user = null, sudoUser = null, from = null, command = null, policy = null, registries = null, undoes = null;
        string? notKept = null;
        DateTimeOffset? time = null;
        List<RecordedScope> scopes = [];
        List<RecordedFile>? files = null;
        long more = 0;
        MemberSet seen = default;
        json.EnterObject("the record");
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "id": id = json.String(name); break;
                case "time": time = Time(json.String(name)); break;
                case "user": user = json.String(name); break;
                case "sudoUser": sudoUser = json.String(name); break;
                case "from": from = json.String(name); break;
                case "command": command = json.String(name); break;
                case "policy": policy = json.String(name); break;
                case "registries": registries = json.String(name); break;
                case "undoes": undoes = json.String(name); break;
                case "notKept": notKept = json.String(name); break;
                case "moreScopes": more = json.Integer(name); break;
                case "scopes": Scopes(ref json, scopes); break;
                case "files": files = Files(ref json); break;
                default: json.SkipValue(); break;
            }
        }

        return new ChangeRecord
        {
            Id = id is { Length: > 0 and <= 64 } ? id : throw StrictJson.Missing("id"),
            Time = time ?? throw StrictJson.Missing("time"),
            Author = new ChangeAuthor(user ?? throw StrictJson.Missing("user"), sudoUser, from),
            Command = command,
            PolicyPath = policy ?? throw StrictJson.Missing("policy"),
            RegistriesDirectory = registries ?? throw StrictJson.Missing("registries"),
            Undoes = undoes,
            NotKept = notKept,
            Scopes = scopes,
            MoreScopes = more,
            Files = files ?? throw StrictJson.Missing("files"),
        };
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.TryParseExact(text, RecordWriter.TimeFormat,
        CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time : throw new StrictJsonException("time is not such a time");

    private static void Scopes(ref StrictJson json, List<RecordedScope> scopes)
    {
        json.EnterArray("scopes");
        while (json.NextToken() == JsonTokenType.StartObject)
        {
            string? transport = null, scope = null, before = null, after = null;
            bool isDefault = false;
            MemberSet seen = default;
            while (json.NextMember(ref seen, out string name))
            {
                switch (name)
                {
                    case "transport": transport = json.String(name); break;
                    case "scope": scope = json.String(name); break;
                    case "before": before = json.String(name); break;
                    case "after": after = json.String(name); break;
                    case "default": isDefault = json.NextToken() == JsonTokenType.True; break;
                    default: json.SkipValue(); break;
                }
            }

            if (scopes.Count == MaxScopes)
                throw new StrictJsonException("it has too many scopes");
            scopes.Add(new RecordedScope(transport ?? throw StrictJson.Missing("transport"), scope ?? throw StrictJson.Missing("scope"),
                isDefault, before, after));
        }
    }

    private static List<RecordedFile> Files(ref StrictJson json)
    {
        List<RecordedFile> files = [];
        json.EnterArray("files");
        while (json.NextToken() == JsonTokenType.StartObject)
        {
            string? path = null, before = null, after = null, mode = null;
            long? same = null, sameEnd = null, owner = null;
            byte[]? was = null;
            MemberSet seen = default;
            while (json.NextMember(ref seen, out string name))
            {
                switch (name)
                {
                    case "path": path = json.String(name); break;
                    case "before": before = Digest(json.String(name)); break;
                    case "after": after = Digest(json.String(name)); break;
                    case "mode": mode = json.String(name); break;
                    case "owner": owner = json.Integer(name); break;
                    case "same": same = json.Integer(name); break;
                    case "sameEnd": sameEnd = json.Integer(name); break;
                    case "was": was = json.Base64(name); break;
                    default: json.SkipValue(); break;
                }
            }

            if (files.Count == MaxFiles)
                throw new StrictJsonException("it has too many files");
            files.Add(new RecordedFile(path ?? throw StrictJson.Missing("path"), before, after, mode, Owner(owner),
                was is null ? null : new ContentDelta(Length(same), Length(sameEnd), was)));
        }

        return files;
    }

    private static uint? Owner(long? value) => value is null ? null
        : value is >= 0 and <= uint.MaxValue ? (uint)value : throw new StrictJsonException("an owner is not one");

    private static int Length(long? value) =>
        value is >= 0 and <= int.MaxValue ? (int)value : throw new StrictJsonException("a length is not one");

    private static string Digest(string text) =>
        text.Length == DigestLength && text.All(char.IsAsciiHexDigitLower) ? text
            : throw new StrictJsonException("a digest is not SHA-256 in hex");
}
