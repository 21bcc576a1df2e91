using System.Text;

namespace ContainerTrust.Engine.Tests.Lookaside;

/// <summary>Files as people and programs write them, and ways to break them.</summary>
internal static class YamlSamples
{
    public static readonly string[] Files =
    [
        "docker:\n  registry.example.com:\n    lookaside: https://x.example.com/s\n    sigstore: https://x.example.com/s\n  " +
            "\"*.example.com\":\n    use-sigstore-attachments: true\n",
        "# This is the default.\ndefault-docker:\n#  sigstore: file:///var/lib/containers/sigstore\n  sigstore-staging: " +
            "file:///var/lib/containers/sigstore\n\ndocker:\n     registry.access.redhat.com:\n         sigstore: " +
            "https://access.redhat.com/webassets/docker/content/sigstore\n",
        "x-base: &base\n  lookaside: https://a/b\n  use-sigstore-attachments: yes\ndocker:\n  a.example.com:\n    <<: *base\n    " +
            "sigstore: https://c\n  b.example.com: *base\n  c: {<<: [*base, {sigstore-staging: q}]}\n",
        "{\"docker\": {\"a\": {\"lookaside\": \"https://a\", 'sigstore': b}, \"b\": {}}, default-docker: {sigstore: x}}\n",
        "---\ndocker:\n  a:\n    lookaside: |\n      https://x\n      y\n    sigstore: >-\n      a\n      b\n  b:\n    lookaside: " +
            "'it''s'\n    sigstore: \"a\\tb\\u00e9\"\n...\n",
        "docker:\r\n  host:5000:\r\n    lookaside: 5 # c\r\n    sigstore: ~\r\n    use-sigstore-attachments: off\r\n  " +
            "10:\r\n    lookaside: http://a#b\r\n",
        "docker:\n- a\n- b\nfoo: [1, 2, {a: b}]\ndefault-docker: null\n",
        "docker:\n  ? a\n  : lookaside: x\n  a b:\n    lookaside: multi\n      line\n    !!str sigstore: !!str y\n",
        "%YAML 1.1\n---\ndocker: !!map\n  a: &x {lookaside: b}\n  c: *x\n---\nother: doc\n",
        "docker:\n  a:\n    # inner\n    sigstore: \"https://a\"   # why\n\n  # about b\n  b:\n    lookaside: " +
            "'https://b'\n# end\ndefault-docker: {}\n",
    ];

    private static readonly string[] Tokens =
    [
        "\n", "\n  ", "\n    ", ": ", ":", "- ", "# ", "#", "&a ", "*a", "<<", "<<: *base\n", "{", "}", "{}", "[", "]", ",", "'", "\"",
        "|\n", "> ", "!!str ", "!x ", "~", "null", "true",
        "yes", "\t", " ", "  ", "---\n", "...\n", "%YAML 1.1\n", "? ", "docker", "docker:\n", "default-docker:", "lookaside: ", "sigstore",
        "@", "`", "\\", "é", "😀", "\r", "\r\n",
        "0x1", "1.5", "//", "use-sigstore-attachments: ", " #x", "\"a\": ", "!", "\u2028", "\0", "\uFEFF",
    ];

    public static string Pick(Random random) => Files[random.Next(Files.Length)];

    public static string Mutate(string file, Random random)
    {
        var text = new StringBuilder(file);
        for (int i = random.Next(4); i > 0; i--)
        {
            int at = random.Next(text.Length + 1);
            int some = Math.Min(text.Length - at, random.Next(5));
            switch (random.Next(5))
            {
                case 0:
                    text.Insert(at, Tokens[random.Next(Tokens.Length)]);
                    break;
                case 1:
                    text.Remove(at, some);
                    break;
                case 2:
                    text.Remove(at, some).Insert(at, Tokens[random.Next(Tokens.Length)]);
                    break;
                case 3:
                    List<string> lines = [.. text.ToString().Split('\n')];
                    lines.Insert(random.Next(lines.Count + 1), lines[random.Next(lines.Count)]);
                    text = new StringBuilder(string.Join('\n', lines));
                    break;
                default:
                    string[] indented = text.ToString().Split('\n');
                    int line = random.Next(indented.Length);
                    indented[line] = random.Next(2) == 0 || indented[line].Length == 0 ? " " + indented[line] : indented[line][1..];
                    text = new StringBuilder(string.Join('\n', indented));
                    break;
            }
        }

        return text.ToString();
    }
}
