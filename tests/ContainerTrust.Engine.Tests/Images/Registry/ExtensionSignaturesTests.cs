using System.Text;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Tests.Images.Registry;

public class ExtensionSignaturesTests : RegistryTest
{
    private const string List = """
        {"signatures": [
            {"schemaVersion": 2, "name": "sha256:a@one", "type": "atomic", "content": "b25l"},
            {"schemaVersion": 2, "name": "sha256:a@other", "type": "other", "content": "b3RoZXI="},
            {"schemaVersion": 1, "name": "sha256:a@old", "type": "atomic", "content": "b2xk"},
            {"schemaVersion": 2, "type": "atomic", "content": "dHdv"}]}
        """;

    private string _list = List;
    private int _status = 200;

    private void Offer(bool supports = true) => Server.Handler = (request, stream, _) => request.Path == "/v2/"
        ? HostileServer.AnswerAsync(stream, 200, "{}", supports ? "X-Registry-Supports-Signatures: 1" : "X-Other: 1")
        : HostileServer.AnswerAsync(stream, _status, _list);

    private Task<IReadOnlyList<SignatureBlob>?> GetAsync() =>
        Client(o => o with { Retries = 0 }).TryGetExtensionSignaturesAsync(Image(), ManifestDigest, CancellationToken.None);

    [Fact]
    public async Task Signatures_come_in_order()
    {
        Offer();
        IReadOnlyList<SignatureBlob> signatures = (await GetAsync())!;
        Assert.Equal(["one", "two"], signatures.Select(s => Encoding.UTF8.GetString(s.UntrustedContent.Span)));
        Assert.Contains("sha256:a@one", signatures[0].Source, StringComparison.Ordinal);
        Assert.Single(Server.To("/extensions/v2/ns/app/signatures/" + ManifestDigest));
        _list = "{}";
        Assert.Empty((await GetAsync())!);
    }

    [Fact]
    public async Task A_registry_without_the_extension_is_not_asked()
    {
        Offer(supports: false);
        Assert.Null(await GetAsync());
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task What_cannot_be_read_is_an_error_and_not_an_empty_list()
    {
        Offer();
        foreach (string bad in (string[])["", "[]", "null", "{\"signatures\": 7}", "{\"signatures\": [7]}",
            List.Replace("b25l", "!", StringComparison.Ordinal), List.Replace("2", "\"2\"", StringComparison.Ordinal),
            List.Replace("2", "2.5", StringComparison.Ordinal)])
        {
            _list = bad;
            await RefusedAsync("InvalidSignatureList", GetAsync);
        }

        _list = "{\"signatures\": [" +
            string.Join(',', Enumerable.Repeat("{\"schemaVersion\": 2, \"type\": \"atomic\", \"content\": \"\"}", 129)) + "]}";
        await RefusedAsync("TooManySignatures", GetAsync);
        _list = new string(' ', (4 << 20) + 1);
        await RefusedAsync("SignatureListTooLarge", GetAsync);
        _status = 404;
        _list = "";
        await RefusedAsync("SignatureListNotFound", GetAsync);
    }

    [Fact]
    public void Mutated_lists_end_in_an_error_or_a_list()
    {
        var random = new Random(3);
        var url = new Uri("https://registry.example.com/x");
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(List);
            for (int n = random.Next(1, 4); n > 0; n--)
                text[random.Next(text.Length)] = (byte)random.Next(256);
            try
            {
                ExtensionSignatures.Read(text, url);
                read++;
            }
            catch (TrustException e)
            {
                Assert.Equal("InvalidSignatureList", e.ErrorId);
            }
        }

        Assert.InRange(read, 100, 19_900);
    }
}
