using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>The ids that <c>podman image trust show</c> prints for a key file.</summary>
public sealed class PodmanKeyListTests : IDisposable
{
    private readonly GpgTool _gpg = new();

    public void Dispose() => _gpg.Dispose();

    [SkippableFact]
    public void Podman_shows_the_same_ids()
    {
        GpgTool.RequireVersion22();
        Skip.IfNot(File.Exists("/usr/bin/podman") && File.Exists("/usr/bin/gpg2"), "podman 4 and gpg2 are not installed.");
        string one = _gpg.MakeKey("Jürgen Müßig <juergen@example.org>", "ed25519", "sign,cert", "never");
        _gpg.Batch("20240203T040506", "--quick-add-uid", one, "No mail: a colon");
        _gpg.Batch("20240203T040507", "--quick-add-uid", one, "DOMAIN\\user > odd <d@example.com");
        byte[] key = _gpg.Export(one, isArmored: true);
        byte[] binary = _gpg.Export(one, isArmored: false);
        byte[][] files = [key, [.. "text\n"u8, .. key, .. "more: text\n"u8, .. key],
            [.. binary, 0xCD, 6, 0xE4, (byte)'a', 0xE2, 0x82, (byte)'b', 0xFF], key[..^80], "none"u8.ToArray()];

        string directory = Directory.CreateDirectory(Path.Combine(_gpg.Home, "registries.d")).FullName;
        var scopes = files.Select((content, i) =>
            $"\"r{i}.example\": [{{\"type\": \"signedBy\", \"keyType\": \"GPGKeys\", \"keyPath\": \"{_gpg.Write($"key{i}", content)}\"}}]");
        string policy = _gpg.Write("policy.json",
            Encoding.UTF8.GetBytes("{\"default\": [{\"type\": \"reject\"}], \"transports\": {\"docker\": {" +
            string.Join(',', scopes) + "}}}"));

        var start = new ProcessStartInfo("/usr/bin/podman",
            ["image", "trust", "show", "--json", "--policypath", policy, "--registrypath", directory])
            { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GNUPGHOME"] = _gpg.Home;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Skip.If(process.ExitCode != 0, $"podman cannot run here: {errors.Result}");

        using var shown = JsonDocument.Parse(output);
        for (int i = 0; i < files.Length; i++)
        {
            var entry = shown.RootElement.EnumerateArray().Single(e => e.GetProperty("name").GetString() == $"r{i}.example");
            string expected = entry.TryGetProperty("gpg_id", out var ids) ? ids.GetString()! : "";
            string actual = string.Join(", ", OpenPgpKeyReader.ListUserIdsAsGpg(files[i]).Select(OpenPgpKeyReader.EmailOf));
            Assert.Equal(expected, actual);
        }

        Assert.Contains("juergen@example.org", output, StringComparison.Ordinal);
    }
}
