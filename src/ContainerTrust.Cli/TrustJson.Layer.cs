using System.Text.Json;

namespace ContainerTrust.Cli;

/// <content>What is put into images of operating systems.</content>
internal static partial class TrustJson
{
    public static string Write(ImageTrustLayer layer) => WriteArray([layer], Write);

    private static void Write(Utf8JsonWriter writer, ImageTrustLayer layer)
    {
        writer.WriteStartObject();
        writer.WriteString("image"u8, layer.Image);
        writer.WriteString("scope"u8, layer.Scope);
        writer.WriteBoolean("isEnforceable"u8, layer.IsEnforceable);
        writer.WriteStartArray("files"u8);
        foreach (ImageTrustLayerFile file in layer.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("path"u8, file.Path);
            writer.WriteString("sha256"u8, file.Sha256);
            writer.WriteBase64String("content"u8, file.Content);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("containerfile"u8, layer.Containerfile);
        writer.WriteStartArray("trust"u8);
        foreach (ImageTrust trust in layer.Trust)
            Write(writer, trust);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
