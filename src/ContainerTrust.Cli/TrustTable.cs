using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Cli;

/// <summary>The table of <c>podman image trust show</c>, one line a scope.</summary>
internal static class TrustTable
{
    private static readonly string[] Headings = ["TRANSPORT", "NAME", "TYPE", "ID", "STORE"];

    public static string Write(IReadOnlyList<ImageTrust> objects)
    {
        List<string[]> rows = [Headings];
        foreach (ImageTrust trust in objects)
            rows.Add([.. Cells(trust).Select(Text.Printable)]);
        int[] widths = new int[Headings.Length];
        foreach (string[] row in rows)
        {
            for (int i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        }

        StringBuilder text = new();
        for (int r = 0; r < rows.Count; r++)
        {
            int start = text.Length;
            for (int i = 0; i < widths.Length; i++)
            {
                text.Append(rows[r][i]);
                for (int blank = rows[r][i].Length; blank < widths[i] + 2; blank++)
                    text.Append(' ');
            }

            int end = text.Length;
            while (end > start && text[end - 1] == ' ')
                end--;
            text.Length = end;
            text.Append('\n');
            if (r > 0 && objects[r - 1].Reason is { } reason)
                text.Append("  ").Append(Text.Printable($"{objects[r - 1].Reference}: {reason}")).Append('\n');
        }

        return text.ToString();
    }

    private static string[] Cells(ImageTrust trust) =>
        [trust.Transport, trust.Registry, Text.TypeOf(trust), Ids(trust), trust.SignatureStore ?? ""];

    private static string Ids(ImageTrust trust) =>
        string.Join(", ", trust.Keys.SelectMany(static k => k.UserIds.Count > 0 ? k.UserIds.Select(static u => OpenPgpKeyReader.EmailOf(u) ?? u) : [k.Fingerprint[..16]]));
}
