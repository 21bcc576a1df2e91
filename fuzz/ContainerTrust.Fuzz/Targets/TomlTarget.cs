using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Formats.Toml;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>registries.conf: TOML, read and written and read again; its settings; and what they make of names.</summary>
internal sealed class TomlTarget : FuzzTarget
{
    private const string File = "/etc/containers/registries.conf";
    private const int RandomDocuments = 60;

    /// <inheritdoc/>
    public override string Name => "toml";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        "[[registry]]\n", "[[registry.mirror]]\n", "[registries.search]\n", "[registries.block]\n", "[registries.insecure]\n",
        "[aliases]\n", "registries = ", "unqualified-search-registries = ",
        "credential-helpers = ", "short-name-mode = ", "\"enforcing\"", "\"permissive\"", "prefix = ", "location = ", "insecure = ",
        "blocked = ", "mirror-by-digest-only = ", "pull-from-mirror = ",
        "\"digest-only\"", "\"tag-only\"", "true\n", "false\n", "\"\"\"", "'''", "\"", "'", "[", "]", "{", "}", "[[", "]]", ", ", " = ",
        ".", "# ", "\n", "\r\n", "\\u00e9", "\\U0010FFFF", "\\x41", "\\e",
        "1979-05-27T07:32:00Z", "0x1F", "0b1", "1_000", "6.6e-34", "inf", "nan", "9223372036854775807", "\"example.com\"",
        "\"*.example.com\"", "\"docker.io/library\"", "\uFEFF");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        TomlSamples samples = new(new Random(1));
        return new FuzzMaterial()
            .Add("""
                unqualified-search-registries = ["registry.fedoraproject.org", 'docker.io']
                short-name-mode = "enforcing"
                credential-helpers = ["containers-auth.json"]

                [[registry]]
                prefix = "docker.io/library"
                location = "example.com:5000/ns"
                insecure = false
                blocked = false

                [[registry.mirror]]
                location = "mirror.example.com/a"
                pull-from-mirror = "digest-only"

                [[registry]]
                prefix = "*.example.org"
                mirror-by-digest-only = true
                mirror = [{ location = "m.example.org", insecure = true }]

                [aliases]
                "busybox" = "docker.io/library/busybox"
                a."b/c" = ""
                """ + "\n")
            .Add("[registries.search]\nregistries = ['docker.io', 'quay.io']\n[registries.insecure]\nregistries = []\n"
                + "[registries.block]\nregistries = [\"bad.example.com\"]\n")
            .Add(Enumerable.Range(0, RandomDocuments).Select(_ => System.Text.Encoding.UTF8.GetBytes(samples.Document())));
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        TomlDocument document = TomlReader.Read(File, input);
        TomlDocument again = TomlReader.Read("again", TomlText.Write(document.Root));
        FuzzFinding.Unless(TomlText.IsSame(document.Root, again.Root), "A document that is written again reads otherwise.");
        Resolve(input);
    }

    private static void Resolve(byte[] input)
    {
        _ = RegistriesFile.Read(File, input, requireV2: null);
        RegistriesConfiguration configuration = RegistriesConfiguration.Load(new MemoryHost { HomeDirectory = "/root" }.With(File, input));
        foreach (string name in (string[])["busybox", "docker.io/library/busybox:1",
            "a.example.org/b@sha256:634a8f35b5f16dcf4aaa0822adc0b1964bb786fca12f6831de8ddc45e5986a00"])
        {
            foreach (DockerReference reference in Names(configuration, name))
                Places(configuration, reference);
        }
    }

    private static IReadOnlyList<DockerReference> Names(RegistriesConfiguration configuration, string name)
    {
        try
        {
            return configuration.ResolveShortName(name);
        }
        catch (TrustException e) when (e.ErrorId.StartsWith("ShortName", StringComparison.Ordinal) || e.ErrorId == "InvalidReference")
        {
            return [];
        }
    }

    private static void Places(RegistriesConfiguration configuration, DockerReference reference)
    {
        try
        {
            foreach (PullSource source in configuration.PullSources(reference))
            {
                FuzzFinding.Unless(source.Reference.Tag == reference.Tag && source.Reference.Digest == reference.Digest,
                    "A mirror gives another image.");
                FuzzFinding.Unless(source.IsElsewhere || source.Reference.Domain == reference.Domain,
                    "Another registry is not called one.");
            }
        }
        catch (TrustException e) when (e.ErrorId is "RegistryBlocked" or "InvalidRegistriesConf")
        {
            FuzzFinding.Unless(e.Target is not null, "A refusal does not say what it is about.");
        }
    }
}
