using System.Text;
using System.Text.Encodings.Web;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>
/// How new text is laid out in a policy: as the nearest text of its kind in the same file. Where there is none, by the file's indentation.
/// </summary>
internal sealed class PolicyLayout(ReadOnlyMemory<byte> content)
{
    // How many neighbours are looked at to find one whose value is of the same kind.
    private const int NearbyMembers = 50;

    private readonly IndentStyle _style = IndentStyle.Detect(content.Span);

    /// <summary>Adds a member to an object.</summary>
    /// <param name="parent">The object.</param>
    /// <param name="owner">The member whose value the object is. Null for the policy itself.</param>
    /// <param name="name">The new member's name.</param>
    /// <param name="child">Its value, if that is an object.</param>
    /// <param name="model">An object beside the parent that shows how such objects look. Null if there is none.</param>
    /// <returns>The new member.</returns>
    public JsonMemberText AddMember(JsonObjectText parent, JsonMemberText? owner, string name, JsonObjectText? child, JsonObjectText? model)
    {
        JsonMemberText? last = parent.Members.Count > 0 ? parent.Members[^1] : null;
        JsonMemberText? like = last ?? (model is { Members.Count: > 0 } ? model.Members[^1] : null);
        ReadOnlyMemory<byte> colon = Colon(parent, like, owner);
        ReadOnlyMemory<byte> leading, trailing = default;
        if (last is not null)
        {
            // The first member of {"a": 1, "b": 2} has nothing before it, the others have a blank.
            leading = last.IsAtLineStart ? WhiteSpace.NextLines(last.Leading)
                : parent.Members.Count > 1 || !last.Leading.IsEmpty ? last.Leading
                : colon.Span[^1] == ' ' ? " "u8.ToArray() : ReadOnlyMemory<byte>.Empty;
        }
        else if (model is { Members.Count: > 0 })
        {
            leading = model.Members[0].Leading;
            trailing = model.Members[^1].Trailing;
        }
        else
        {
            (leading, trailing) = Opening(parent, owner);
        }

        JsonMemberText member = new()
        {
            Name = name,
            Leading = leading,
            QuotedName = Quote(name),
            Colon = colon,
            Object = child,
            Trailing = trailing,
        };
        if (last is not null)
            parent.Append(member);
        else
            parent.Add(member);
        return member;
    }

    /// <summary>Lays a requirement list out as a member's value.</summary>
    /// <param name="requirements">The list.</param>
    /// <param name="member">The member; its value is what is replaced, or nothing.</param>
    /// <param name="parent">The object that has the member.</param>
    /// <param name="model">An object beside the parent that shows how such objects look. Null if there is none.</param>
    /// <returns>UTF-8 JSON.</returns>
    public ReadOnlyMemory<byte> Format(IReadOnlyList<TrustRequirement> requirements, JsonMemberText member, JsonObjectText parent,
        JsonObjectText? model)
    {
        byte[] compact = RequirementWriter.ToCompactJson(requirements);
        ReadOnlyMemory<byte> like = Example(compact, member, parent, model);
        bool singleLine = like.IsEmpty
            ? !_style.IsMultiline || !(member.IsAtLineStart || WhiteSpace.HasLineBreak(member.Colon))
            : !WhiteSpace.HasLineBreak(like);
        if (singleLine)
            return CompactStyle.Detect(like.IsEmpty ? content.Span : like.Span).Apply(compact);

        ReadOnlySpan<byte> indent = Indentation(member).Span;
        byte[] json = RequirementWriter.ToIndentedJson(requirements, _style.Character, _style.Size, _style.NewLine);
        using MemoryStream output = new(json.Length * 2);
        foreach (byte b in json)
        {
            output.WriteByte(b);
            if (b == '\n')
                output.Write(indent);
        }

        return output.ToArray();
    }

    // A value to imitate: the one that is replaced, or one nearby of the same kind, as [{"type": "reject"}] is often written in one line
    // where longer lists are not.
    private static ReadOnlyMemory<byte> Example(ReadOnlySpan<byte> compact, JsonMemberText member, JsonObjectText parent,
        JsonObjectText? model)
    {
        bool isShort = IsShort(compact);
        if (!member.Value.IsEmpty && (IsShort(member.Value.Span) == isShort || WhiteSpace.HasLineBreak(member.Value)))
            return member.Value;
        List<JsonMemberText> nearby = parent.Members.Count > 1 || model is null ? parent.Members : model.Members;
        for (int i = nearby.Count - 1; i >= Math.Max(0, nearby.Count - NearbyMembers); i--)
        {
            if (nearby[i] != member && nearby[i].Object is null && !nearby[i].Value.IsEmpty && IsShort(nearby[i].Value.Span) == isShort)
                return nearby[i].Value;
        }

        return isShort && nearby.LastOrDefault(m => m != member && m.Object is null) is { } last ? last.Value : ReadOnlyMemory<byte>.Empty;
    }

    private static bool IsShort(ReadOnlySpan<byte> requirements) => !requirements.Contains((byte)',');

    // The indentation of the line that the member's value begins on.
    private static ReadOnlyMemory<byte> Indentation(JsonMemberText member)
    {
        if (WhiteSpace.HasLineBreak(member.Colon))
        {
            // The colon itself may stand on that line, behind its indentation.
            ReadOnlyMemory<byte> line = WhiteSpace.LastLine(member.Colon);
            int end = line.Span.IndexOfAnyExcept((byte)' ', (byte)'\t');
            return end < 0 ? line : line[..end];
        }

        if (member.IsAtLineStart)
            return WhiteSpace.LastLine(member.Leading);

        // In the midst of a line: a value that is there ends with a bracket on a line of its own, most often.
        int lineFeed = member.Value.Span.LastIndexOf((byte)'\n');
        if (lineFeed < 0)
            return ReadOnlyMemory<byte>.Empty;
        ReadOnlyMemory<byte> lastLine = member.Value[(lineFeed + 1)..];
        int text = lastLine.Span.IndexOfAnyExcept((byte)' ', (byte)'\t');
        return lastLine.Span[text] == ']' ? lastLine[..text] : ReadOnlyMemory<byte>.Empty;
    }

    private ReadOnlyMemory<byte> Colon(JsonObjectText parent, JsonMemberText? like, JsonMemberText? owner)
    {
        if (parent.Members.Count > 0)
        {
            // Objects like objects.
            for (int i = parent.Members.Count - 1; i >= Math.Max(0, parent.Members.Count - NearbyMembers); i--)
            {
                if (parent.Members[i].Object is not null)
                    return parent.Members[i].Colon;
            }
        }

        if (like is not null)
            return like.Colon;
        return owner is not null && !WhiteSpace.HasLineBreak(owner.Colon) ? owner.Colon : _style.Colon;
    }

    private (ReadOnlyMemory<byte> Leading, ReadOnlyMemory<byte> Trailing) Opening(JsonObjectText parent, JsonMemberText? owner)
    {
        ReadOnlyMemory<byte> space = parent.EmptyTrivia;
        bool ownLine = owner is null || owner.IsAtLineStart || WhiteSpace.HasLineBreak(owner.Colon) || WhiteSpace.HasLineBreak(space);
        if (!_style.IsMultiline || !ownLine)
            return (space, space);
        ReadOnlyMemory<byte> indent = WhiteSpace.HasLineBreak(space) ? WhiteSpace.LastLine(space) : owner is null
            ? ReadOnlyMemory<byte>.Empty : Indentation(owner);
        ReadOnlyMemory<byte> trailing = WhiteSpace.Join(Encoding.ASCII.GetBytes(_style.NewLine), indent);
        ReadOnlyMemory<byte> leading = WhiteSpace.Join(trailing, Encoding.ASCII.GetBytes(new string(_style.Character, _style.Size)));
        return (leading, trailing);
    }

    private static byte[] Quote(string name) => Encoding.UTF8.GetBytes($"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(name)}\"");
}
