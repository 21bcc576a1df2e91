using System.Diagnostics;
using System.Text;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Tests.Images.Registry;

public sealed class CredentialsTests : IDisposable
{
    private readonly ScratchHost _host = new();
    private readonly List<string> _said = [];

    public void Dispose() => _host.Dispose();

    private async Task<string?> FindAsync(string image, Func<WebOptions, WebOptions>? change = null, bool mirror = false)
    {
        Assert.True(DockerReference.TryParse(image, out DockerReference? reference, out _));
        var options = new WebOptions { Timeout = Patience.Limit };
        var credentials = new RegistryCredentials(_host, change?.Invoke(options) ?? options, _said.Add);
        RegistryCredential? found = await credentials.FindAsync(new PullSource(reference, false, mirror), CancellationToken.None);
        return found is null ? null : $"{found.User}:{found.Password}{(found.IdentityToken is null ? "" : "+" + found.IdentityToken)}";
    }

    private static string Auths(params (string Key, string Value)[] entries) =>
        "{\"auths\": {" + string.Join(", ", entries.Select(e => $"\"{e.Key}\": {{\"auth\": \"{Base64(e.Value)}\"}}")) + "}}";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private void Helper(string name, string script)
    {
        string directory = Directory.CreateDirectory($"{_host.HomeDirectory}/bin").FullName;
        TestExecutable.WriteScript($"{directory}/docker-credential-{name}", script);
        _host.Environment["PATH"] = $"relative:{_host.HomeDirectory}/bin:/usr/bin:/bin";
    }

    [Fact]
    public async Task The_most_specific_entry_counts()
    {
        _host.Write("run/containers/auth.json",
            Auths(("h.io", "host:1"), ("h.io/ns", "space:2"), ("h.io/ns/app", "repo:3"), ("h.io:5000", "port:4")));
        Assert.Equal("repo:3", await FindAsync("h.io/ns/app:1"));
        Assert.Equal("space:2", await FindAsync("h.io/ns/application"));
        Assert.Equal("host:1", await FindAsync("h.io/n/app"));
        Assert.Equal("port:4", await FindAsync("h.io:5000/ns/app"));
        Assert.Null(await FindAsync("h.io:5001/ns/app"));
        Assert.Null(await FindAsync("sub.h.io/ns/app"));
    }

    [Theory]
    [InlineData("docker.io", "busybox")]
    [InlineData("index.docker.io", "busybox")]
    [InlineData("registry-1.docker.io", "busybox")]
    [InlineData("https://index.docker.io/v1/", "busybox")]
    [InlineData("docker.io/library", "busybox")]
    [InlineData("docker.io/library/busybox", "busybox")]
    [InlineData("http://h.io/v1/", "h.io/a/b")]
    [InlineData("https://h.io", "h.io/a/b")]
    [InlineData("https://h.io:5000/v2/", "h.io:5000/a/b")]
    public async Task Keys_of_old_are_understood(string key, string image)
    {
        _host.Write("run/containers/auth.json", Auths((key, "user:pass")));
        Assert.Equal("user:pass", await FindAsync(image));
        Assert.Null(await FindAsync("other.io/a/b"));
    }

    [Fact]
    public async Task The_files_are_read_in_order()
    {
        Assert.Null(await FindAsync("h.io/a"));
        _host.Write(".dockercfg", "{\"https://h.io/v1/\": {\"auth\": \"" + Base64("legacy:5") + "\", \"email\": \"x\"}}");
        Assert.Equal("legacy:5", await FindAsync("h.io/a"));
        _host.Write(".docker/config.json", Auths(("h.io", "docker:4")));
        Assert.Equal("docker:4", await FindAsync("h.io/a"));
        _host.Write("dc/config.json", Auths(("h.io", "dockerconfig:4")));
        _host.Environment["DOCKER_CONFIG"] = _host.HomeDirectory + "/dc";
        Assert.Equal("dockerconfig:4", await FindAsync("h.io/a"));
        _host.Write(".config/containers/auth.json", Auths(("h.io", "config:3")));
        Assert.Equal("config:3", await FindAsync("h.io/a"));
        _host.Write("run/containers/auth.json", Auths(("h.io", "run:2")));
        Assert.Equal("run:2", await FindAsync("h.io/a"));
        _host.Environment["REGISTRY_AUTH_FILE"] = _host.Write("env.json", Auths(("h.io", "env:1")));
        Assert.Equal("env:1", await FindAsync("h.io/a"));
        string named = _host.Write("named.json", Auths(("h.io", "named:0")));
        Assert.Equal("named:0", await FindAsync("h.io/a", o => o with { AuthFile = named }));
        Assert.Null(await FindAsync("other.io/a", o => o with { AuthFile = named }));
        TrustException e = await Assert.ThrowsAsync<TrustException>(() => FindAsync("h.io/a", o => o with { AuthFile = named + ".not" }));
        Assert.Equal("AuthFileNotFound", e.ErrorId);
    }

    [Fact]
    public async Task A_runtime_directory_that_is_missing_is_left_out()
    {
        _host.Environment["XDG_RUNTIME_DIR"] = _host.HomeDirectory + "/none";
        _host.Write(".config/containers/auth.json", Auths(("h.io", "config:3")));
        Assert.Equal("config:3", await FindAsync("h.io/a"));
        Assert.Contains(_said, line => line.Contains("XDG_RUNTIME_DIR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Entries_have_their_quirks()
    {
        string auth = Convert.ToBase64String("user:pa:ss\0\0"u8);
        _host.Write("run/containers/auth.json", "{\"Auths\": {\"h.io\": {\"auth\": \"" + auth +
            "\", \"identitytoken\": \"id\"}, \"e.io\": {}, \"n.io\": null, \"x.io\": {\"auth\": \"" + Base64("nocolon") +
            "\"}}, \"unknown\": [1], \"credHelpers\": null}");
        _host.Write(".docker/config.json", Auths(("e.io", "next:1"), ("n.io", "next:2"), ("x.io", "next:3")));
        Assert.Equal("user:pa:ss+id", await FindAsync("h.io/a"));
        Assert.Equal("next:1", await FindAsync("e.io/a"));
        Assert.Equal("next:2", await FindAsync("n.io/a"));
        Assert.Equal("next:3", await FindAsync("x.io/a"));
        Assert.DoesNotContain(_said, line => line.Contains("nocolon", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"auths\": []}")]
    [InlineData("{\"auths\": {\"h.io\": \"topsecret\"}}")]
    [InlineData("{\"auths\": {\"h.io\": {\"auth\": 7}}}")]
    [InlineData("{\"auths\": {\"h.io\": {\"auth\": \"topsecret!\"}}}")]
    [InlineData("{\"credHelpers\": {\"h.io\": 7}}")]
    [InlineData("{\"credHelpers\": 7}")]
    [InlineData("{\"auths\": {\"h.io\": {\"auth\": \"topsecret\"}}")]
    [InlineData("{\"auths\": {\"h.io\": {\"auth\": topsecret}}}")]
    [InlineData("{\"auths\": {\"h.io\": {\"auth\": \"\\ud800topsecret\"}}}")]
    public async Task A_file_that_makes_no_sense_is_refused_without_showing_it(string text)
    {
        string path = _host.Write("run/containers/auth.json", text);
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() => FindAsync("h.io/a"));
        Assert.Equal("InvalidAuthFile", e.ErrorId);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_said, line => line.Contains("topsecret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mutated_files_end_in_an_error_or_a_credential()
    {
        byte[] good = Encoding.UTF8.GetBytes("{\"auths\": {\"h.io\": {\"auth\": \"" + Base64("user:pass") +
            "\", \"identitytoken\": \"x\"}, \"https://g.io/v1/\": {}}, \"credsStore\": \"\"}");
        var random = new Random(5);
        int found = 0;
        for (int i = 0; i < 1500; i++)
        {
            byte[] text = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--)
                text[random.Next(text.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_host.Write("run/containers/auth.json", ""), text);
            try
            {
                found += await FindAsync("h.io/a") is null ? 0 : 1;
            }
            catch (TrustException e)
            {
                Assert.Equal("InvalidAuthFile", e.ErrorId);
            }
        }

        Assert.InRange(found, 10, 1490);
    }

    [Fact]
    public async Task A_helper_is_asked_with_nothing_on_its_command_line()
    {
        Helper("good", "read server\necho \"$# $1 $server\" >> \"$(dirname \"$0\")/log\"\necho " +
            "'{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"s'$server'\"}'");
        _host.Write("run/containers/auth.json", "{\"credHelpers\": {\"h.io\": \"good\"}, \"auths\": {\"h.io\": {\"auth\": \"" +
            Base64("not:this") + "\"}}}");
        Assert.Equal("u:sh.io", await FindAsync("h.io/ns/app"));
        Assert.Equal("1 get h.io\n", await File.ReadAllTextAsync(_host.HomeDirectory + "/bin/log"));
        Assert.Null(await FindAsync("other.io/ns/app"));
    }

    [Fact]
    public async Task A_helper_may_give_an_identity_token_or_nothing()
    {
        Helper("token", "cat > /dev/null; echo '{\"Username\":\"<token>\",\"Secret\":\"id\"}'");
        Helper("none", "cat > /dev/null; echo 'credentials not found in native keychain'; exit 1");
        _host.Write("run/containers/auth.json", "{\"credHelpers\": {\"t.io\": \"token\", \"n.io\": \"none\"}}");
        _host.Write(".docker/config.json", Auths(("n.io", "next:1")));
        Assert.Equal(":+id", await FindAsync("t.io/a"));
        Assert.Equal("next:1", await FindAsync("n.io/a"));
    }

    [Theory]
    [InlineData("cat > /dev/null; echo topsecret; exit 1", "exit code 1")]
    [InlineData("cat > /dev/null; echo '{\"Secret\": \"topsecret'", "JSON")]
    [InlineData("cat > /dev/null; echo '{\"Secret\": [\"topsecret\"]}'", "JSON")]
    [InlineData("cat > /dev/null; echo '[]'", "JSON")]
    [InlineData("exec sleep 300", "did not answer")]
    [InlineData("sleep 300 & echo '{}'", "did not answer")]
    [InlineData("exec yes topsecret", "larger than")]
    [InlineData("exec <&-; yes 1>&2", "did not answer")]
    public async Task A_helper_that_fails_is_an_error_without_its_words(string script, string words)
    {
        Helper("bad", script);
        _host.Write("run/containers/auth.json", "{\"credHelpers\": {\"h.io\": \"bad\"}}");

        // Short only where the end of the time is what is tested.
        TimeSpan timeout = words == "did not answer" ? TimeSpan.FromSeconds(1) : Patience.Limit;
        var watch = Stopwatch.StartNew();
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() => FindAsync("h.io/a", o => o with { Timeout = timeout }));
        Assert.Equal("CredentialHelperFailed", e.ErrorId);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", e.ToString(), StringComparison.Ordinal);
        Patience.EndedSoon(watch);
    }

    [Theory]
    [InlineData("missing", "CredentialHelperNotFound")]
    [InlineData("../bin/good", "CredentialHelperFailed")]
    [InlineData("a b", "CredentialHelperFailed")]
    [InlineData("", "CredentialHelperFailed")]
    public async Task A_helper_is_a_plain_name_in_PATH(string name, string errorId)
    {
        Helper("good", "echo '{}'");
        _host.Write("run/containers/auth.json", "{\"credHelpers\": {\"h.io\": \"" + name + "\"}}");
        TrustException e = await Assert.ThrowsAnyAsync<TrustException>(() => FindAsync("h.io/a"));
        Assert.Equal(errorId, e.ErrorId);
    }

    [Fact]
    public async Task Dockers_store_is_asked_last_and_may_fail()
    {
        Helper("store", "read server\necho '{\"Username\":\"u\",\"Secret\":\"'$server'\"}'");
        _host.Write(".docker/config.json", "{\"credsStore\": \"store\", \"auths\": {\"f.io\": {\"auth\": \"" + Base64("file:1") +
            "\"}, \"h.io\": {}}}");
        Assert.Equal("file:1", await FindAsync("f.io/a"));
        Assert.Equal("u:h.io", await FindAsync("h.io/a"));
        Assert.Equal("u:https://index.docker.io/v1/", await FindAsync("busybox"));
        _host.Write(".docker/config.json", "{\"credsStore\": \"missing\"}");
        Assert.Null(await FindAsync("h.io/a"));
    }

    [Fact]
    public async Task Helpers_of_registries_conf_come_in_their_order()
    {
        Helper("first", "cat > /dev/null; echo 'credentials not found in native keychain'; exit 1");
        Helper("second", "cat > /dev/null; echo '{\"Username\":\"u\",\"Secret\":\"2\"}'");
        _host.Write("run/containers/auth.json", Auths(("h.io", "file:1")));
        Assert.Equal("file:1", await FindAsync("h.io/a",
            o => o with { CredentialHelpers = ["first", WebOptions.AuthFilesHelper, "second"] }));
        Assert.Equal("u:2", await FindAsync("h.io/a",
            o => o with { CredentialHelpers = ["missing", "second", WebOptions.AuthFilesHelper] }));
        Assert.Null(await FindAsync("h.io/a", o => o with { CredentialHelpers = [] }));
        TrustException e = await Assert
            .ThrowsAnyAsync<TrustException>(() =>
            FindAsync("o.io/a", o => o with { CredentialHelpers = ["missing", WebOptions.AuthFilesHelper] }));
        Assert.Equal("CredentialHelperNotFound", e.ErrorId);
    }

    [Fact]
    public async Task A_helper_ends_with_its_caller()
    {
        string started = $"{_host.HomeDirectory}/started";
        Helper("slow", $"echo > '{started}'; exec sleep {Patience.Long}");
        using var cancel = new CancellationTokenSource();
        Task asking = CredentialHelper.GetAsync("slow", "h.io", _host.Environment["PATH"], TimeSpan.FromMinutes(5), cancel.Token);
        await Patience.UntilAsync(() => File.Exists(started), "the helper starts");
        var watch = Stopwatch.StartNew();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Patience.EndedSoon(watch);
    }

    [Fact]
    public void Nothing_secret_is_in_its_text() =>
        Assert.Equal("file", RegistryCredential.Of("user", "topsecret", "topsecret", "file")!.ToString());
}
