using ContainerTrust.Conformance.Tests.OpenPgp;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Small key files beside the repository, each of a kind that was once believed wrongly: every one is refused, and for its own
/// reason.</summary>
public sealed class SharedCasesTests
{
    private static readonly Dictionary<string, string> s_expected = new(StringComparer.Ordinal)
    {
        ["F1a"] = "KeyNotValid",
        ["F1b"] = "KeyNotValid",
        ["F2a"] = "KeyExpired",
        ["F2a0"] = "KeyExpired",
        ["F2b"] = "KeyNotForSigning",
        ["F2c"] = "KeyExpired",
        ["F2e"] = "KeyExpired",
        ["F4a"] = "KeyNotForSigning",
        ["F7a"] = "KeyNotForSigning",
        ["F8a"] = "KeyNotForSigning",
        ["F8c"] = "KeyExpired",
        ["F9a"] = "KeyNotValid",
        ["F9b"] = "KeyExpired",
        ["F10a"] = "MalformedOpenPgp",
        ["F10a0"] = "KeyRevoked",
        ["F10b"] = "MalformedOpenPgp",
        ["F10d"] = "MalformedOpenPgp",
        ["F12"] = "KeyExpired",
        ["F14"] = "MalformedOpenPgp",
        ["F14b"] = "MalformedOpenPgp",
        ["F15a"] = "KeyRevoked",
        ["F15b"] = "KeyRevoked",
        ["F15e"] = "KeyExpired",
        ["F15f"] = "KeyNotForSigning",
        ["F15g"] = "KeyExpired",
        ["F16"] = "KeyRevoked",
    };

    [SkippableFact]
    public void Every_case_is_refused_for_its_own_reason()
    {
        string directory = Require();
        List<string> wrong = [];
        int count = 0;
        foreach (string signature in Directory.EnumerateFiles(directory, "*.sig").Order(StringComparer.Ordinal))
        {
            count++;
            string name = Path.GetFileNameWithoutExtension(signature);
            string outcome = Judge(Files(directory, name), File.ReadAllBytes(signature));
            if (s_expected.TryGetValue(name, out string? expected) ? outcome != expected : outcome == "None")
                wrong.Add($"{name}: {outcome}, not {expected ?? "a refusal"}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count >= s_expected.Count);
    }

    [SkippableFact]
    public void Gpg_refuses_every_case_too()
    {
        string directory = Require();
        GpgTool.RequireVersion22();
        using GpgBatch gpg = new();
        foreach (string signature in Directory.EnumerateFiles(directory, "*.sig").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(signature);
            GpgVerdict theirs = gpg.Ask(Files(directory, name).Select(File.ReadAllBytes), [File.ReadAllBytes(signature)])[0];
            Assert.False(theirs.IsGood, $"{name}\n{theirs.Status}");
        }
    }

    private static string[] Files(string directory, string name) =>
        [.. Directory.EnumerateFiles(directory, $"{name}.*.gpg").Order(StringComparer.Ordinal)];

    private static string Judge(string[] files, byte[] message)
    {
        try
        {
            return OpenPgpKeyring.Import([.. files.Select(static f => new KeyringSource(f, File.ReadAllBytes(f)))])
                .Verify(message, DateTimeOffset.UtcNow).Problem.ToString();
        }
        catch (TrustException e)
        {
            return e.ErrorId;
        }
    }

    private static string Require()
    {
        string? directory = Environment.GetEnvironmentVariable("CONTAINERTRUST_CASES");
        for (DirectoryInfo? parent = new(AppContext.BaseDirectory); directory is null && parent is not null; parent = parent.Parent)
        {
            string candidate = Path.Combine(parent.FullName, "shared", "cases", "openpgp");
            directory = Directory.Exists(candidate) ? candidate : null;
        }

        Skip.If(directory is null, "There are no shared cases beside the repository; set CONTAINERTRUST_CASES.");
        return directory!;
    }
}
