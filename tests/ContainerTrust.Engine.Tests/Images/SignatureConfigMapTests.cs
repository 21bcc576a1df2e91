using System.Text;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>Signatures in ConfigMaps.</summary>
public sealed class SignatureConfigMapTests
{
    private static readonly string Hex = new('a', 64);
    private static readonly string Other = new('b', 64);
    private readonly List<string> _warnings = [];

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private IReadOnlyList<SignatureBlob> Read(string document) =>
        SignatureConfigMaps.Read("file", Encoding.UTF8.GetBytes(document), "sha256:" + Hex, _warnings.Add);

    private static string[] Texts(IEnumerable<SignatureBlob> signatures) =>
        [.. signatures.Select(s => Encoding.UTF8.GetString(s.UntrustedContent.Span))];

    private static string Yaml(string name = "release") => $"""
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: {name}
          namespace: openshift-config-managed
          labels:
            release.openshift.io/verification-signatures: ""
        binaryData:
          sha256-{Hex}-10: {Base64("ten")}
          sha256-{Hex}-2: |
            {Base64("two")[..2]}
            {Base64("two")[2..]}
          sha256-{Hex}-1: {Base64("one")}
          sha256-{Other}-1: {Base64("other")}
        """;

    private static string Json(string name = "release") => $$$"""
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"binaryData":{"sha256-{{{Hex}}}-2":"{{{Base64("two")}}}","sha256-{{{Hex}}}-1":"{{{Base64("one")}}}","sha256-{{{Other}}}-1":"#"}}
        """;

    [Fact]
    public void A_yaml_document_is_read_in_the_order_of_its_numbers()
    {
        IReadOnlyList<SignatureBlob> signatures = Read(Yaml());
        Assert.Equal(["one", "two", "ten"], Texts(signatures));
        Assert.Equal($"file (ConfigMap 'release', sha256-{Hex}-1)", signatures[0].Source);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Json_is_read() => Assert.Equal(["one", "two"], Texts(Read(Json())));

    [Fact]
    public void Several_documents_and_lists_are_read()
    {
        Assert.Equal(["one", "one", "two", "two", "ten", "ten"], Texts(Read($"---\n{Yaml("a")}\n---\n# nothing\n---\n{Yaml("b")}\n...\n")));
        Assert.Equal(["one", "one", "two", "two"],
            Texts(Read($$"""{"kind":"List","apiVersion":"v1","items":[{{Json("a")}},{{Json("b")}}]}""")));
        Assert.Equal(["one", "two"], Texts(Read($$"""{"kind":"ConfigMapList","items":[{{Json("a")}}]}""")));
        string item = string.Join('\n', Yaml().Split('\n').Select((line, i) => (i == 0 ? "- " : "  ") + line));
        Assert.Equal(["one", "two", "ten"],
            Texts(Read($"apiVersion: v1\nkind: List\nitems:\n{item}\nmetadata:\n  resourceVersion: \"\"\n")));
        Assert.Empty(Read("{\"kind\":\"List\",\"items\":[]}"));
        Assert.Empty(Read("# nothing\n"));
        Assert.Empty(Read(""));
    }

    [Fact]
    public void Other_objects_and_keys_are_passed_over_with_a_reason()
    {
        Assert.Empty(Read($"kind: Secret\nmetadata: {{name: s}}\nbinaryData: {{sha256-{Hex}-1: {Base64("one")}}}\n---\nkind: " +
            $"ConfigMap\nbinaryData: {{sha256-{Hex}-x: aaaa, sha256-{Hex}0: aaaa}}\n"));
        Assert.Equal(3, _warnings.Count);
        Assert.Contains("Secret 's' is not a ConfigMap", _warnings[0], StringComparison.Ordinal);
        Assert.Equal(["one"], Texts(Read($"kind: ConfigMap\nbinaryData: {{sha256-{Hex}: {Base64("one")}}}\n")));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("{\"kind\":\"List\",\"items\":[1]}")]
    [InlineData("text")]
    [InlineData("a: [")]
    [InlineData("a: \"\u0001\"")]
    [InlineData("kind: ConfigMap\nbinaryData: {sha256-%-1: '#'}")]
    [InlineData("kind: ConfigMap\nbinaryData: {sha256-%-1: [x]}")]
    [InlineData("{\"kind\":\"ConfigMap\",\"binaryData\":{\"sha256-%-1\":7}}")]
    [InlineData("{\"kind\":\"List\",\"items\":[{\"kind\":\"List\",\"items\":[{\"kind\":\"List\",\"items\":[{\"kind\":\"List\",\"items\":[{\"kind\":\"List\",\"items\":[]}]}]}]}]}")]
    public void What_cannot_be_read_is_refused(string document) =>
        Assert.Equal("InvalidConfigMap",
            Assert.ThrowsAny<TrustException>(() => Read(document.Replace("%", Hex, StringComparison.Ordinal))).ErrorId);

    [Fact]
    public void Bombs_of_aliases_are_bounded()
    {
        var bomb = new StringBuilder("kind: List\nitems:\n- &a0 {kind: ConfigMap}\n");
        for (int i = 1; i < 30; i++)
            bomb.Append($"- &a{i} {{kind: List, items: [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 50))}]}}\n");
        Assert.Equal("InvalidConfigMap", Assert.Throws<TrustFormatException>(() => Read(bomb.ToString())).ErrorId);
        Assert.Equal("InvalidConfigMap",
            Assert.Throws<TrustFormatException>(() => Read("kind: List\nitems: &a\n- kind: List\n  items: *a\n")).ErrorId);
        Assert.Throws<TrustFormatException>(() => Read(new string('[', 100_000)));
        Assert.Throws<TrustFormatException>(() => Read("a: " + new string('[', 100_000)));
    }

    [Fact]
    public void Numbers_and_sizes_are_bounded()
    {
        string many = string.Join(',', Enumerable.Range(1, ImageLimits.Signatures + 1).Select(i => $"\"sha256-{Hex}-{i}\":\"\""));
        Assert.Equal("TooManySignatures",
            Assert.Throws<TrustException>(() => Read($$$"""{"kind":"ConfigMap","binaryData":{{{{many}}}}}""")).ErrorId);
        string large = Convert.ToBase64String(new byte[ImageLimits.SignatureBytes + 1]);
        Assert.Equal("FileTooLarge",
            Assert.Throws<TrustException>(() =>
            Read($$$"""{"kind":"ConfigMap","binaryData":{"sha256-{{{Hex}}}-1":"{{{large}}}"}}""")).ErrorId);
        Assert.Equal("FileTooLarge",
            Assert.Throws<TrustException>(() => SignatureConfigMaps.Read("f", new byte[SignatureConfigMaps.MaxDocumentBytes + 1],
            "sha256:" + Hex)).ErrorId);
        Assert.Equal("InvalidDigest", Assert.Throws<TrustException>(() => SignatureConfigMaps.Read("f", default, "sha256:x")).ErrorId);
    }

    [Fact]
    public void Damaged_documents_are_read_or_refused()
    {
        byte[][] seeds = [Encoding.UTF8.GetBytes(Yaml()), Encoding.UTF8.GetBytes(Json()),
            Encoding.UTF8.GetBytes($$"""{"kind":"List","items":[{{Json()}}]}""")];
        int refused = Mutation.Run(seeds, 6_000, 9, content => SignatureConfigMaps.Read("file", content, "sha256:" + Hex));
        Assert.InRange(refused, 300, 5_900);
    }
}
