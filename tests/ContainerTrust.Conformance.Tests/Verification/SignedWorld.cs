using System.Net.Http.Headers;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>The registry, the store, the keys and the images of <see cref="RegistryFixture"/>.</summary>
internal sealed class SignedWorld : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ct-reg-").FullName;
    private readonly string _staging;
    private readonly ServerCertificate _certificates;

    public SignedWorld()
    {
        _certificates = new ServerCertificate(_directory);
        Registry = new LoopbackRegistry(Tools.FindTool("docker-registry")!, _directory, _certificates);
        LookasideDirectory = Directory.CreateDirectory(Path.Combine(_directory, "lookaside")).FullName;
        Lookaside = new StaticFileServer(LookasideDirectory, _certificates.Server);
        PlainLookaside = new StaticFileServer(LookasideDirectory, null);
        RegistriesDirectory = WriteRegistriesDirectory("registries.d", $"default-docker:\n  lookaside: {Lookaside.Url}\n");
        _staging = WriteRegistriesDirectory("staging.d",
            $"default-docker:\n  lookaside-staging: file://{LookasideDirectory}\n  lookaside: file://{LookasideDirectory}\n");
        Skopeo = new Skopeo(Tools.FindTool("skopeo")!, Directory.CreateDirectory(Path.Combine(_directory, "scratch")).FullName)
        {
            RegistriesDirectory = RegistriesDirectory,
            SourceOptions = ["--src-authfile", AuthFile, "--src-cert-dir", CertificateDirectory],
        };
        Keys = new GpgKeys(name => Image.Claim(KeyReference(name)));
        Push(Image, "unsigned:v1");
        Parallel.ForEach(Keys.All, new ParallelOptions { MaxDegreeOfParallelism = 2 }, PublishKeyImage);
    }

    /// <summary>The registry.</summary>
    public LoopbackRegistry Registry { get; }

    /// <summary>Host and port of the registry.</summary>
    public string Host => Registry.Authority;

    /// <summary>Its credentials.</summary>
    public string AuthFile => Registry.AuthFile;

    /// <summary>The authority of its certificate, as a directory.</summary>
    public string CertificateDirectory => _certificates.AuthorityDirectory;

    /// <summary>The directory that is the lookaside store.</summary>
    public string LookasideDirectory { get; }

    /// <summary>The store's web server with TLS.</summary>
    public StaticFileServer Lookaside { get; }

    /// <summary>The same without TLS.</summary>
    public StaticFileServer PlainLookaside { get; }

    /// <summary>A registries.d that names the store for every image.</summary>
    public string RegistriesDirectory { get; }

    /// <summary>skopeo with this world's options.</summary>
    public Skopeo Skopeo { get; }

    /// <summary>The keys. Each has signed the image <see cref="KeyReference"/>.</summary>
    public GpgKeys Keys { get; }

    /// <summary>The image that the keys have signed.</summary>
    public TestImage Image { get; } = TestImage.Docker("hello");

    /// <summary>The image that a key has signed, by the name of the registry.</summary>
    public string KeyReference(string key) => $"{Host}/keys/{key.ToLowerInvariant()}:v1";

    /// <summary>A scratch directory.</summary>
    public string NewDirectory(string name) => Directory.CreateDirectory(Path.Combine(_directory, "work", name)).FullName;

    /// <summary>A registries.d of one file.</summary>
    public string WriteRegistriesDirectory(string name, string yaml)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        File.WriteAllText(Path.Combine(directory, "store.yaml"), yaml);
        return directory;
    }

    /// <summary>Pushes an image with skopeo, which signs it with a key if one is given: multi-arch images as a whole.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">Repository and tag.</param>
    /// <param name="key">The key. Null for no signature.</param>
    /// <param name="identity">What the signature says that the image is. Null for the reference itself.</param>
    public void Push(TestImage image, string name, GpgKey? key = null, string? identity = null)
    {
        string source = image.WriteTo(Path.Combine(_directory, "images", image.Digest["sha256:".Length..] + "-" + name.Replace('/', '_')));
        List<string> arguments =
        [
            "--insecure-policy", "--registries.d", _staging, "copy", "--quiet", "--all", "--preserve-digests", "--dest-authfile", AuthFile,
            "--dest-cert-dir", CertificateDirectory,
            .. key is null ? Array.Empty<string>() : ["--sign-by", key.Fingerprint], .. identity is null ? Array.Empty<string>()
                : ["--sign-identity", identity],
            $"dir:{source}", $"docker://{Host}/{name}",
        ];
        ToolResult result = Skopeo.Run(arguments, new() { ["GNUPGHOME"] = key?.Home.Home });
        Assert.True(result.ExitCode == 0, $"skopeo {string.Join(' ', arguments)}: {result.Error}");
    }

    /// <summary>Puts a manifest alone into the registry: skopeo copies no list in a list.</summary>
    /// <param name="image">The image; what it names is there.</param>
    /// <param name="type">Its media type.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="tag">The tag.</param>
    public void PutManifest(TestImage image, string type, string repository, string tag)
    {
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true };
        using HttpClient client = new(handler);
        using HttpRequestMessage request = new(HttpMethod.Put, $"https://{Host}/v2/{repository}/manifests/{tag}")
        {
            Content = new ByteArrayContent(image.Manifest),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{LoopbackRegistry.UserName}:{LoopbackRegistry.Password}")));
        using HttpResponseMessage response = client.Send(request);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {response.Content.ReadAsStringAsync().Result}");
    }

    /// <summary>Writes the signatures of a manifest into the store, in place of those that are there.</summary>
    /// <param name="repository">The image's repository without the host.</param>
    /// <param name="digest">The manifest's digest.</param>
    /// <param name="signatures">signature-1 and following.</param>
    public void WriteSignatures(string repository, string digest, params byte[][] signatures)
    {
        string directory = Path.Combine(LookasideDirectory, $"{repository}@{digest.Replace(':', '=')}");
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
        for (int i = 0; i < signatures.Length; i++)
            File.WriteAllBytes(Path.Combine(directory, $"signature-{i + 1}"), signatures[i]);
    }

    /// <summary>The signatures of a manifest in the store.</summary>
    public IReadOnlyList<string> SignatureFiles(string repository, string digest)
    {
        string directory = Path.Combine(LookasideDirectory, $"{repository}@{digest.Replace(':', '=')}");
        return Directory.Exists(directory) ? [.. Directory.GetFiles(directory).Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>A signed message, as the key makes it now.</summary>
    public static byte[] Sign(GpgKey key, byte[] content, params string[] options) =>
        key.Home.Sign(content, key.Fingerprint, null, options);

    public void Dispose()
    {
        Lookaside.Dispose();
        PlainLookaside.Dispose();
        Registry.Dispose();
        Keys.Dispose();
        _certificates.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void PublishKeyImage(GpgKey key)
    {
        string repository = $"keys/{key.Name.ToLowerInvariant()}";
        Push(Image, repository + ":v1", key.EarlierSignature is null ? key : null);
        if (key.EarlierSignature is not null)
            WriteSignatures(repository, Image.Digest, key.EarlierSignature);
    }
}
