using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ContainerTrust.Engine.Policy;

/// <summary>
/// Changes scopes in a policy's text and nothing else: order, indentation, line ends and all other bytes stay. Many changes make one new text.
/// </summary>
public sealed class PolicyEditor
{
    private readonly string _path;
    private readonly PolicyDocument _before;
    private readonly JsonObjectText _root;
    private readonly ReadOnlyMemory<byte> _prologue;
    private readonly ReadOnlyMemory<byte> _epilogue;
    private readonly IndentStyle _style;

    // What the new text must mean: the old meaning with the changes. Null is a removed scope.
    private readonly Dictionary<(string Transport, string Scope), IReadOnlyList<TrustRequirement>?> _changes = [];
    private IReadOnlyList<TrustRequirement>? _newDefault;

    /// <summary>Begins an edit.</summary>
    /// <param name="content">The policy's text.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <exception cref="TrustFormatException">The policy is not valid; nothing is edited in a file that the reference implementation would refuse.</exception>
    public PolicyEditor(ReadOnlyMemory<byte> content, string path)
    {
        _path = path;
        _before = PolicyReader.Read(content.Span, path);
        (_prologue, _epilogue) = JsonTextReader.Read(content, out _root);
        _style = IndentStyle.Detect(content.Span);
    }

    /// <summary>The policy before the changes.</summary>
    public PolicyDocument Before => _before;

    /// <summary>Whether anything would change.</summary>
    public bool HasChanges => _newDefault is not null || _changes.Count > 0;

    /// <summary>The requirements of a scope, changes included.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope; empty for the transport's default.</param>
    /// <returns>The requirements, or null if there is no such scope.</returns>
    public IReadOnlyList<TrustRequirement>? Find(string transport, string scope) =>
        _changes.TryGetValue((transport, scope), out IReadOnlyList<TrustRequirement>? changed) ? changed : _before.FindTransport(transport)?.Find(scope);

    /// <summary>Sets the policy's default.</summary>
    /// <param name="requirements">The new list, not empty.</param>
    /// <returns>False if it means the same already; then nothing changes.</returns>
    public bool SetDefault(IReadOnlyList<TrustRequirement> requirements)
    {
        if (RequirementWriter.MeansSame(_newDefault ?? _before.Default, requirements))
            return false;
        JsonMemberText member = _root.Find("default")!;
        member.Value = Format(requirements, member);
        _newDefault = requirements;
        return true;
    }

    /// <summary>Sets a scope's requirements; the scope and its transport are added where they are missing.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope; empty for the transport's default.</param>
    /// <param name="requirements">The new list, not empty.</param>
    /// <returns>False if it means the same already; then nothing changes.</returns>
    public bool SetScope(string transport, string scope, IReadOnlyList<TrustRequirement> requirements)
    {
        if (Find(transport, scope) is { } present && RequirementWriter.MeansSame(present, requirements))
            return false;
        JsonMemberText? transports = _root.Find("transports");
        transports ??= AddMember(_root, "transports", new JsonObjectText(), depth: 1);
        JsonMemberText section = transports.Object!.Find(transport) ?? AddMember(transports.Object, transport, new JsonObjectText(), depth: 2);
        JsonMemberText? member = section.Object!.Find(scope);
        if (member is null)
        {
            member = AddMember(section.Object, scope, null, depth: 3);
            JsonMemberText? sibling = section.Object.Members.Count > 1 ? section.Object.Members[^2] : null;
            member.Value = Format(requirements, member, sibling);
        }
        else
        {
            member.Value = Format(requirements, member);
        }

        _changes[(transport, scope)] = requirements;
        return true;
    }

    /// <summary>Removes a scope; its transport stays, empty if need be.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope; empty for the transport's default.</param>
    /// <returns>False if there is no such scope.</returns>
    public bool RemoveScope(string transport, string scope)
    {
        if (_root.Find("transports")?.Object?.Find(transport)?.Object is not { } section || section.Find(scope) is not { } member)
            return false;
        section.Remove(member);
        _changes[(transport, scope)] = null;
        return true;
    }

    /// <summary>The new text, read back and compared with what it has to mean.</summary>
    /// <returns>UTF-8 text.</returns>
    /// <exception cref="TrustException">The new text would not mean what was asked for, or the requirements are not valid; nothing must be written.</exception>
    public byte[] ToBytes()
    {
        using MemoryStream output = new();
        output.Write(_prologue.Span);
        _root.WriteTo(output);
        output.Write(_epilogue.Span);
        byte[] content = output.ToArray();
        Verify(PolicyReader.Read(content, _path));
        return content;
    }

    private void Verify(PolicyDocument after)
    {
        int expectedCount = _changes.Count(static c => c.Value is not null);
        bool ok = RequirementWriter.MeansSame(after.Default, _newDefault ?? _before.Default);
        foreach (PolicyTransport transport in _before.Transports)
        {
            PolicyTransport? now = after.FindTransport(transport.Name);
            ok &= now is not null;
            foreach (PolicyScope scope in transport.Scopes)
            {
                if (_changes.ContainsKey((transport.Name, scope.Name)))
                    continue;
                expectedCount++;
                ok = ok && now!.Find(scope.Name) is { } r && RequirementWriter.MeansSame(r, scope.Requirements);
            }
        }

        foreach (((string transport, string scope), IReadOnlyList<TrustRequirement>? requirements) in _changes)
        {
            IReadOnlyList<TrustRequirement>? now = after.FindTransport(transport)?.Find(scope);
            ok = ok && (requirements is null ? now is null : now is not null && RequirementWriter.MeansSame(now, requirements));
        }

        ok &= after.Transports.Sum(static t => t.Scopes.Count) == expectedCount;
        if (!ok)
        {
            throw new TrustException("PolicyEditFailed", TrustErrorKind.InvalidData, $"{_path} could not be edited in place: the new text would not mean what was asked for. Nothing was written; please report this with the file.")
            {
                Target = _path,
            };
        }
    }

    private JsonMemberText AddMember(JsonObjectText parent, string name, JsonObjectText? child, int depth)
    {
        ReadOnlyMemory<byte> leading;
        ReadOnlyMemory<byte> trailing;
        ReadOnlyMemory<byte> colon = _style.IsMultiline ? ": "u8.ToArray() : _style.Colon;
        if (parent.Members.Count > 0)
        {
            JsonMemberText last = parent.Members[^1];

            // The first member of {"a": 1, "b": 2} has nothing before it, the others have a blank.
            leading = parent.Members.Count > 1 || _style.IsMultiline ? last.Leading : _style.AfterComma;
            trailing = last.Trailing;
            last.Trailing = parent.Members.Count > 1 ? parent.Members[^2].Trailing : ReadOnlyMemory<byte>.Empty;
        }
        else
        {
            leading = _style.LineAt(depth);
            trailing = _style.LineAt(depth - 1);
        }

        JsonMemberText member = new()
        {
            Name = name,
            Leading = leading,
            NameAndColon = Concat(Quote(name), colon),
            Object = child,
            Trailing = trailing,
        };
        parent.Add(member);
        return member;
    }

    private ReadOnlyMemory<byte> Format(IReadOnlyList<TrustRequirement> requirements, JsonMemberText member, JsonMemberText? like = null)
    {
        if (requirements.Count == 0)
            throw new TrustException("EmptyRequirements", TrustErrorKind.InvalidArgument, "A scope needs at least one requirement; use Remove-ImageTrust to forget the scope.");
        ReadOnlyMemory<byte> model = like is null ? member.Value : like.Value;
        bool singleLine = model.IsEmpty ? !_style.IsMultiline : !model.Span.Contains((byte)'\n');
        if (singleLine)
            return RequirementWriter.ToCompactJson(requirements);

        // The value's further lines are indented from where its member begins.
        ReadOnlySpan<byte> leading = member.Leading.Span;
        ReadOnlySpan<byte> indent = leading[(leading.LastIndexOf((byte)'\n') + 1)..];
        byte[] json = RequirementWriter.ToIndentedJson(requirements, _style.Character, _style.Size, _style.NewLine);
        using MemoryStream output = new();
        foreach (byte b in json)
        {
            output.WriteByte(b);
            if (b == '\n')
                output.Write(indent);
        }

        return output.ToArray();
    }

    private static byte[] Quote(string name) => Encoding.UTF8.GetBytes($"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(name)}\"");

    private static byte[] Concat(byte[] first, ReadOnlyMemory<byte> second) => [.. first, .. second.Span];
}
