using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Text.Json;

namespace ContainerTrust.Commands.Objects;

/// <summary>Objects that <c>ConvertFrom-Json</c> or <c>ConvertFrom-Yaml</c> has made, back to JSON.</summary>
internal static class JsonText
{
    private const int MaxDepth = 60;

    /// <summary>Writes an object.</summary>
    /// <param name="item">The object.</param>
    /// <returns>UTF-8.</returns>
    /// <exception cref="TrustException">It is nested too deeply (<c>InvalidInputObject</c>).</exception>
    public static byte[] Of(object item)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
            Write(writer, item, 0);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, object? item, int depth)
    {
        if (depth > MaxDepth)
            throw new TrustException("InvalidInputObject", TrustErrorKind.InvalidArgument,
                $"An object that was piped is nested more than {MaxDepth} deep. Give it as ConvertFrom-Json makes it.");
        object? plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        switch (plain)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool yes:
                writer.WriteBooleanValue(yes);
                break;
            case int or long:
                writer.WriteNumberValue(Convert.ToInt64(plain, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case IDictionary map:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    writer.WritePropertyName($"{entry.Key}");
                    Write(writer, entry.Value, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (object? member in list)
                    Write(writer, member, depth + 1);
                writer.WriteEndArray();
                break;
            case PSCustomObject:
                writer.WriteStartObject();
                foreach (PSPropertyInfo property in PSObject.AsPSObject(item!).Properties)
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, depth + 1);
                }

                writer.WriteEndObject();
                break;
            default:
                // Dates and fractions: no image is named by them.
                writer.WriteStringValue(Convert.ToString(plain, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }
}
