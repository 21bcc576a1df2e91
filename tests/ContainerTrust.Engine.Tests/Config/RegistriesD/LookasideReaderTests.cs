using System.Text;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Tests.Config.RegistriesD;

public sealed class LookasideReaderTests
{
    private static LookasideConfiguration Load(params (string Name, string Content)[] files) =>
        LookasideConfiguration.Load(LookasideHost.With(files), LookasideHost.Directory);

    private static LookasideConfiguration Load(string content) => Load(("a.yaml", content));

    private static TrustFormatException Refused(string content) => Assert.Throws<TrustFormatException>(() => Load(content));

    [Theory]
    [InlineData("a.yml", "a.yaml")]
    [InlineData("a.YAML", "a.yaml")]
    [InlineData("b.c.Yml", "b.c.yaml")]
    [InlineData("a.yaml", null)]
    [InlineData("a.yaml.rpmsave", null)]
    [InlineData("README", null)]
    public void A_file_that_is_not_read_for_its_name_is_named(string name, string? instead)
    {
        LookasideConfiguration found = Load((name, "docker: {}\n"));
        if (instead is null)
        {
            Assert.Empty(found.Warnings);
            return;
        }

        LookasideWarning warning = Assert.Single(found.Warnings);
        Assert.Equal(("MisnamedFile", $"{LookasideHost.Directory}/{name}"), (warning.WarningId, warning.Path));
        Assert.EndsWith($"so this one does not count. If it should, rename it to {instead}.", warning.Message, StringComparison.Ordinal);
        Assert.Empty(found.Files);
    }

    [Fact]
    public void All_keys_are_read_and_located()
    {
        LookasideConfiguration configuration = Load("""
            # stores
            default-docker:
              lookaside-staging: file:///var/lib/containers/sigstore
            docker:
              registry.example.com:
                lookaside: https://registry.example.com/sigs
                sigstore: https://registry.example.com/sigs
                sigstore-staging: file:///staging
                use-sigstore-attachments: true
            """);

        LookasideEntry entry = configuration.Sections["registry.example.com"];
        Assert.Equal("https://registry.example.com/sigs", entry.Section.SignatureStore);
        Assert.Equal("file:///staging", entry.Section.SignatureStoreStaging);
        Assert.True(entry.Section.UseSigstoreAttachments);
        Assert.Equal(LookasideKeys.Lookaside | LookasideKeys.Sigstore | LookasideKeys.SigstoreStaging | LookasideKeys.UseSigstoreAttachments, entry.Keys);
        Assert.Equal(LookasideHost.Directory + "/a.yaml", entry.Path);
        Assert.Equal(5, entry.Line);
        Assert.Equal("file:///var/lib/containers/sigstore", configuration.Default!.Section.SignatureStoreStaging);
        Assert.Null(configuration.Default.Namespace);
        Assert.Empty(configuration.Warnings);
    }

    [Fact]
    public void A_missing_directory_is_an_empty_one()
    {
        LookasideConfiguration configuration = LookasideConfiguration.Load(new LookasideHost(), "/nowhere/");
        Assert.Empty(configuration.Sections);
        Assert.Null(configuration.Default);
    }

    [Fact]
    public void Only_names_that_end_in_yaml_count()
    {
        LookasideConfiguration configuration = Load(
            ("a.yml", "not: [yaml"),
            ("b.YAML", "not: [yaml"),
            ("c.yaml~", "not: [yaml"),
            (".yaml", "docker: {hidden: {sigstore: /a}}"),
            (".b.yaml", "docker: {hidden.too: {sigstore: /a}}"));
        Assert.Equal(["hidden", "hidden.too"], configuration.Sections.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_directory_named_like_a_file_is_an_error_and_a_vanished_file_is_none()
    {
        LookasideHost host = LookasideHost.With(("a.yaml", "docker:\n"));
        host.Vanishing.Add(LookasideHost.PathOf("b.yaml"));
        Assert.Empty(LookasideConfiguration.Load(host, LookasideHost.Directory).Sections);
        host.Directories.Add(LookasideHost.PathOf("c.yaml"));
        Assert.Throws<TrustException>(() => LookasideConfiguration.Load(host, LookasideHost.Directory));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# nothing but\n   # comments\n")]
    [InlineData("---\n")]
    [InlineData("---\n...\n")]
    [InlineData("~")]
    [InlineData("null\n")]
    [InlineData("{}")]
    [InlineData("docker:\n")]
    [InlineData("docker: ~\ndefault-docker: null\n")]
    [InlineData("docker: {}\n")]
    [InlineData("\uFEFF# with a byte order mark\n")]
    public void Nothing_is_nothing(string content)
    {
        LookasideConfiguration configuration = Load(content);
        Assert.Empty(configuration.Sections);
        Assert.Null(configuration.Default);
        Assert.Empty(configuration.Warnings);
    }

    // As gopkg.in/yaml.v3 decodes a scalar into a Go string.
    [Theory]
    [InlineData("5", "5")]
    [InlineData("0x10", "0x10")]
    [InlineData("1.10", "1.10")]
    [InlineData("true", "true")]
    [InlineData("yes", "yes")]
    [InlineData("2001-01-01", "2001-01-01")]
    [InlineData("~", null)]
    [InlineData("null", null)]
    [InlineData("", null)]
    [InlineData("''", null)]
    [InlineData("\"\"", null)]
    [InlineData("'null'", "null")]
    [InlineData("!!str null", "null")]
    [InlineData("! https://x", "https://x")]
    [InlineData("'it''s'", "it's")]
    [InlineData("\"a\\u00e9b\"", "aéb")]
    [InlineData("https://x/#fragment", "https://x/#fragment")]
    [InlineData("https://x # comment", "https://x")]
    [InlineData("a\n      b", "a b")]
    [InlineData("|\n      https://x\n", "https://x\n")]
    [InlineData(">-\n      a\n      b", "a b")]
    public void Scalars_are_text(string yaml, string? expected)
    {
        LookasideConfiguration configuration = Load($"docker:\n  h:\n    lookaside: {yaml}\n");
        Assert.Equal(expected, configuration.Sections["h"].Section.SignatureStore);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("TRUE", true)]
    [InlineData("yes", true)]
    [InlineData("on", true)]
    [InlineData("Y", true)]
    [InlineData("'yes'", true)]
    [InlineData("false", false)]
    [InlineData("no", false)]
    [InlineData("Off", false)]
    [InlineData("n", false)]
    [InlineData("\"NO\"", false)]
    [InlineData("~", null)]
    [InlineData("", null)]
    public void Switches_take_the_words_of_yaml_1_1(string yaml, bool? expected) =>
        Assert.Equal(expected, Load($"docker:\n  h:\n    use-sigstore-attachments: {yaml}\n").Sections["h"].Section.UseSigstoreAttachments);

    [Theory]
    [InlineData("docker:\n  h:\n    use-sigstore-attachments: maybe\n", "LookasideWrongType", 3, 31, "docker.h.use-sigstore-attachments")]
    [InlineData("docker:\n  h:\n    use-sigstore-attachments: 'true'\n", "LookasideWrongType", 3, 31, "docker.h.use-sigstore-attachments")]
    [InlineData("docker:\n  h:\n    use-sigstore-attachments: 1\n", "LookasideWrongType", 3, 31, "docker.h.use-sigstore-attachments")]
    [InlineData("docker:\n  h:\n    use-sigstore-attachments: [true]\n", "LookasideWrongType", 3, 31, "docker.h.use-sigstore-attachments")]
    [InlineData("docker:\n  h:\n    lookaside: [a]\n", "LookasideWrongType", 3, 16, "docker.h.lookaside")]
    [InlineData("docker:\n  h:\n    lookaside:\n      a: b\n", "LookasideWrongType", 4, 7, "docker.h.lookaside")]
    [InlineData("docker:\n  h: https://x\n", "LookasideWrongType", 2, 6, "docker.h")]
    [InlineData("docker:\n  h: ''\n", "LookasideWrongType", 2, 6, "docker.h")]
    [InlineData("docker:\n  h: []\n", "LookasideWrongType", 2, 6, "docker.h")]
    [InlineData("docker:\n- a\n", "LookasideWrongType", 2, 1, "docker")]
    [InlineData("docker: text\n", "LookasideWrongType", 1, 9, "docker")]
    [InlineData("default-docker: text\n", "LookasideWrongType", 1, 17, "default-docker")]
    [InlineData("- docker\n", "LookasideWrongType", 1, 1, "")]
    [InlineData("text\n", "LookasideWrongType", 1, 1, "")]
    [InlineData("docker:\n  [a]: {}\n", "LookasideWrongType", 2, 3, "docker")]
    [InlineData("docker:\n  h:\n    lookaside: a\n    lookaside: b\n", "LookasideDuplicateKey", 4, 5, "docker.h.lookaside")]
    [InlineData("docker:\n  h: {}\n  h: {}\n", "LookasideDuplicateKey", 3, 3, "docker.h")]
    [InlineData("docker:\n  h: {}\n  'h': {}\n", "LookasideDuplicateKey", 3, 3, "docker.h")]
    [InlineData("docker: {}\ndocker: {}\n", "LookasideDuplicateKey", 2, 1, "docker")]
    [InlineData("other: 1\nother: 2\n", "LookasideDuplicateKey", 2, 1, "other")]
    [InlineData("docker:\n  h:\n    lookaside: !!binary aGk=\n", "LookasideUnsupportedYaml", 3, 16, "docker.h.lookaside")]
    [InlineData("docker: !mine {}\n", "LookasideUnsupportedYaml", 1, 9, "docker")]
    [InlineData("docker:\n\th: {}\n", "LookasideSyntaxError", 2, 1, "")]
    [InlineData("docker: *nothing\n", "LookasideSyntaxError", 1, 9, "")]
    [InlineData("docker: {a: {lookaside: b}\n", "LookasideSyntaxError", 2, 1, "")]
    [InlineData("docker: {a: {lookaside: b} c: {}}\n", "LookasideSyntaxError", 1, 28, "")]
    [InlineData("docker: {\"a\" {lookaside: b}}\n", "LookasideSyntaxError", 1, 14, "")]
    [InlineData("docker:\n  a: {}\n c: {}\n", "LookasideSyntaxError", 3, 2, "")]
    [InlineData("docker:\n  a:\n    lookaside: x: y\n", "LookasideSyntaxError", 3, 17, "")]
    [InlineData("docker:\n  a:\n    lookaside: \"x\n", "LookasideSyntaxError", 3, 16, "")]
    [InlineData("docker:\n  a:\n    lookaside: \"https:\\/\\/x\"\n", "LookasideSyntaxError", 3, 23, "")]
    [InlineData("docker: {}\n---\nb: [\n", "LookasideSyntaxError", 2, 0, "")]
    [InlineData("%YAML 1.3\n---\ndocker: {}\n", "LookasideSyntaxError", 1, 1, "")]
    [InlineData("docker: {}\u2028evil: {}\n", "LookasideEncoding", 1, 11, "")]
    [InlineData("docker: {}\n# é\0\n", "LookasideEncoding", 2, 5, "")]
    public void What_the_reference_refuses_is_refused_and_located(string content, string errorId, int line, int column, string documentPath)
    {
        TrustFormatException error = Refused(content);
        Assert.Equal((errorId, line, column, documentPath), (error.ErrorId, error.Line, error.Column, error.DocumentPath));
        Assert.Equal(LookasideHost.Directory + "/a.yaml", error.Path);
        Assert.Equal(TrustErrorKind.InvalidData, error.Kind);
        Assert.StartsWith(error.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_two_sections_none_is_to_be_removed()
    {
        const string Together = "; put what the two hold together under one of them.";
        Assert.EndsWith(
            "This key is already in line 1" + Together, Refused("docker:\n  a: {}\ndocker:\n  b: {}\n").Message, StringComparison.Ordinal);
        Assert.EndsWith(
            Together,
            Refused("docker:\n  h:\n    lookaside: https://a\n  h:\n    lookaside-staging: https://b\n").Message,
            StringComparison.Ordinal);
        Assert.EndsWith(Together, Refused("docker:\ndocker:\n  b: {}\n").Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "keep the value that is meant.",
            Refused("docker:\n  h:\n    lookaside: https://a\n    lookaside: https://b\n").Message,
            StringComparison.Ordinal);
    }

    public static TheoryData<byte[], int> BadBytes => new()
    {
        { [0xFF, 0xFE, (byte)'a', 0], 1 },
        { [0xFE, 0xFF, 0, (byte)'a'], 1 },
        { [.. "a: 1\nb: "u8, 0xC3, 0x28], 2 },
        { [.. "a: "u8, 0xED, 0xA0, 0x80], 1 },
        { [.. "\n\na: "u8, 0xC3], 3 },
    };

    [Theory]
    [MemberData(nameof(BadBytes))]
    public void What_is_not_utf8_is_refused(byte[] content, int line)
    {
        var host = new LookasideHost();
        host.Set("a.yaml", content);
        TrustFormatException error = Assert.Throws<TrustFormatException>(() => LookasideConfiguration.Load(host, LookasideHost.Directory));
        Assert.Equal(("LookasideEncoding", line), (error.ErrorId, error.Line));
    }

    [Fact]
    public void Two_files_with_the_same_namespace_are_refused_naming_both()
    {
        TrustFormatException error = Assert.Throws<TrustFormatException>(() =>
            Load(("a.yaml", "docker:\n  x: {}\n"), ("b.yaml", "docker:\n\n  x:\n    sigstore: https://x\n")));
        Assert.Equal("DuplicateNamespace", error.ErrorId);
        Assert.Contains("b.yaml:3", error.Message, StringComparison.Ordinal);
        Assert.Contains("a.yaml:2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_defaults_are_refused_even_if_empty_but_not_if_null()
    {
        Assert.Equal("DuplicateNamespace",
            Assert.Throws<TrustFormatException>(() => Load(("a.yaml", "default-docker: {}"), ("b.yaml", "default-docker: {}"))).ErrorId);
        Assert.NotNull(Load(("a.yaml", "default-docker: {}"), ("b.yaml", "default-docker: ~")).Default);
    }

    [Theory]
    [InlineData("docker:\n  h:\n    lookasides: https://x\n", "UnknownKey", 3, "lookaside ")]
    [InlineData("docker:\n  h:\n    use-sigstore-attachment: true\n", "UnknownKey", 3, "use-sigstore-attachments ")]
    [InlineData("docker:\n  h:\n    Lookaside: https://x\n", "UnknownKey", 3, "lookaside ")]
    [InlineData("docker:\n  h:\n    color: blue\n", "UnknownKey", 3, "remove it")]
    [InlineData("default_docker:\n  lookaside: https://x\n", "UnknownKey", 1, "default-docker ")]
    [InlineData("docker:\n  null:\n    lookaside: https://x\n", "NullKey", 2, "quotes")]
    [InlineData("docker: {}\n---\ndocker: {b: {}}\n", "IgnoredDocument", 2, "first")]
    [InlineData("docker: {}\n...\n---\nb: c\n", "IgnoredDocument", 3, "first")]
    [InlineData("  docker: {}\ndefault-docker: {}\n", "IgnoredDocument", 2, "first")]
    [InlineData("docker:\n  h:\n    lookaside: https://a\n    sigstore: https://b\n", "DifferentStores", 2, "lookaside and sigstore")]
    [InlineData("docker:\n  h:\n    lookaside: ftp://a\n", "UnusableStore", 3, "scheme")]
    [InlineData("docker:\n  h:\n    lookaside: a b\n", "UnusableStore", 3, "space")]
    [InlineData("docker:\n  https://h:\n    lookaside: https://b\n", "UnusableNamespace", 2, "https://")]
    public void Traps_are_warned_of(string content, string warningId, int line, string hint)
    {
        LookasideWarning warning = Assert.Single(Load(content).Warnings);
        Assert.Equal((warningId, line), (warning.WarningId, warning.Line));
        Assert.Contains(hint, warning.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{LookasideHost.Directory}/a.yaml:{line}: ", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_key_is_skipped_and_a_quoted_one_is_not()
    {
        Assert.Empty(Load("docker:\n  ~: {lookaside: a}\n").Sections);
        Assert.Equal("/a", Load("docker:\n  '~': {lookaside: /a}\n").Sections["~"].Section.SignatureStore);
    }

    [Fact]
    public void Aliases_and_merge_keys_mean_what_they_mean_to_the_reference()
    {
        LookasideConfiguration configuration = Load("""
            x-base: &base
              lookaside: https://base
              use-sigstore-attachments: yes
            x-other: &other {lookaside: https://other, sigstore: https://old}
            docker:
              own-wins:
                <<: *base
                lookaside: https://own
              null-wins:
                lookaside: ~
                <<: *base
              first-wins:
                <<: [*base, *other]
              alias: *base
              value:
                lookaside: &u https://u
                sigstore: *u
              quoted:
                "<<": *base
            """);
        Assert.Equal("https://own", configuration.Sections["own-wins"].Section.SignatureStore);
        Assert.True(configuration.Sections["own-wins"].Section.UseSigstoreAttachments);
        Assert.Null(configuration.Sections["null-wins"].Section.SignatureStore);
        Assert.Equal("https://base", configuration.Sections["first-wins"].Section.SignatureStore);
        Assert.Equal(LookasideKeys.Lookaside | LookasideKeys.Sigstore | LookasideKeys.UseSigstoreAttachments,
            configuration.Sections["first-wins"].Keys);
        Assert.Equal("https://base", configuration.Sections["alias"].Section.SignatureStore);
        Assert.Equal("https://u", configuration.Sections["value"].Raw.Sigstore);
        Assert.True(configuration.Sections["quoted"].Section.IsEmpty);
    }

    [Theory]
    [InlineData("docker: {a: &a {<<: *a}}\n")]
    [InlineData("docker: &d\n  a: {b: *d}\n  <<: *d\n")]
    [InlineData("docker: {a: {<<: ~}}\n")]
    [InlineData("docker: {a: {<<: [x]}}\n")]
    [InlineData("x: &x [1]\ndocker: {a: {<<: *x}}\n")]
    [InlineData("x: &x {5: {}}\ndocker:\n  <<: *x\n  5: {}\n")]
    public void Merge_keys_that_make_no_sense_are_refused(string content) => Assert.NotEmpty(Refused(content).Message);

    [Fact]
    public void A_billion_laughs_are_refused_quickly()
    {
        var bomb = new StringBuilder("x0: &x0 {lookaside: a, b: c, d: e, f: g}\n");
        for (int i = 1; i < 40; i++)
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"x{i}: &x{i} {{<<: [{string.Join(", ", Enumerable.Repeat($"*x{i - 1}", 10))}]}}\n");
        bomb.Append("docker: {a: *x39}\n");
        TimeSpan start = ProcessorTime.Now;
        Assert.Equal("LookasideTooLarge", Refused(bomb.ToString()).ErrorId);
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void Deep_nesting_is_refused_quickly(string open)
    {
        TimeSpan start = ProcessorTime.Now;
        Refused("x: \n " + string.Concat(Enumerable.Repeat(open, 200_000)));
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
    }

    [Fact]
    public void A_file_over_the_limit_is_not_read()
    {
        TrustException error = Assert.Throws<TrustException>(() => Load("#" + new string(' ', 10 * 1024 * 1024)));
        Assert.Equal(TrustErrorKind.LimitsExceeded, error.Kind);
    }

    [Fact]
    public void The_simple_reader_and_the_library_agree()
    {
        var random = new Random(20_240_501);
        int simple = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string content = Mutation.OfLines(YamlSamples.Pick(random), YamlSamples.Tokens, random);
            YamlText text;
            try
            {
                text = YamlText.Decode("f", Encoding.UTF8.GetBytes(content));
            }
            catch (TrustFormatException)
            {
                continue;
            }

            if (PlainYaml.TryParse(text) is not { } plain)
                continue;
            simple++;
            YamlDocument full = YamlAdapter.Parse(text);
            Assert.Equal(full.IgnoredFromLine, plain.IgnoredFromLine);
            AssertSame(full.Root, plain.Root, content);
        }

        Assert.True(simple > 2_000, $"{simple}");
    }

    private static void AssertSame(YamlNode? full, YamlNode? plain, string content)
    {
        if (full is null || plain is null)
        {
            Assert.True(full?.IsAbsent != false && plain is null, content);
            return;
        }

        Assert.True(
            (full.Kind, full.Style, full.Value, full.Tag, full.Anchor, full.IsFlow, full.Start) == (plain.Kind, plain.Style, plain.Value,
                plain.Tag, plain.Anchor, plain.IsFlow, plain.Start),
            $"{full.Kind} '{full.Value}' at {full.Start} is {plain.Kind} '{plain.Value}' at {plain.Start} in\n{content}");
        if (full.Kind == YamlKind.Scalar || full.IsFlow)
            Assert.Equal(full.End, plain.End);
        Assert.Equal(full.Children?.Count, plain.Children?.Count);
        for (int i = 0; i < (full.Children?.Count ?? 0); i++)
            AssertSame(full.Children![i], plain.Children![i], content);
    }

    [Fact]
    public void Mutated_files_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(7);
        int read = 0;
        TimeSpan start = ProcessorTime.Now;
        for (int i = 0; i < 25_000; i++)
        {
            byte[] content = Encoding.UTF8.GetBytes(Mutation.OfLines(YamlSamples.Pick(random), YamlSamples.Tokens, random));
            if (content.Length > 0 && i % 5 == 0)
                content[random.Next(content.Length)] = (byte)random.Next(256);
            var host = new LookasideHost();
            host.Set("a.yaml", content);
            try
            {
                LookasideConfiguration configuration = LookasideConfiguration.Load(host, LookasideHost.Directory);
                read++;
                foreach (LookasideEntry entry in configuration.Sections.Values)
                    Assert.True(entry.Line > 0);
            }
            catch (TrustException error)
            {
                Assert.NotEmpty(error.ErrorId);
            }
        }

        Assert.InRange(read, 2_000, 24_000);
        ProcessorTime.AtMost(TimeSpan.FromSeconds(30), start);
    }
}
