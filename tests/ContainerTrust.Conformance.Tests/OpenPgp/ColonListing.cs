using System.Globalization;
using System.Text;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>Compares keys with what <c>gpg --show-keys --with-colons</c> says of the same file.</summary>
internal static class ColonListing
{
    /// <summary>One line a fact, in gpg's words; user ids sorted, because gpg puts the primary one first.</summary>
    public static List<string> OfGpg(byte[] listing)
    {
        var facts = new List<string>();
        var userIds = new List<string>();
        string pending = "";
        bool isPrimary = false;
        foreach (string line in Encoding.UTF8.GetString(listing).Split('\n'))
        {
            string[] f = line.Split(':');
            switch (f[0])
            {
                case "pub" or "sub":
                    Flush();
                    isPrimary = f[0] == "pub";
                    bool canSign = isPrimary ? f[11].Contains('S', StringComparison.Ordinal)
                        || (f[1] is "r" or "e" && f[11].Contains('s', StringComparison.Ordinal))
                        : f[11].Contains('s', StringComparison.Ordinal);
                    pending = $"{f[0]} size={f[2]} algo={f[3]} created={f[5]} expires={f[6]} " +
                        $"revoked={f[1] == "r"} sign={canSign} curve={f[16]}";
                    break;
                case "fpr":
                    facts.Add($"{pending} fpr={f[9]}");
                    break;
                case "uid":
                    userIds.Add($"uid {f[9]}");
                    break;
            }
        }

        Flush();
        return facts;

        void Flush()
        {
            if (!isPrimary && userIds.Count == 0)
                return;
            userIds.Sort(StringComparer.Ordinal);
            facts.AddRange(userIds);
            userIds.Clear();
        }
    }

    public static List<string> OfReader(IReadOnlyList<TrustKey> keys)
    {
        var facts = new List<string>();
        foreach (var key in keys)
        {
            facts.Add(Fact("pub", key.Size, Number(key.Algorithm), key.Created!.Value, key.Expires, key.IsRevoked, key.CanSign, key.Curve,
                key.Fingerprint));
            facts.AddRange(key.UserIds
                .Select(u => $"uid {u.Replace("\\", "\\x5c", StringComparison.Ordinal).Replace(":", "\\x3a", StringComparison.Ordinal)}")
                .Order(StringComparer.Ordinal));
            foreach (var subkey in key.Subkeys)
                facts.Add(Fact("sub", subkey.Size, Number(subkey.Algorithm), subkey.Created, subkey.Expires, subkey.IsRevoked
                    || key.IsRevoked, subkey.CanSign, subkey.Curve, subkey.Fingerprint));
        }

        return facts;
    }

    public static List<string> OfReader(byte[] content) => OfReader(OpenPgpKeyReader.Read(content, "key").Keys);

    private static string Fact(string kind, int size, int algorithm, DateTimeOffset created, DateTimeOffset? expires, bool isRevoked,
        bool canSign, string? curve, string fingerprint) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{kind} size={size} algo={algorithm} created={created.ToUnixTimeSeconds()} expires={expires?.ToUnixTimeSeconds()} " +
            $"revoked={isRevoked} sign={canSign} curve={curve} fpr={fingerprint}");

    private static int Number(string algorithm) => algorithm switch
    {
        "RSA" => 1,
        "Elgamal" => 16,
        "DSA" => 17,
        "ECDH" => 18,
        "ECDSA" => 19,
        "EdDSA" => 22,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "not an algorithm of GnuPG 2.2"),
    };
}
