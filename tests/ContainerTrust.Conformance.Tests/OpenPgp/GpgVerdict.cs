using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>What gpg says of a message in a home directory that has nothing but some keys, read as gpgme and containers/image read
/// it.</summary>
/// <param name="IsGood">Whether containers/image would accept it.</param>
/// <param name="Content">The content.</param>
/// <param name="KeyFingerprint">The key that made it.</param>
/// <param name="Fingerprint">Its primary key.</param>
/// <param name="Status">The status lines.</param>
internal sealed record GpgVerdict(bool IsGood, byte[] Content, string? KeyFingerprint, string? Fingerprint, string Status)
{
    private static readonly string[] Bad = ["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "UNEXPECTED",
        "ERROR", "FAILURE"];

    /// <summary>Makes a home directory with keys.</summary>
    public static GpgTool Keys(params byte[][] files)
    {
        var gpg = new GpgTool();
        foreach (byte[] file in files)
            gpg.Run(null, "--batch", "--import", gpg.Write("keys", file));
        return gpg;
    }

    /// <summary>Asks gpg.</summary>
    public static GpgVerdict Ask(GpgTool gpg, byte[] message)
    {
        string output = Path.Combine(gpg.Home, "content");
        File.Delete(output);
        string status = Encoding.UTF8
            .GetString(gpg.Run(null, "--batch", "--status-fd", "1", "--output", output, "--verify", gpg.Write("message", message)));
        string[][] lines = [.. status.Split('\n').Where(l => l.StartsWith("[GNUPG:] ", StringComparison.Ordinal))
            .Select(l => l.Split(' ')[1..])];
        string[]? valid = lines.FirstOrDefault(l => l[0] == "VALIDSIG");
        bool isGood = valid is not null && lines.Count(l => l[0] == "NEWSIG") == 1 && lines.Count(l => l[0] == "GOODSIG") == 1
            && !lines.Any(l => Bad.Contains(l[0]));
        return new GpgVerdict(isGood, File.Exists(output) ? File.ReadAllBytes(output) : [], valid?[1], valid?[10], status);
    }

    /// <summary>Our verdict equals gpg's, content and fingerprints included.</summary>
    public static OpenPgpVerification AssertSame(byte[][] keys, byte[] message, string what)
    {
        using var gpg = Keys(keys);
        var expected = Ask(gpg, message);
        var result = OpenPgpKeyring.Import([.. keys.Select(k => new KeyringSource("key", k))]).Verify(message, DateTimeOffset.UtcNow);
        Assert.True(expected.IsGood == result.IsGood, $"{what}: {result.Reason}\n{expected.Status}");
        if (!result.IsGood)
            return result;
        Assert.Equal(expected.Content, result.Content.ToArray());
        Assert.Equal(expected.KeyFingerprint, result.KeyFingerprint);
        Assert.Equal(expected.Fingerprint, result.Fingerprint);
        string good = expected.Status.Split('\n').First(l => l.StartsWith("[GNUPG:] GOODSIG ", StringComparison.Ordinal));
        Assert.Equal(good.Split(' ', 4)[3], result.UserId);
        return result;
    }
}
