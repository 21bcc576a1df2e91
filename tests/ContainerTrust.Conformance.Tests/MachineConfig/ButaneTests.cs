using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>
/// Our Butane configs through the real <c>butane</c>, where one is on the PATH or named by CONTAINERTRUST_BUTANE, against our
/// MachineConfigs: byte for byte from the second line on, but for compressed content, which is compared decoded.
/// </summary>
public sealed partial class ButaneTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-").FullName;

    public static TheoryData<string> Versions => [.. IgnitionVersions.OpenShift];

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableTheory]
    [MemberData(nameof(Versions))]
    public void The_preset_is_what_butane_makes_of_its_config(string version) =>
        Compare(MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse("4.20")), new MachineConfigOptions
        { OpenShiftVersion = version, AcceptsTheRest = true, IncludeRegistriesD = true });

    [SkippableTheory]
    [MemberData(nameof(Versions))]
    public void Keys_of_every_kind_names_and_labels_are_what_butane_makes_of_them(string version)
    {
        Random random = new(20260420);
        byte[] noise = new byte[700];
        random.NextBytes(noise);
        noise[0] = (byte)'x';
        (string Path, byte[] Content)[] keys =
        [
            ("/etc/pki/text.asc", "-----BEGIN\n\n  x: y # z\n\ttab\n-----END\n"u8.ToArray()),
            ("/etc/pki/no line end.asc", "text"u8.ToArray()),
            ("/etc/pki/s: x.asc", "line\r\nline\r\n"u8.ToArray()),
            ("/etc/pki/é.asc", "x é ü 漢字 \U0001F600\n"u8.ToArray()),
            ("/etc/pki/it's.asc", " leading space\n"u8.ToArray()),
            ("/etc/pki/two.asc", "two line ends\n\n"u8.ToArray()),
            ("/etc/pki/trailing.asc", "trailing space \nand at the end "u8.ToArray()),
            ("/etc/pki/binary.gpg", noise),
            ("/etc/pki/marks.asc", Encoding.UTF8.GetBytes("x \u0085 \u2028 \uFEFF\n")),
            ("/etc/pki/zeros.gpg", [(byte)'x', .. new byte[20_000]]),
            ("/etc/pki/large.asc", Encoding.ASCII
                .GetBytes(string.Concat(Enumerable.Range(0, 4000).Select(i => $"line {random.Next()} of {i}\n")))),
        ];
        ImageTrust entry = new()
        {
            ComputerName = "",
            Transport = "docker",
            Registry = "registry.example.com",
            Requirements = [.. keys.Select(static k => new SignedByRequirement { KeyType = "X509Certificates", KeyPath = k.Path })],
        };
        Compare([entry], new MachineConfigOptions
        {
            OpenShiftVersion = version,
            AcceptsTheRest = true,
            Roles = ["worker", "infra.x"],
            Keys = [.. keys.Select(static k => new MachineConfigKey(k.Path, k.Content))],
            Labels = Words.Select(static (w, i) => (w, i))
                .ToDictionary(static p => p.i % 2 == 0 ? $"l{p.i}" : p.w.Length > 0 ? p.w : "empty", static p => p.w),
        });
    }

    [SkippableTheory]
    [InlineData("ascii")]
    [InlineData("json")]
    [InlineData("random")]
    [InlineData("zeros")]
    public void Content_of_every_size_is_packed_as_butane_does_it(string kind)
    {
        Random random = new(20260421);
        List<(string Path, byte[] Content)> keys = [];
        foreach (int length in new[] { 1, 2, 3, 5, 8, 13, 30, 60, 100, 200, 400, 800, 3000, 20_000 })
        {
            byte[] content = new byte[length];
            for (int i = 0; i < length; i++)
                content[i] = kind switch { "ascii" => (byte)random.Next(' ', '~' + 1),
                    "json" => (byte)"{\"type\": \"signedBy\"},\n"[i % 22], "random" => (byte)random.Next(256), _ => 0 };
            content[0] = (byte)'x';
            keys.Add(($"/etc/pki/{length}", content));
        }

        ImageTrust entry = new() { ComputerName = "", Transport = "docker", Registry = "registry.example.com",
            Requirements = [new SignedByRequirement { KeyType = "X509Certificates", KeyPaths = [.. keys.Select(static k => k.Path)] }] };
        foreach (string version in new[] { "4.9", "4.10" })
            Compare([entry], new MachineConfigOptions
                { OpenShiftVersion = version, AcceptsTheRest = true,
                Keys = [.. keys.Select(static k => new MachineConfigKey(k.Path, k.Content))] });
    }

    // Words that are something else than text to some reader of YAML.
    private static IEnumerable<string> Words =>
    [
        "", "true", "False", "null", "Null", "y", "N", "yes", "on", "Off", "1", "01", "0x1F", "0o7", "0b11", "1_000", "1.5", "1e3",
        "2020-01-01", "2020-1-2", "1.2.3", "4.18.0", "x.y_z-1", "nan", "inf", "0x", "1e", "8", "08", "09a", "1-2", "a10", "a9", "a9b", "B",
        "b", "2020-01-01x",
    ];

    private void Compare(IReadOnlyList<ImageTrust> entries, MachineConfigOptions given)
    {
        // Of a kind of cluster on which the usual name decides in every version.
        MachineConfigOptions options = given with { ClusterType = OpenShiftClusterType.OKD };
        string? butane = Environment.GetEnvironmentVariable("CONTAINERTRUST_BUTANE") ?? Tools.FindTool("butane");
        Skip.If(butane is null, "butane is not installed, and CONTAINERTRUST_BUTANE does not name one.");
        bool isCompared = false;
        foreach (MachineConfigTrust config in new MachineConfigBuilder(options, TrustMessages.None).Build(entries))
        {
            string file = Path.Combine(_scratch, config.Name + ".bu");
            File.WriteAllText(file, config.Butane);
            ToolResult result = Tools.Run(butane, ["--strict", file]);
            if (result.Error.Contains("No translator exists for variant openshift with version", StringComparison.Ordinal))
                continue;
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Equal("", result.Error);
            isCompared = true;
            MachineConfigTrust theirs = Assert
                .Single(MachineConfigReader.Read(Encoding.UTF8.GetBytes(result.Output), "butane", TrustMessages.None));
            Assert.Equal(config.Files.Select(static f => (f.Path, f.Mode, f.Overwrite, f.Compression, Convert.ToBase64String(f.Content))),
                theirs.Files.Select(static f => (f.Path, f.Mode, f.Overwrite, f.Compression, Convert.ToBase64String(f.Content))));
            Assert.StartsWith("# Generated by ContainerTrust", config.Yaml, StringComparison.Ordinal);
            Assert.Equal(WithoutPacked(BelowHeader(result.Output)), WithoutPacked(BelowHeader(config.Yaml)));
        }

        Skip.If(!isCompared, string.Create(CultureInfo.InvariantCulture, $"{butane} does not know OpenShift {options.OpenShiftVersion}."));
    }

    // Butane names itself in the first line, and so do we.
    private static string BelowHeader(string yaml)
    {
        Assert.StartsWith("# Generated by ", yaml, StringComparison.Ordinal);
        return yaml[(yaml.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }

    private static string WithoutPacked(string yaml) => Packed().Replace(yaml, "compression: gzip\n            source: (packed)");

    [GeneratedRegex(@"compression: gzip\n            source: data:;base64,[A-Za-z0-9+/=]+")]
    private static partial Regex Packed();
}
