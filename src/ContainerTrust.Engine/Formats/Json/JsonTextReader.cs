using System.Text.Json;

namespace ContainerTrust.Engine.Formats.Json;

/// <summary>
/// Takes a policy's text apart into members, three objects deep: policy, transports, transport. The text has been read strictly before.
/// </summary>
internal static class JsonTextReader
{
    private const int Levels = 3;

    /// <param name="content">A valid policy.</param>
    /// <param name="root">The policy's object.</param>
    /// <returns>The white space before and after the object.</returns>
    public static (ReadOnlyMemory<byte> Before, ReadOnlyMemory<byte> After) Read(ReadOnlyMemory<byte> content, out JsonObjectText root)
    {
        Utf8JsonReader reader = new(content.Span);
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        root = ReadObject(ref reader, content, Levels);
        return (content[..start], content[(int)reader.BytesConsumed..]);
    }

    private static JsonObjectText ReadObject(ref Utf8JsonReader reader, ReadOnlyMemory<byte> content, int levels)
    {
        JsonObjectText result = new();
        int position = (int)reader.BytesConsumed;
        JsonMemberText? last = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int nameStart = (int)reader.TokenStartIndex;
            if (last is not null)
            {
                // Between two members there are white space and one comma.
                int comma = position + content.Span[position..nameStart].IndexOf((byte)',');
                last.Trailing = content[position..comma];
                position = comma + 1;
            }

            string name = reader.GetString()!;
            int nameEnd = nameStart + reader.ValueSpan.Length + 2;
            reader.Read();
            int valueStart = (int)reader.TokenStartIndex;
            JsonObjectText? child = null;
            if (reader.TokenType == JsonTokenType.StartObject && levels > 1)
                child = ReadObject(ref reader, content, levels - 1);
            else
                reader.Skip();
            int valueEnd = (int)reader.BytesConsumed;
            last = new JsonMemberText
            {
                Name = name,
                Leading = content[position..nameStart],
                QuotedName = content[nameStart..nameEnd],
                Colon = content[nameEnd..valueStart],
                Value = content[valueStart..valueEnd],
                OriginalValue = content[valueStart..valueEnd],
                Object = child,
            };
            result.Add(last);
            position = valueEnd;
        }

        ReadOnlyMemory<byte> end = content[position..(int)reader.TokenStartIndex];
        if (last is null)
            result.EmptyTrivia = end;
        else
            last.Trailing = end;
        return result;
    }
}
