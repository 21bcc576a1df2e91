using System.Globalization;
using System.Text.Json;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>Writes records: one line of JSON each, in ASCII, so that no terminal acts on what a line holds.</summary>
internal static class RecordWriter
{
    /// <summary>The form of times: UTC, ISO 8601.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Writes a record.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The line, without its line feed.</returns>
    public static byte[] Write(ChangeRecord record)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteString("id", record.Id);
            json.WriteString("time", record.Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("user", record.Author.User);
            WriteIf(json, "sudoUser", record.Author.SudoUser);
            WriteIf(json, "from", record.Author.From);
            WriteIf(json, "command", record.Command);
            json.WriteString("policy", record.PolicyPath);
            json.WriteString("registries", record.RegistriesDirectory);
            WriteIf(json, "undoes", record.Undoes);
            json.WriteStartArray("scopes");
            foreach (RecordedScope scope in record.Scopes)
                Write(json, scope);
            json.WriteEndArray();
            if (record.MoreScopes > 0)
                json.WriteNumber("moreScopes", record.MoreScopes);
            json.WriteStartArray("files");
            foreach (RecordedFile file in record.Files)
                Write(json, file);
            json.WriteEndArray();
            WriteIf(json, "notKept", record.NotKept);
            json.WriteEndObject();
        }

        return line.ToArray();
    }

    private static void Write(Utf8JsonWriter json, RecordedScope scope)
    {
        json.WriteStartObject();
        json.WriteString("transport", scope.Transport);
        json.WriteString("scope", scope.Registry);
        if (scope.IsDefault)
            json.WriteBoolean("default", true);
        WriteIf(json, "before", scope.Before);
        WriteIf(json, "after", scope.After);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RecordedFile file)
    {
        json.WriteStartObject();
        json.WriteString("path", file.Path);
        WriteIf(json, "before", file.Before);
        WriteIf(json, "after", file.After);
        WriteIf(json, "mode", file.Mode);
        if (file.Owner is { } owner)
            json.WriteNumber("owner", owner);
        if (file.Content is { } content)
        {
            json.WriteNumber("same", content.Prefix);
            json.WriteNumber("sameEnd", content.Suffix);
            json.WriteBase64String("was", content.Middle.Span);
        }

        json.WriteEndObject();
    }

    private static void WriteIf(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
