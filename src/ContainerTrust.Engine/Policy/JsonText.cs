namespace ContainerTrust.Engine.Policy;

/// <summary>
/// A JSON object as text: its members with the white space around them, so that an edit can leave every byte of the others where it was.
/// </summary>
internal sealed class JsonObjectText
{
    private readonly Dictionary<string, JsonMemberText> _byName = [];

    public List<JsonMemberText> Members { get; } = [];

    /// <summary>The white space between the braces of an object without members.</summary>
    public byte[] EmptyTrivia { get; set; } = [];

    public JsonMemberText? Find(string name) => _byName.GetValueOrDefault(name);

    public void Add(JsonMemberText member)
    {
        Members.Add(member);
        _byName[member.Name] = member;
    }

    public void Remove(JsonMemberText member)
    {
        int index = Members.IndexOf(member);
        Members.RemoveAt(index);
        _byName.Remove(member.Name);

        // The white space before the closing brace belongs to whoever is last.
        if (index == Members.Count && index > 0)
            Members[^1].Trailing = member.Trailing;
        if (Members.Count == 0)
            EmptyTrivia = [];
    }

    public void WriteTo(Stream output)
    {
        output.WriteByte((byte)'{');
        if (Members.Count == 0)
            output.Write(EmptyTrivia);
        for (int i = 0; i < Members.Count; i++)
        {
            JsonMemberText member = Members[i];
            output.Write(member.Leading.Span);
            output.Write(member.NameAndColon.Span);
            if (member.Object is { } child)
                child.WriteTo(output);
            else
                output.Write(member.Value.Span);
            output.Write(member.Trailing.Span);
            if (i < Members.Count - 1)
                output.WriteByte((byte)',');
        }

        output.WriteByte((byte)'}');
    }
}

/// <summary>One member of a <see cref="JsonObjectText"/>.</summary>
internal sealed class JsonMemberText
{
    public required string Name { get; init; }

    /// <summary>White space between the brace or comma before, and the name.</summary>
    public required ReadOnlyMemory<byte> Leading { get; init; }

    /// <summary>The name as written, with quotes, the colon and the white space up to the value.</summary>
    public required ReadOnlyMemory<byte> NameAndColon { get; init; }

    /// <summary>The value as written; unused where <see cref="Object"/> is set.</summary>
    public ReadOnlyMemory<byte> Value { get; set; }

    /// <summary>The value, where it is an object that was taken apart.</summary>
    public JsonObjectText? Object { get; init; }

    /// <summary>White space between the value and the comma or brace after it.</summary>
    public ReadOnlyMemory<byte> Trailing { get; set; }
}
