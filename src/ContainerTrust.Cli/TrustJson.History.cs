using System.Text.Json;

namespace ContainerTrust.Cli;

/// <content>Changes on record, and keys on their way.</content>
internal static partial class TrustJson
{
    public static string Write(IReadOnlyList<ImageTrustChange> objects) => WriteArray(objects, Write);

    public static string Write(IReadOnlyList<KeyRotationState> objects) => WriteArray(objects, Write);

    private static void Write(Utf8JsonWriter writer, ImageTrustChange change)
    {
        writer.WriteStartObject();
        writer.WriteString("computerName"u8, change.ComputerName);
        writer.WriteString("id"u8, change.Id);
        Write(writer, "time", change.Time);
        writer.WriteString("user"u8, change.User);
        writer.WriteString("command"u8, change.Command);
        writer.WriteString("transport"u8, change.Transport);
        writer.WriteString("registry"u8, change.Registry);
        writer.WriteBoolean("isDefault"u8, change.IsDefault);
        writer.WriteString("status"u8, Camel(change.Status.ToString()));
        writer.WriteString("beforeTrust"u8, change.BeforeTrust);
        writer.WriteString("afterTrust"u8, change.AfterTrust);
        Write(writer, "paths", [.. change.Paths]);
        writer.WriteString("undoes"u8, change.Undoes);
        writer.WriteString("undoneBy"u8, change.UndoneBy);
        writer.WriteString("reason"u8, change.Reason);
        writer.WriteString("errorId"u8, change.ErrorId);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, KeyRotationState state)
    {
        writer.WriteStartObject();
        writer.WriteString("computerName"u8, state.ComputerName);
        writer.WriteString("transport"u8, state.Transport);
        writer.WriteString("registry"u8, state.Registry);
        writer.WriteString("step"u8, Camel(state.Step.ToString()));
        writer.WriteBoolean("isChanged"u8, state.IsChanged);
        writer.WriteString("errorId"u8, state.ErrorId);
        writer.WriteString("reason"u8, state.Reason);
        writer.WriteEndObject();
    }
}
