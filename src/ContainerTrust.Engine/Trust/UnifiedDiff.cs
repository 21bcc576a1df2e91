using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// What planned files change, as a unified diff (POSIX diff -u): three lines around each difference, a bounded number of lines, and no
/// line that a terminal would act on. For people; it is not input for patch(1).
/// </summary>
internal static class UnifiedDiff
{
    private const int Context = 3;
    private const int MostLines = 200;
    private const int LineLength = 200;

    // How much of a long line is shown before the place where it differs.
    private const int Before = 60;

    private const string Hidden = "?…";
    private const int MostBytes = 4 << 20;

    // Beyond that a file is shown as taken away and given anew.
    private const int MostCells = 4_000_000;

    /// <summary>Makes it.</summary>
    /// <param name="files">The files.</param>
    /// <returns>Lines without their line feeds.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<PlannedFile> files)
    {
        List<string> lines = [];
        foreach (PlannedFile file in files)
        {
            lines.Add($"--- {(file.Expected is null ? "/dev/null" : Printable.Of(file.Path, LineLength))}");
            lines.Add($"+++ {(file.Content is null ? "/dev/null" : Printable.Of(file.Path, LineLength))}");
            if ((file.Expected?.Content.Length ?? 0) > MostBytes || (file.Content?.Length ?? 0) > MostBytes)
            {
                lines.Add("(too large to show)");
                continue;
            }

            string[] old = Split((file.Expected?.Content ?? default).Span), now = Split((file.Content ?? default).Span);
            lines.AddRange(Hunks(old, now, file.Path.EndsWith(LookasideNames.Extension, StringComparison.Ordinal)));
        }

        if (lines.Count <= MostLines)
            return lines;
        int more = lines.Count - MostLines;
        return [.. lines.Take(MostLines), string.Create(CultureInfo.InvariantCulture, $"({more} more lines)")];
    }

    private static IEnumerable<string> Hunks(string[] old, string[] now, bool hasStores)
    {
        List<(char Sign, int Old, int New)> script = Script(old, now);
        for (int i = 0; i < script.Count;)
        {
            if (script[i].Sign == ' ')
            {
                i++;
                continue;
            }

            // A hunk goes on while less than two contexts lie between differences.
            int start = Math.Max(0, i - Context), last = i;
            for (int j = i; j < script.Count && j - last <= 2 * Context; j++)
            {
                if (script[j].Sign != ' ')
                    last = j;
            }

            int end = Math.Min(script.Count, last + Context + 1);
            List<(char Sign, int Old, int New)> hunk = script.GetRange(start, end - start);
            int removed = hunk.Count(static s => s.Sign != '+'), added = hunk.Count(static s => s.Sign != '-');
            yield return string.Create(CultureInfo.InvariantCulture,
                $"@@ -{Range(hunk[0].Old, removed)} +{Range(hunk[0].New, added)} @@");
            string?[] partners = Partners(hunk, old, now, hasStores);
            for (int k = 0; k < hunk.Count; k++)
            {
                string line = hunk[k].Sign == '+' ? now[hunk[k].New] : old[hunk[k].Old];
                yield return hunk[k].Sign + Cut(Plain(line.TrimEnd('\n'), hasStores), partners[k]);
                if (!line.EndsWith('\n'))
                    yield return "\\ No newline at end of file";
            }

            i = end;
        }
    }

    // Of a line that was changed the one that it was or becomes, as it is shown: the first of those that went with the first that came.
    private static string?[] Partners(List<(char Sign, int Old, int New)> hunk, string[] old, string[] now, bool hasStores)
    {
        string?[] partners = new string?[hunk.Count];
        for (int i = 0; i < hunk.Count; i++)
        {
            if (hunk[i].Sign == ' ')
                continue;
            int end = i;
            while (end < hunk.Count && hunk[end].Sign != ' ')
                end++;
            int[] gone = [.. Enumerable.Range(i, end - i).Where(k => hunk[k].Sign == '-')];
            int[] came = [.. Enumerable.Range(i, end - i).Where(k => hunk[k].Sign == '+')];
            foreach ((int was, int becomes) in gone.Zip(came))
            {
                partners[was] = Plain(now[hunk[becomes].New].TrimEnd('\n'), hasStores);
                partners[becomes] = Plain(old[hunk[was].Old].TrimEnd('\n'), hasStores);
            }

            i = end - 1;
        }

        return partners;
    }

    // A policy may be one long line: what is cut from it is not where it differs.
    private static string Cut(string plain, string? partner)
    {
        if (plain.Length <= LineLength || partner is null)
            return Printable.Of(plain, LineLength);
        int same = plain.AsSpan().CommonPrefixLength(partner);
        int start = Math.Max(0, Math.Min(same - Before, plain.Length - LineLength));
        if (start > 0 && char.IsLowSurrogate(plain[start]))
            start--;
        int length = Math.Min(LineLength, plain.Length - start);
        if (start + length < plain.Length && char.IsHighSurrogate(plain[start + length - 1]))
            length--;
        string shown = plain.Substring(start, length);
        return PrintableText.Line($"{(start > 0 ? "…" : "")}{shown}{(start + length < plain.Length ? "…" : "")}");
    }

    private static string Range(int start, int count) => string.Create(CultureInfo.InvariantCulture,
        $"{(count == 0 ? start : start + 1)}{(count == 1 ? "" : $",{count}")}");

    // What both begin and end with is not looked at further.
    private static List<(char Sign, int Old, int New)> Script(string[] old, string[] now)
    {
        int prefix = old.AsSpan().CommonPrefixLength(now);
        int suffix = 0;
        while (suffix < Math.Min(old.Length, now.Length) - prefix && old[^(suffix + 1)] == now[^(suffix + 1)])
            suffix++;
        List<(char Sign, int Old, int New)> script = [];
        for (int i = 0; i < prefix; i++)
            script.Add((' ', i, i));
        Middle(old.AsSpan(prefix, old.Length - prefix - suffix), now.AsSpan(prefix, now.Length - prefix - suffix), prefix, script);
        for (int i = suffix; i > 0; i--)
            script.Add((' ', old.Length - i, now.Length - i));
        return script;
    }

    // The longest common subsequence, by the table of its lengths.
    private static void Middle(ReadOnlySpan<string> old, ReadOnlySpan<string> now, int offset, List<(char Sign, int Old, int New)> script)
    {
        int x = 0, y = 0;
        if ((long)(old.Length + 1) * (now.Length + 1) <= MostCells)
        {
            int[,] common = new int[old.Length + 1, now.Length + 1];
            for (int i = old.Length - 1; i >= 0; i--)
            {
                for (int j = now.Length - 1; j >= 0; j--)
                    common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }

            while (x < old.Length && y < now.Length)
            {
                if (old[x] == now[y])
                    script.Add((' ', offset + x++, offset + y++));
                else if (common[x + 1, y] >= common[x, y + 1])
                    script.Add(('-', offset + x++, offset + y));
                else
                    script.Add(('+', offset + x, offset + y++));
            }
        }

        while (x < old.Length)
            script.Add(('-', offset + x++, offset + y));
        while (y < now.Length)
            script.Add(('+', offset + x, offset + y++));
    }

    // Each with its line feed: a file that ends without one is another file.
    private static string[] Split(ReadOnlySpan<byte> content)
    {
        List<string> lines = [];
        for (ReadOnlySpan<char> rest = Encoding.UTF8.GetString(content); !rest.IsEmpty;)
        {
            int end = rest.IndexOf('\n');
            int length = end < 0 ? rest.Length : end + 1;
            lines.Add(rest[..length].ToString());
            rest = rest[length..];
        }

        return [.. lines];
    }

    // Indentation by tabs is harmless, and passwords are never shown: they are in the URLs of signature stores.
    private static string Plain(string line, bool hasStores)
    {
        string plain = line.Replace("\t", "    ", StringComparison.Ordinal);
        if (plain.Contains("://", StringComparison.Ordinal))
            plain = WithoutUsers(plain);
        if (hasStores && KeptContent.HasSecretUrl(plain.Replace(Hidden, "", StringComparison.Ordinal)))
            return "(a line with a password or a query, which is not shown)";
        return plain;
    }

    // Nothing but what is between blanks, quotes and commas may be a URL.
    private static string WithoutUsers(string line)
    {
        StringBuilder shown = new();
        for (int start = 0; start < line.Length;)
        {
            int length = line.AsSpan(start).IndexOfAny(" \"',");
            int end = length < 0 ? line.Length : start + length;
            shown.Append(PrintableText.WithoutUser(line[start..end]));
            if (end < line.Length)
                shown.Append(line[end]);
            start = end + 1;
        }

        return shown.ToString();
    }
}
