using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>
/// Changes scopes in a policy's text and nothing else: order, indentation, line ends and all other bytes stay. Many changes make one new
/// text.
/// </summary>
internal sealed class PolicyEditor
{
    private readonly string _path;
    private readonly PolicyDocument _before;
    private readonly ReadOnlyMemory<byte> _content;
    private readonly JsonObjectText _root;
    private readonly ReadOnlyMemory<byte> _prologue;
    private readonly ReadOnlyMemory<byte> _epilogue;
    private readonly PolicyLayout _layout;

    // What the new text must mean: the old meaning with the changes. Null is a removed scope. What means the same as before is not here.
    private readonly Dictionary<(string Transport, string Scope), IReadOnlyList<TrustRequirement>?> _changes = [];
    private IReadOnlyList<TrustRequirement>? _newDefault;

    /// <summary>Begins an edit.</summary>
    /// <param name="content">The policy's text.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <exception cref="TrustException">
    /// The policy is not valid; nothing is edited in a file that the reference implementation would refuse.
    /// </exception>
    public PolicyEditor(ReadOnlyMemory<byte> content, string path)
    {
        _path = path;
        _content = content;
        _before = PolicyReader.Read(content.Span, path);
        (_prologue, _epilogue) = JsonTextReader.Read(content, out _root);
        _layout = new PolicyLayout(content);
    }

    /// <summary>The policy before the changes.</summary>
    public PolicyDocument Before => _before;

    /// <summary>The policy as <see cref="ToBytes"/> made it. Null if it did not, or nothing changes.</summary>
    internal PolicyDocument? After { get; private set; }

    /// <summary>Whether the policy means anything else than before: a change that was taken back is none.</summary>
    public bool HasChanges => _newDefault is not null || _changes.Count > 0;

    /// <summary>The requirements of a scope, changes included.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope; empty for the transport's default.</param>
    /// <returns>The requirements, or null if there is no such scope.</returns>
    public IReadOnlyList<TrustRequirement>? Find(string transport, string scope) =>
        _changes.TryGetValue((transport, scope), out IReadOnlyList<TrustRequirement>? changed) ? changed
            : _before.FindTransport(transport)?.Find(scope);

    /// <summary>Sets the policy's default.</summary>
    /// <param name="requirements">The new list, not empty.</param>
    /// <returns>False if it means the same already; then nothing changes.</returns>
    /// <exception cref="TrustException">
    /// The list is empty (<c>EmptyRequirements</c>) or no policy can have it (<c>InvalidRequirement</c>).
    /// </exception>
    public bool SetDefault(IReadOnlyList<TrustRequirement> requirements)
    {
        requirements = Checked(requirements, "default");
        if (RequirementWriter.MeansSame(_newDefault ?? _before.Default, requirements))
            return false;
        JsonMemberText member = _root.Find("default")!;
        bool asBefore = RequirementWriter.MeansSame(_before.Default, requirements);
        member.Value = asBefore ? member.OriginalValue!.Value : _layout.Format(requirements, member, _root, null);
        _newDefault = asBefore ? null : requirements;
        return true;
    }

    /// <summary>Sets a scope's requirements; the scope and its transport are added where they are missing.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope; empty for the transport's default.</param>
    /// <param name="requirements">The new list, not empty.</param>
    /// <returns>False if it means the same already; then nothing changes.</returns>
    /// <exception cref="TrustException">
    /// The transport does not have such scopes (<c>InvalidScope</c>), the list is empty (<c>EmptyRequirements</c>), or no policy can have
    /// it (<c>InvalidRequirement</c>). Nothing was changed.
    /// </exception>
    public bool SetScope(string transport, string scope, IReadOnlyList<TrustRequirement> requirements)
    {
        CheckScope(transport, scope);
        requirements = Checked(requirements, scope.Length == 0 ? $"transport {transport}" : $"scope {scope} of transport {transport}");
        if (Find(transport, scope) is { } present && RequirementWriter.MeansSame(present, requirements))
            return false;

        JsonMemberText transports = _root.Find("transports") ?? _layout.AddMember(_root, null, "transports", new JsonObjectText(), null);
        JsonObjectText? model = transports.Object!.Members.LastOrDefault(m => m.Name != transport && m.Object!.Members.Count > 0)?.Object;
        JsonMemberText section = transports.Object.Find(transport)
            ?? _layout.AddMember(transports.Object, transports, transport, new JsonObjectText(), null);
        JsonMemberText member = section.Object!.Find(scope) ?? _layout.AddMember(section.Object, section, scope, null, model);

        IReadOnlyList<TrustRequirement>? before = _before.FindTransport(transport)?.Find(scope);
        bool asBefore = before is not null && RequirementWriter.MeansSame(before, requirements);
        member.Value = asBefore && member.OriginalValue is { } original ? original
            : _layout.Format(requirements, member, section.Object, model);
        if (asBefore)
            _changes.Remove((transport, scope));
        else
            _changes[(transport, scope)] = requirements;
        return true;
    }

    /// <summary>Removes a scope; its transport stays, empty if need be, unless it was not in the file.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope; empty for the transport's default.</param>
    /// <returns>False if there is no such scope.</returns>
    public bool RemoveScope(string transport, string scope)
    {
        if (_root.Find("transports") is not { } transports || transports.Object!.Find(transport) is not { } section
            || section.Object!.Find(scope) is not { } member)
            return false;
        section.Object.Remove(member);
        if (section.Object.Members.Count == 0 && _before.FindTransport(transport) is null)
            transports.Object.Remove(section);
        if (transports.Object.Members.Count == 0 && !_before.HasTransports)
            _root.Remove(transports);
        if (_before.FindTransport(transport)?.Find(scope) is null)
            _changes.Remove((transport, scope));
        else
            _changes[(transport, scope)] = null;
        return true;
    }

    /// <summary>The new text, read back and compared with what it has to mean.</summary>
    /// <returns>UTF-8 text; the old text if nothing changes.</returns>
    /// <exception cref="TrustException">
    /// The new text would not mean what was asked for, or is too large; nothing must be written.
    /// </exception>
    public byte[] ToBytes()
    {
        if (!HasChanges)
            return _content.ToArray();
        using MemoryStream output = new(_content.Length + 1024);
        output.Write(_prologue.Span);
        _root.WriteTo(output);
        output.Write(_epilogue.Span);
        byte[] content = output.ToArray();
        PolicyDocument after = PolicyReader.Read(content, _path);
        Verify(after);
        After = after;
        return content;
    }

    private static void CheckScope(string transport, string scope)
    {
        string? problem = !UnicodeText.IsValid(transport) || !UnicodeText.IsValid(scope) ? "it is not valid Unicode text"
            : TransportScopes.Refusal(transport, scope);
        if (problem is not null)
        {
            string shown = Printable.Of(scope, Printable.NameLength);
            throw new TrustException(
                "InvalidScope",
                TrustErrorKind.InvalidArgument,
                $"The scope \"{shown}\" is not possible in transport {Printable.Of(transport, Printable.NameLength)}: {problem}.")
            {
                Target = scope,
            };
        }
    }

    // What is written is what will be read: a list that the reader would refuse, or understand otherwise, is refused here, where it can
    // be named.
    private static IReadOnlyList<TrustRequirement> Checked(IReadOnlyList<TrustRequirement> requirements, string what)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        if (requirements.Count == 0)
            throw new TrustException(
                "EmptyRequirements",
                TrustErrorKind.InvalidArgument,
                $"The requirements for {what} are empty; at least one is needed. Use {TrustOperation.Remove} to forget a scope.");
        try
        {
            return PolicyReader.ReadRequirements(RequirementWriter.ToCompactJson(requirements), what);
        }
        catch (TrustException e)
        {
            string problem = e is TrustFormatException f ? f.Problem : e.Message;
            throw new TrustException(
                "InvalidRequirement",
                TrustErrorKind.InvalidArgument,
                $"The requirements for {what} are not possible: {problem}",
                e)
            {
                Target = what,
            };
        }
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
            throw new TrustException(
                "PolicyEditFailed",
                TrustErrorKind.InvalidData,
                $"{_path} could not be edited in place: the new text would not mean what was asked for. Nothing was written; " +
                "please report this with the file.")
            {
                Target = _path,
            };
        }
    }
}
