using System.Text;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>
/// The lines of a Containerfile that bring files into an image of an operating system, and end the build where something there would count
/// instead of them.
/// </summary>
internal static class ContainerfileText
{
    private const string PlainMarks = "/._-+@:";

    // Of names that scopes have: a pattern in COPY and in a shell.
    private const string PatternMarks = "[]*";

    /// <summary>Whether a path means itself in a Containerfile and in a shell.</summary>
    /// <param name="path">A path, or a part of one.</param>
    public static bool IsPlain(string path) => path.Length > 0 && path[0] != '-'
        && path.All(static c => char.IsAsciiLetterOrDigit(c) || PlainMarks.Contains(c, StringComparison.Ordinal));

    /// <summary>The lines.</summary>
    /// <param name="image">The image that they are for.</param>
    /// <param name="files">The files, in the order in which they are brought.</param>
    /// <param name="scope">The scope that must be in one file of registries.d alone. Null for none.</param>
    /// <exception cref="TrustException">A file's path cannot be written there (<c>InvalidLayerPath</c>).</exception>
    public static string Write(string image, IReadOnlyList<PlannedFile> files, string? scope)
    {
        StringBuilder text = new();
        text.Append($"# Updates of {image} must be signed. Put these lines after FROM.\n");
        if (files.Count == 0)
            return text.ToString();
        foreach (PlannedFile file in files)
        {
            if (!IsPlain(file.Path) && !file.Path.All(static c => IsPlain($"/{c}") || PatternMarks.Contains(c, StringComparison.Ordinal)))
                throw new TrustException(
                    "InvalidLayerPath",
                    TrustErrorKind.NotSupported,
                    $"{Printable.Of(file.Path, Printable.NameLength)} has characters that mean something in a Containerfile. Leave the " +
                    "entry out that it is for, and set it in the image's root instead.")
                {
                    Target = file.Path,
                };
            if (file.Content is not null)
                text.Append($"COPY {Source(file.Path)} {file.Path}\n");
        }

        PlannedFile[] gone = [.. files.Where(static f => f.Content is null)];
        PlannedFile[] brought = [.. files.Where(static f => f.Content is not null)];
        List<string> steps = [];
        if (gone.Length > 0)
            steps.Add($"rm -f {string.Join(' ', gone.Select(static f => Word(f.Path)))}");
        if (brought.Length > 0)
        {
            string paths = string.Join(' ', brought.Select(static f => Word(f.Path)));
            steps.Add($"chown 0:0 {paths}");
            steps.Add($"chmod 0644 {paths}");
            steps.Add($"printf '%s  %s\\n' {string.Join(" \\\n        ", brought.Select(static f => $"{Sum(f)} {Word(f.Path)}"))} \\\n" +
                "        | sha256sum -c");
        }

        // root's own files would count instead; and what is in two files of registries.d ends every pull.
        steps.Add("test ! -e /root/.config/containers/policy.json && test ! -e /root/.config/containers/registries.d");
        if (scope is not null && brought.Any(static f => f.Path.EndsWith(".yaml", StringComparison.Ordinal)))
            steps.Add("test \"$(cat /etc/containers/registries.d/*.yaml /usr/share/containers/registries.d/*.yaml 2>/dev/null \\\n" +
                $"        | grep -cE \"^ +['\\\"]?{Pattern(scope)}['\\\"]?:\")\" = 1");
        text.Append("RUN ").AppendJoin(" \\\n    && ", steps).Append('\n');
        return text.Append("RUN bootc container lint\n").ToString();
    }

    // A pattern that is the name itself, and of which COPY takes one file alone.
    private static string Source(string path) =>
        string.Concat(path.TrimStart('/').Select(static c => PatternMarks.Contains(c, StringComparison.Ordinal) ? '?' : c));

    private static string Word(string path) => IsPlain(path) ? path : ShellWord.InQuotes(path);

    private static string Pattern(string scope) =>
        string.Concat(scope.Select(static c => c is '.' or '[' or ']' or '*' ? $"\\{c}" : $"{c}"));

    private static string Sum(PlannedFile file) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file.Content!.Value.Span));
}
