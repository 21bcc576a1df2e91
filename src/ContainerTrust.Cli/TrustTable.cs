using System.Text;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary>The table of <c>podman image trust show</c>, one line a scope.</summary>
internal static class TrustTable
{
    private static readonly string[] Headings = ["TRANSPORT", "NAME", "TYPE", "ID", "STORE"];

    public static string Write(IReadOnlyList<ImageTrust> objects, TrustStore store)
    {
        List<string[]> rows = [Headings];
        Dictionary<IReadOnlyList<string>, string> ids = new(ReferenceEqualityComparer.Instance);
        foreach (ImageTrust trust in objects)
        {
            string[] cells = Cells(trust, store, ids);
            for (int i = 0; i < cells.Length; i++)
                cells[i] = PrintableText.Line(cells[i]);
            rows.Add(cells);
        }

        int[] widths = new int[Headings.Length];
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        StringBuilder text = new();
        for (int r = 0; r < rows.Count; r++)
        {
            int last = widths.Length - 1;
            while (last > 0 && rows[r][last].Length == 0)
                last--;
            for (int i = 0; i <= last; i++)
            {
                text.Append(rows[r][i]);
                for (int blank = rows[r][i].Length; i < last && blank < widths[i] + 2; blank++)
                    text.Append(' ');
            }

            text.Append('\n');
            if (r > 0 && objects[r - 1].Reason is { } reason)
                text.Append("  ").Append(PrintableText.Line($"{objects[r - 1].Reference}: {reason}")).Append('\n');
        }

        return text.ToString();
    }

    private static string[] Cells(ImageTrust trust, TrustStore store, Dictionary<IReadOnlyList<string>, string> ids)
    {
        IReadOnlyList<string> users = store.ReadUserIds(trust.Requirements);

        // Scopes that share a key file share the list.
        if (!ids.TryGetValue(users, out string? id))
            ids.Add(users, id = string.Join(", ", users.Select(static u => OpenPgpKeyReader.EmailOf(u) ?? u)));
        IReadOnlyList<string> subjects = RequirementText.Subjects(trust.Requirements);
        if (subjects.Count > 0)
            id = string.Join(", ", (string[])[.. id.Length > 0 ? (string[])[id] : [], .. subjects]);
        return [trust.Transport, trust.Registry, Text.TypeOf(trust), id, PrintableText.WithoutUser(trust.SignatureStore ?? "")];
    }
}
