namespace ContainerTrust.Engine.Formats.Json;

/// <summary>
/// A JSON object as text: its members with the white space around them, so that an edit can leave every byte of the others where it was.
/// </summary>
internal sealed class JsonObjectText
{
    private readonly Dictionary<string, JsonMemberText> _byName = [];

    public List<JsonMemberText> Members { get; } = [];

    /// <summary>The white space between the braces of an object without members.</summary>
    public ReadOnlyMemory<byte> EmptyTrivia { get; set; }

    public JsonMemberText? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Adds a member as it stands.</summary>
    public void Add(JsonMemberText member)
    {
        Members.Add(member);
        _byName[member.Name] = member;
    }

    /// <summary>
    /// Adds a member behind the last one, on a line of its own if that one has its own. What stands on the last member's line stays
    /// there, but for the comma.
    /// </summary>
    public void Append(JsonMemberText member)
    {
        JsonMemberText last = Members[^1];
        JsonMemberText? beforeLast = Members.Count > 1 ? Members[^2] : null;
        ReadOnlyMemory<byte> beforeBrace = last.Trailing;
        if (beforeLast is not null && WhiteSpace.HasLineBreak(beforeLast.Trailing))
        {
            // Commas begin the lines.
            last.Trailing = beforeLast.Trailing;
            member.Trailing = beforeBrace;
        }
        else if (WhiteSpace.HasLineBreak(beforeBrace))
        {
            last.Trailing = WhiteSpace.RestOfLine(beforeBrace);
            member.Trailing = WhiteSpace.NextLines(beforeBrace);
        }
        else
        {
            last.Trailing = beforeLast?.Trailing ?? ReadOnlyMemory<byte>.Empty;
            member.Trailing = beforeBrace;
        }

        Add(member);
    }

    /// <summary>Removes a member with its lines. What stands on its neighbours' lines stays there, but for a comma.</summary>
    public void Remove(JsonMemberText member)
    {
        int index = Members.IndexOf(member);
        Members.RemoveAt(index);
        _byName.Remove(member.Name);
        if (Members.Count == 0)
        {
            EmptyTrivia = ReadOnlyMemory<byte>.Empty;
            return;
        }

        if (index == Members.Count)
        {
            JsonMemberText last = Members[^1];

            // The white space before the closing brace belongs to whoever is last.
            bool ownLines = WhiteSpace.HasLineBreak(member.Trailing) && !WhiteSpace.HasLineBreak(last.Trailing);
            last.Trailing = ownLines
                ? WhiteSpace.Join(WhiteSpace.Join(last.Trailing, EndOfLineBefore(member)), WhiteSpace.NextLines(member.Trailing))
                : member.Trailing;
            return;
        }

        JsonMemberText next = Members[index];
        if (!WhiteSpace.HasLineBreak(next.Leading))
        {
            // The next one moves up to where the removed one began.
            if (index == 0 || WhiteSpace.HasLineBreak(member.Leading))
                next.Leading = member.Leading;
        }
        else if (WhiteSpace.HasLineBreak(member.Leading))
        {
            next.Leading = WhiteSpace.Join(EndOfLineBefore(member), WhiteSpace.NextLines(next.Leading));
        }
    }

    public void WriteTo(Stream output)
    {
        output.WriteByte((byte)'{');
        if (Members.Count == 0)
            output.Write(EmptyTrivia.Span);
        for (int i = 0; i < Members.Count; i++)
        {
            JsonMemberText member = Members[i];
            output.Write(member.Leading.Span);
            output.Write(member.QuotedName.Span);
            output.Write(member.Colon.Span);
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

    private static ReadOnlyMemory<byte> EndOfLineBefore(JsonMemberText member) =>
        WhiteSpace.HasLineBreak(member.Leading) ? WhiteSpace.RestOfLine(member.Leading) : ReadOnlyMemory<byte>.Empty;
}

/// <summary>One member of a <see cref="JsonObjectText"/>.</summary>
internal sealed class JsonMemberText
{
    public required string Name { get; init; }

    /// <summary>White space between the brace or comma before, and the name.</summary>
    public required ReadOnlyMemory<byte> Leading { get; set; }

    /// <summary>The name as written, with quotes.</summary>
    public required ReadOnlyMemory<byte> QuotedName { get; init; }

    /// <summary>The colon, with the white space around it up to the value.</summary>
    public required ReadOnlyMemory<byte> Colon { get; init; }

    /// <summary>The value as written; unused where <see cref="Object"/> is set.</summary>
    public ReadOnlyMemory<byte> Value { get; set; }

    /// <summary>The value as it was in the file. Null for a member that was not.</summary>
    public ReadOnlyMemory<byte>? OriginalValue { get; init; }

    /// <summary>The value, where it is an object that was taken apart.</summary>
    public JsonObjectText? Object { get; init; }

    /// <summary>White space between the value and the comma or brace after it.</summary>
    public ReadOnlyMemory<byte> Trailing { get; set; }

    /// <summary>Whether the member begins a line.</summary>
    public bool IsAtLineStart => WhiteSpace.HasLineBreak(Leading);
}
