using System.Text;
using System.Text.Json;
using ContainerTrust.Conformance.Tests.OpenPgp;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust apply</c>: a trust file, all or none of it, and nothing that was not signed where a key is named.</summary>
public sealed class ApplyCommandTests : IDisposable
{
    private const string Open = """{"default":[{"type":"insecureAcceptAnything"}]}""";

    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-apply").FullName;

    public ApplyCommandTests() => SetPolicy(Open);

    private string Policy => Path.Join(_scratch, "root/etc/containers/policy.json");

    private string Baseline => Path.Join(_scratch, "trust.json");

    public void Dispose() => Directory.Delete(_scratch, true);

    [SkippableFact]
    public void Is_idempotent_and_says_what_it_changes()
    {
        Write(Entry("a.example.com", "reject", """, "signatureStore": "https://s.example.com" """.TrimEnd()));
        CommandLine.Result dry = Apply("--dry-run", "--exit-code", "--json");
        Assert.Equal((3, ""), (dry.ExitCode, dry.Error));
        using (JsonDocument json = JsonDocument.Parse(dry.Output))
        {
            Assert.True(json.RootElement.GetProperty("changed").GetBoolean());
            Assert.True(json.RootElement.GetProperty("dryRun").GetBoolean());
            Assert.Equal("""["accept","reject"]|[null,"reject, store https://s.example.com"]""",
                string.Join('|', json.RootElement.GetProperty("scopes").EnumerateArray().Select(static s =>
                    JsonSerializer.Serialize(new[] { s.GetProperty("before"), s.GetProperty("after") }))));
        }

        Assert.Equal(Open, File.ReadAllText(Policy));
        Assert.Contains("+{\"default\":[{\"type\":\"reject\"}]", Apply("--dry-run").Output, StringComparison.Ordinal);
        CommandLine.Result done = Apply("--json");
        Assert.Equal((0, ""), (done.ExitCode, done.Error));
        using (JsonDocument json = JsonDocument.Parse(done.Output))
        {
            Assert.Equal("/etc/containers/policy.json", json.RootElement.GetProperty("files")[0].GetProperty("path").GetString());
            Assert.Equal(2, json.RootElement.GetProperty("files").GetArrayLength());
            Assert.Equal(["changed", "added"], json.RootElement.GetProperty("scopes").EnumerateArray()
                .Select(static s => s.GetProperty("status").GetString()));
            Assert.False(string.IsNullOrEmpty(json.RootElement.GetProperty("id").GetString()));
        }

        DateTime written = File.GetLastWriteTimeUtc(Policy);
        Assert.Equal((0, "nothing to do\n"), (Apply("--exit-code").ExitCode, Apply().Output));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Policy));
        Assert.Contains("containertrust apply", CommandLine.Run(CommandLine.Ours, "history", "--root", $"{_scratch}/root").Output,
            StringComparison.Ordinal);
    }

    [SkippableFact]
    public void What_another_has_set_stays()
    {
        SetPolicy("""{"default":[{"type":"reject"}],"transports":{"docker":{"local.example.com":[{"type":"insecureAcceptAnything"}]}}}""");
        Write(Entry("a.example.com", "reject"));
        Assert.Equal(0, Apply().ExitCode);
        Assert.Contains("local.example.com", File.ReadAllText(Policy), StringComparison.Ordinal);
    }

    /// <summary>One key that is missing, and nothing of the file is set.</summary>
    [SkippableFact]
    public void Is_all_or_nothing()
    {
        Write(Entry("a.example.com", "reject"), """
            {"transport": "docker", "scope": "b.example.com", "requirements":
            [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/etc/none.asc"}]}
            """);
        CommandLine.Result refused = Apply();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("/etc/none.asc", refused.Error, StringComparison.Ordinal);
        Assert.Equal(Open, File.ReadAllText(Policy));
        Assert.Equal(0, Apply("--force").ExitCode);
    }

    /// <summary><c>WeakerTrust</c>.</summary>
    [SkippableFact]
    public void What_weakens_checks_is_refused_unless_that_is_allowed()
    {
        const string Strict = """{"default":[{"type":"reject"}]}""";
        SetPolicy(Strict);
        Write(Entry("a.example.com", "insecureAcceptAnything"));
        CommandLine.Result refused = Apply();
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("Nothing was changed. Images are accepted without a check", refused.Error, StringComparison.Ordinal);
        CommandLine.Result dry = Apply("--dry-run");
        Assert.Equal(1, dry.ExitCode);
        Assert.Contains("+{", dry.Output, StringComparison.Ordinal);
        Assert.Contains("Allow weaker checks", dry.Error, StringComparison.Ordinal);
        Assert.Equal(Strict, File.ReadAllText(Policy));
        CommandLine.Result allowed = Apply("--allow-weaker");
        Assert.Equal(0, allowed.ExitCode);
        Assert.Contains("warning: Images are accepted without a check", allowed.Error, StringComparison.Ordinal);
        SetPolicy(Strict);
        Assert.Equal(0, Apply("--force").ExitCode);
    }

    /// <summary><c>FileSignatureMissing</c> and <c>FileSignatureInvalid</c>.</summary>
    [SkippableFact]
    public void A_signature_of_gpg_is_demanded()
    {
        GpgTool.Require();
        using GpgTool gpg = new();
        string key = Path.Join(_scratch, "key.asc");
        Gpg("--faked-system-time", "20240101T000000", "--quick-gen-key", "Signer <signer@example.com>", "ed25519", "sign", "never");
        File.WriteAllText(key, Gpg("--armor", "--export"));
        Write(Entry("a.example.com", "reject"));
        RequireRefused("has no signature", "--key", key);
        Gpg("--armor", "--detach-sign", Baseline);
        Assert.Equal(3, Apply("--key", key, "--dry-run", "--exit-code").ExitCode);

        // Of another content, of a text, two of them, by another key, one that has ended, and one that is not a signature at all.
        string good = File.ReadAllText(Baseline + ".asc");
        Write(Entry("b.example.com", "reject"));
        RequireRefused("did not make this signature", "--key", key);
        Gpg("--armor", "--textmode", "--detach-sign", Baseline);
        RequireRefused("one of a text", "--key", key);
        Gpg("--armor", "--detach-sign", Baseline);
        File.AppendAllText(Baseline + ".asc", good);
        RequireRefused("more than one armored block", "--key", key);
        Gpg("--armor", "--detach-sign", Baseline);
        RequireRefused("not among the keys", "--key", CommandLine.SampleKey);
        Gpg("--faked-system-time", "20250101T000000", "--default-sig-expire", "1d", "--armor", "--detach-sign", Baseline);
        RequireRefused("Its signature expired", "--key", key);
        File.WriteAllText(Baseline + ".asc", "nothing");
        RequireRefused("is not OpenPGP data", "--key", key);
        RequireRefused("of another kind", "--key", key, "--signature", key);
        Assert.Equal(Open, File.ReadAllText(Policy));

        // A binary one, under another name.
        Gpg("--detach-sign", "--output", $"{_scratch}/other", Baseline);
        Assert.Equal(0, Apply("--key", CommandLine.SampleKey, "--key", key, "--signature", $"{_scratch}/other").ExitCode);
        Assert.Contains("b.example.com", File.ReadAllText(Policy), StringComparison.Ordinal);

        string Gpg(params string[] arguments) => Encoding.UTF8.GetString(
            gpg.Run(0, ["--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", .. arguments]));
    }

    /// <summary>As <c>cosign sign-blob</c> makes it: base64 of a signature over the file.</summary>
    [SkippableTheory]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", "sha256")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384", "sha384")]
    [InlineData("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "sha256")]
    public void A_signature_by_a_PEM_key_is_demanded(string make, string hash)
    {
        string openssl = CommandLine.Tool("openssl"), key = $"{_scratch}/cosign.key", pub = $"{_scratch}/cosign.pub";
        Assert.Equal(0, CommandLine.Run(openssl, [.. make.Split(' '), "-out", key]).ExitCode);
        Assert.Equal(0, CommandLine.Run(openssl, "pkey", "-in", key, "-pubout", "-out", pub).ExitCode);
        Write(Entry("a.example.com", "reject"));
        RequireRefused("has no signature", "--key", pub);
        Sign();
        byte[] signature = File.ReadAllBytes(Baseline + ".sig");
        Write(Entry("b.example.com", "reject"));
        RequireRefused("was not made by such a key", "--key", pub);
        File.WriteAllText(Baseline + ".sig", "%%%");
        RequireRefused("is not base64", "--key", pub);
        RequireRefused("", "--key", key);
        Assert.Equal(Open, File.ReadAllText(Policy));
        Write(Entry("a.example.com", "reject"));
        File.WriteAllBytes(Baseline + ".sig", signature);
        Assert.Equal(0, Apply("--key", pub).ExitCode);

        void Sign() => Assert.Equal(0, CommandLine.Run(CommandLine.Tool("sh"), "-c",
            $"'{openssl}' dgst -{hash} -sign '{key}' '{Baseline}' | base64 -w0 >'{Baseline}.sig'").ExitCode);
    }

    [SkippableFact]
    public void Usage_is_checked()
    {
        Write(Entry("a.example.com", "reject"));
        Assert.Equal(2, Apply("--signature", "x").ExitCode);
        Assert.Equal(2, Apply("--key", "").ExitCode);
        Assert.Equal(2, CommandLine.Run(CommandLine.Ours, "apply").ExitCode);
        Assert.Equal(1, CommandLine.Run(CommandLine.Ours, "apply", Baseline + ".none").ExitCode);
        File.WriteAllText(Baseline, "{}");
        Assert.Contains("$schema", Apply().Error, StringComparison.Ordinal);
        Assert.Equal(Open, File.ReadAllText(Policy));
    }

    private void RequireRefused(string words, params string[] options)
    {
        CommandLine.Result refused = Apply(options);
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Matches(words, refused.Error);
        Assert.Equal(Open, File.ReadAllText(Policy));
    }

    private CommandLine.Result Apply(params string[] options) =>
        CommandLine.Run(CommandLine.Ours, ["apply", Baseline, "--root", $"{_scratch}/root", .. options]);

    private void SetPolicy(string policy)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Policy)!);
        File.WriteAllText(Policy, policy);
    }

    private void Write(params string[] entries) => File.WriteAllText(Baseline,
        $$"""{"$schema": "{{TrustFile.Schema}}", "entries": [{"default": true, "requirements": [{"type": "reject"}]},""" + "\n"
            + string.Join(",\n", entries) + "]}\n");

    private static string Entry(string scope, string type, string more = "") =>
        $$"""{"transport": "docker", "scope": "{{scope}}", "requirements": [{"type": "{{type}}"}]{{more}}}""";
}
