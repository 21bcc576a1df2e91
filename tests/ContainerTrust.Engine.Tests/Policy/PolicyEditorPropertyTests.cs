using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Tests.Policy;

/// <summary>What holds for every edit of every policy, however it is laid out.</summary>
public sealed class PolicyEditorPropertyTests
{
    [Fact]
    public void An_edit_means_what_was_asked_and_leaves_all_other_bytes_alone()
    {
        for (int seed = 0; seed < 10_000; seed++)
        {
            RandomPolicy random = new(seed);
            PolicyMeaning policy = random.Policy();
            byte[] before = random.Write(policy);
            PolicyEditor editor = new(before, PolicyText.Path);
            Model model = new(editor.Before);
            HashSet<(string, string)> touched = [];
            for (int i = random.Random.Next(8); i > 0; i--)
                Change(random, editor, model, touched);

            byte[] after = editor.ToBytes();
            model.Check(PolicyReader.Read(after, PolicyText.Path), seed);
            Assert.Equal(model.DiffersFrom(editor.Before), editor.HasChanges);
            if (!editor.HasChanges)
                Assert.True(before.AsSpan().SequenceEqual(after), $"seed {seed}: bytes changed");
            AssertTokensKept(before, after, touched, seed);
            AssertLinesKept(before, after, touched, seed);
        }
    }

    [Fact]
    public void Setting_everything_to_what_it_is_changes_nothing()
    {
        for (int seed = 0; seed < 1_500; seed++)
        {
            RandomPolicy random = new(seed);
            byte[] before = random.Write(random.Policy());
            PolicyEditor editor = new(before, PolicyText.Path);
            Assert.False(editor.SetDefault([.. editor.Before.Default]));
            foreach (PolicyTransport transport in editor.Before.Transports)
            {
                foreach (PolicyScope scope in transport.Scopes)
                    Assert.False(editor.SetScope(transport.Name, scope.Name, [.. scope.Requirements]));
            }

            Assert.False(editor.HasChanges);
            Assert.True(before.AsSpan().SequenceEqual(editor.ToBytes()), $"seed {seed}");
        }
    }

    [Fact]
    public void Removing_what_was_added_gives_back_the_original_bytes()
    {
        int compared = 0;
        for (int seed = 0; seed < 3_000; seed++)
        {
            RandomPolicy random = new(seed);
            byte[] before = random.Write(random.Policy());
            PolicyEditor editor = new(before, PolicyText.Path);
            if (editor.Before.Transports.FirstOrDefault(static t => t.Scopes.Count > 0) is not { } transport)
                continue;
            List<string> added = [];
            for (int i = 0; i < 3; i++)
            {
                string scope = transport.Name switch
                {
                    "dir" or "oci" => $"/added/{i}",
                    "containers-storage" => $"[/added]{i}",
                    _ => $"added{i}.example.com",
                };
                if (transport.Name == "docker-archive")
                    continue;
                Assert.True(editor.SetScope(transport.Name, scope, random.Requirements()));
                added.Add(scope);
            }

            byte[] middle = editor.ToBytes();
            PolicyEditor back = new(middle, PolicyText.Path);
            foreach (string scope in random.Random.Next(2) == 0 ? added : added.AsEnumerable().Reverse())
                Assert.True(back.RemoveScope(transport.Name, scope));
            byte[] after = back.ToBytes();
            if (!before.AsSpan().SequenceEqual(after))
                Assert.Fail($"seed {seed}:\n{Encoding.UTF8.GetString(before)}\n-----\n{Encoding.UTF8.GetString(middle)}\n-----\n{Encoding.UTF8.GetString(after)}");
            compared++;
        }

        Assert.InRange(compared, 1_000, 3_000);
    }

    [Fact]
    public void The_order_of_changes_to_different_scopes_does_not_matter_for_the_meaning()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            RandomPolicy random = new(seed);
            byte[] before = random.Write(random.Policy());
            Dictionary<(string, string), TrustRequirement[]?> changes = [];
            for (int i = 0; i < 6; i++)
            {
                string transport = random.Transport();
                changes[(transport, random.Scope(transport))] = random.Random.Next(3) == 0 ? null : random.Requirements();
            }

            PolicyEditor forward = new(before, PolicyText.Path), backward = new(before, PolicyText.Path);
            foreach (((string transport, string scope), TrustRequirement[]? requirements) in changes)
                Apply(forward, transport, scope, requirements);
            foreach (((string transport, string scope), TrustRequirement[]? requirements) in changes.Reverse())
                Apply(backward, transport, scope, requirements);
            new Model(PolicyReader.Read(forward.ToBytes(), PolicyText.Path))
                .Check(PolicyReader.Read(backward.ToBytes(), PolicyText.Path), seed);
        }
    }

    private static void Apply(PolicyEditor editor, string transport, string scope, TrustRequirement[]? requirements)
    {
        if (requirements is null)
            editor.RemoveScope(transport, scope);
        else
            editor.SetScope(transport, scope, requirements);
    }

    private static void Change(RandomPolicy random, PolicyEditor editor, Model model, HashSet<(string, string)> touched)
    {
        List<(string, string)> present = [.. model.Scopes.Keys];
        string transport = random.Transport(), scope = random.Scope(transport);
        if (present.Count > 0 && random.Random.Next(2) == 0)
            (transport, scope) = random.Pick([.. present]);
        switch (random.Random.Next(8))
        {
            case 0:
                TrustRequirement[] requirements = random.Requirements();
                Assert.Equal(!RequirementWriter.MeansSame(model.Default, requirements), editor.SetDefault(requirements));
                model.Default = requirements;
                touched.Add(("", "default"));
                break;
            case 1 or 2 or 3:
                Assert.Equal(model.Scopes.Remove((transport, scope)), editor.RemoveScope(transport, scope));
                touched.Add((transport, scope));
                break;
            default:
                requirements = random.Requirements();
                bool same = model.Scopes.TryGetValue((transport, scope), out IReadOnlyList<TrustRequirement>? old)
                    && RequirementWriter.MeansSame(old, requirements);
                Assert.Equal(!same, editor.SetScope(transport, scope, requirements));
                model.Scopes[(transport, scope)] = requirements;
                touched.Add((transport, scope));
                break;
        }
    }

    // Every value that was not touched is there in the same bytes, and names stay as they were written.
    private static void AssertTokensKept(byte[] before, byte[] after, HashSet<(string, string)> touched, int seed)
    {
        List<((string, string) Key, byte[] Text)> old = Values(before), now = Values(after);
        Dictionary<(string, string), byte[]> current = now.ToDictionary(static v => v.Key, static v => v.Text);
        foreach (((string, string) key, byte[] text) in old)
        {
            if (!touched.Contains(key))
                Assert.True(current.TryGetValue(key, out byte[]? same) && same.AsSpan().SequenceEqual(text), $"seed {seed}: {key} changed");
        }

        // In the order in which they were.
        Assert.Equal(old.Select(static v => v.Key).Where(k => !touched.Contains(k)), now.Select(static v => v.Key)
            .Where(k => !touched.Contains(k)));
    }

    private static List<((string, string) Key, byte[] Text)> Values(byte[] policy)
    {
        (_, _) = JsonTextReader.Read(policy, out JsonObjectText root);
        List<((string, string), byte[])> values = [];
        foreach (JsonMemberText member in root.Members)
        {
            if (member.Name == "default")
                values.Add((("", "default"), [.. member.QuotedName.Span, .. member.Colon.Span, .. member.Value.Span]));
            foreach (JsonMemberText transport in member.Object?.Members ?? [])
                values.AddRange(transport.Object!.Members
                    .Select(s => ((transport.Name, s.Name), (byte[])[.. s.QuotedName.Span, .. s.Colon.Span, .. s.Value.Span])));
        }

        return values;
    }

    // Every line that is not a touched scope's own is there in the same bytes and order, but for a comma at its end, and braces that
    // opened or closed.
    private static void AssertLinesKept(byte[] before, byte[] after, HashSet<(string, string)> touched, int seed)
    {
        // Where commas begin lines, whose they are is a matter of taste; there the tokens above are what is kept.
        if (Encoding.UTF8.GetString(before).Split('\n').Any(static l => l.TrimStart().StartsWith(',')))
            return;
        List<string> kept = LinesWithout(before, touched), now = [.. Encoding.UTF8.GetString(after).Split('\n')];
        int position = 0;
        foreach (string line in kept)
        {
            int found = now.FindIndex(position, l => SameLine(line, l));
            if (found < 0)
                Assert.Fail($"seed {seed}: line '{line}' is " +
                    $"gone:\n{Encoding.UTF8.GetString(before)}\n-----\n{Encoding.UTF8.GetString(after)}");
            position = found + 1;
        }
    }

    private static bool SameLine(string before, string now)
    {
        if (before == now)
            return true;
        string a = WithoutComma(before), b = WithoutComma(now);

        // A member that joins the line of one that does not begin its own.
        if (now.StartsWith(a, StringComparison.Ordinal) && System.Text.RegularExpressions.Regex.IsMatch(now[a.Length..], "^\\s*,\\s*\""))
            return true;

        // Objects that were empty and are open now, or the other way round; a brace that stood on a removed line.
        return a == b || a == b + "}" || (b.StartsWith(a, StringComparison.Ordinal) && b[a.Length..].TrimStart(' ', '\t', '\r') == "}")
            || (a.EndsWith("{}", StringComparison.Ordinal) && a[..^1] == b);
    }

    private static string WithoutComma(string line)
    {
        string trimmed = line.TrimEnd(' ', '\t', '\r');
        return trimmed.EndsWith(',') ? trimmed[..^1].TrimEnd(' ', '\t', '\r') : trimmed;
    }

    // The lines of a policy that have nothing of the touched values on them.
    private static List<string> LinesWithout(byte[] policy, HashSet<(string, string)> touched)
    {
        bool[] own = new bool[policy.Length + 1];
        ReadOnlyMemory<byte> content = policy;
        (_, _) = JsonTextReader.Read(content, out JsonObjectText root);
        Mark(root, "", touched, own, policy);
        List<string> lines = [];
        int start = 0;
        for (int i = 0; i <= policy.Length; i++)
        {
            if (i < policy.Length && policy[i] != '\n')
                continue;
            string line = Encoding.UTF8.GetString(policy, start, i - start);
            if (!own.AsSpan(start, i - start).Contains(true) && !string.IsNullOrWhiteSpace(line)
                && line.Trim() is not ("{" or "}" or "{}" or "{},"))
                lines.Add(line);
            start = i + 1;
        }

        return lines;
    }

    private static void Mark(JsonObjectText node, string transport, HashSet<(string, string)> touched, bool[] own, byte[] policy)
    {
        for (int i = 0; i < node.Members.Count; i++)
        {
            JsonMemberText member = node.Members[i];

            // A new member goes between the last one and a brace on the same line.
            if (i == node.Members.Count - 1 && !member.Trailing.Span.Contains((byte)'\n'))
                own[End(member.Value) - 1] = true;
            if (member.Object is { } child)
            {
                string name = transport.Length == 0 && member.Name == "transports" ? "\0transports" : member.Name;
                Mark(child, name, touched, own, policy);

                // A line on which a transport without scopes stands may open, and one that loses them all may close.
                if (transport == "\0transports" || name == "\0transports")
                {
                    if (child.Members.Count == 0 || child.Members.All(m => touched.Contains((member.Name, m.Name))))
                        Span(member, own, policy);
                }

                continue;
            }

            if (touched.Contains((transport, member.Name)) || (transport.Length == 0 && touched.Contains(("", "default"))))
                Span(member, own, policy);
        }
    }

    private static int End(ReadOnlyMemory<byte> part)
    {
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(part, out ArraySegment<byte> segment));
        return segment.Offset + segment.Count;
    }

    private static void Span(JsonMemberText member, bool[] own, byte[] policy)
    {
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(member.QuotedName, out ArraySegment<byte> name));
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(member.Value, out ArraySegment<byte> value));
        Assert.Same(policy, name.Array);
        own.AsSpan(name.Offset..(value.Offset + value.Count)).Fill(true);
    }

    private sealed class Model
    {
        public Model(PolicyDocument policy)
        {
            Default = policy.Default;
            foreach (PolicyTransport transport in policy.Transports)
            {
                foreach (PolicyScope scope in transport.Scopes)
                    Scopes.Add((transport.Name, scope.Name), scope.Requirements);
            }
        }

        public IReadOnlyList<TrustRequirement> Default { get; set; }

        public Dictionary<(string, string), IReadOnlyList<TrustRequirement>> Scopes { get; } = [];

        public void Check(PolicyDocument policy, int seed)
        {
            Model actual = new(policy);
            Assert.True(RequirementWriter.MeansSame(Default, actual.Default), $"seed {seed}: default");
            Assert.Equal(Scopes.Count, actual.Scopes.Count);
            foreach (((string, string) key, IReadOnlyList<TrustRequirement> requirements) in Scopes)
                Assert.True(actual.Scopes.TryGetValue(key, out IReadOnlyList<TrustRequirement>? now)
                    && RequirementWriter.MeansSame(requirements, now), $"seed {seed}: {key}");
        }

        public bool DiffersFrom(PolicyDocument policy)
        {
            Model other = new(policy);
            return !RequirementWriter.MeansSame(Default, other.Default)
                || Scopes.Count != other.Scopes.Count
                || Scopes.Any(s => !other.Scopes.TryGetValue(s.Key, out IReadOnlyList<TrustRequirement>? r)
                    || !RequirementWriter.MeansSame(r, s.Value));
        }
    }
}
