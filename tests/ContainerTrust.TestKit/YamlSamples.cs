namespace ContainerTrust.TestKit;

/// <summary>Files as people and programs write them, and words to break them with (<see cref="Mutation.OfLines"/>).</summary>
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

    /// <summary>Words of YAML and of registries.d.</summary>
    public static readonly string[] Tokens =
    [
        "\n", "\n  ", "\n    ", ": ", ":", "- ", "# ", "#", "&a ", "*a", "<<", "<<: *base\n", "{", "}", "{}", "[", "]", ",", "'", "\"",
        "|\n", "> ", "!!str ", "!x ", "~", "null", "true",
        "yes", "\t", " ", "  ", "---\n", "...\n", "%YAML 1.1\n", "? ", "docker", "docker:\n", "default-docker:", "lookaside: ", "sigstore",
        "@", "`", "\\", "é", "😀", "\r", "\r\n",
        "0x1", "1.5", "//", "use-sigstore-attachments: ", " #x", "\"a\": ", "!", "\u2028", "\0", "\uFEFF",
    ];

    public static string Pick(Random random) => Files[random.Next(Files.Length)];
}
