using System.Text;
using ContainerTrust.Conformance.Tests.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>A key of the tests with its private half in a gpg home.</summary>
/// <param name="Name">Its name in tests: what is special about it.</param>
/// <param name="Home">The gpg home.</param>
/// <param name="Fingerprint">Of its primary key.</param>
/// <param name="File">The public key, armored.</param>
internal sealed record TestKey(string Name, GpgTool Home, string Fingerprint, string File)
{
    /// <summary>A signature that was made before something happened to the key. Null if the key can sign now.</summary>
    public byte[]? EarlierSignature { get; init; }

    /// <summary>Whether a subkey signs. (containers/image before 5.34 compares its fingerprint with primary keys' and so never accepts
    /// it.)</summary>
    public bool SignsWithSubkey { get; init; }
}

/// <summary>
/// Keys of every algorithm that gpg can make, and keys to which something happened after they had signed. The signatures of those are made
/// before the event, so their contents must be known beforehand.
/// </summary>
internal sealed class TestKeys : IDisposable
{
    /// <summary>Algorithms whose keys are quickly made.</summary>
    private static readonly string[] s_quick =
        ["rsa2048", "nistp256", "nistp384", "nistp521", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp256k1", "ed25519"];

    private static readonly string[] s_slow = ["dsa2048", "rsa4096", "dsa3072"];

    private readonly GpgTool _quickHome = new();
    private readonly GpgTool _slowHome = new();
    private readonly List<TestKey> _quickKeys = [];
    private readonly List<TestKey> _slowKeys = [];
    private readonly Func<string, byte[]> _claim;

    /// <summary>Makes all of them, in two homes at once.</summary>
    /// <param name="claim">The content to be signed by a key of a given name.</param>
    public TestKeys(Func<string, byte[]> claim)
    {
        _claim = claim;
        Task slow = Task.Run(() =>
        {
            foreach (string algorithm in s_slow)
                _slowKeys.Add(Export(algorithm, _slowHome, Make(_slowHome, algorithm, algorithm)));
        });
        foreach (string algorithm in s_quick)
            _quickKeys.Add(Export(algorithm, _quickHome, Make(_quickHome, algorithm, algorithm)));
        AddSpecial();
        slow.GetAwaiter().GetResult();
        All = [.. _quickKeys, .. _slowKeys];
    }

    /// <summary>Every key.</summary>
    public IReadOnlyList<TestKey> All { get; }

    /// <summary>A key by name.</summary>
    public TestKey this[string name] => All.First(k => k.Name == name);

    public void Dispose()
    {
        _quickHome.Dispose();
        _slowHome.Dispose();
    }

    private void AddSpecial()
    {
        GpgTool gpg = _quickHome;

        // Only a subkey may sign.
        AddWithSubkey("subkey-ed25519", "ed25519", "ed25519");
        AddWithSubkey("subkey-rsa", "rsa2048", "rsa2048");
        AddWithSubkey("subkey-nistp256", "nistp384", "nistp256/ecdsa");

        // Two user ids, one of them revoked; only one, and revoked.
        string two = Make(gpg, "uid-revoked", "ed25519");
        gpg.Batch("20240203T000000", "--quick-add-uid", two, "Second <second@example.com>");
        gpg.Batch("20240204T000000", "--quick-revoke-uid", two, "Second <second@example.com>");
        _quickKeys.Add(Export("uid-revoked", gpg, two));

        // The end was moved from the past to the future.
        string prolonged = Make(gpg, "prolonged", "rsa2048", "1y", "20200101T000000");
        gpg.Batch("20200601T000000", "--quick-set-expire", prolonged, "30y");
        _quickKeys.Add(Export("prolonged", gpg, prolonged));

        AddEvent("expired", "rsa2048", "1y", "20200101T000000", "20200201T000000", static (_, _) => { });
        AddEvent("expiry-set-later", "ed25519", "never", "20200101T000000", "20200201T000000", static (g, f) =>
            g.Batch("20210101T000000", "--quick-set-expire", f, "1y"));
        AddEvent("revoked", "ed25519", "never", "20240102T000000", "20240103T000000", static (g, f) => ImportRevocation(g, f));
        AddEvent("superseded", "rsa2048", "never", "20240102T000000", "20240103T000000", static (g, f) =>
            g.Edit("20240601T000000", f, "revkey", "y", "2", "", "y"));
        AddEvent("not-for-signing", "rsa2048", "never", "20240102T000000", "20240103T000000", static (g, f) =>
            g.Edit("20240601T000000", f, "change-usage", "S", "Q"));
        AddEvent("all-uids-revoked", "ed25519", "never", "20240102T000000", "20240103T000000", static (g, f) =>
        {
            g.Batch("20240202T000000", "--quick-add-uid", f, "Other <other@example.com>");
            g.Edit("20240601T000000", f, "uid 1", "uid 2", "revuid", "y", "0", "", "y");
        });
        AddEvent("future", "ed25519", "never", "20400101T000000", "20400102T000000", static (_, _) => { });
        AddEvent("signed-in-future", "ed25519", "never", "20240102T000000", "20400102T000000", static (_, _) => { });
        AddEvent("signature-expired", "rsa2048", "never", "20240102T000000", "20240103T000000", static (_, _) => { },
            "--default-sig-expire", "1d");
        AddEvent("signature-expires-later", "rsa2048", "never", "20240102T000000", "20240103T000000", static (_, _) => { },
            "--default-sig-expire", "30y");

        AddSubkeyEvent("subkey-revoked", "never", static (g, f) => g.Edit("20240601T000000", f, "key 1", "revkey", "y", "1", "", "y"));
        AddSubkeyEvent("subkey-expired", "30d", static (_, _) => { });
        AddSubkeyEvent("subkey-not-for-signing", "never", static (g, f) =>
            g.Edit("20240601T000000", f, "key 1", "change-usage", "S", "A", "Q"));
        AddSubkeyEvent("subkey-of-revoked", "never", static (g, f) => ImportRevocation(g, f));
        AddSubkeyEvent("subkey-of-expired", "never", static (g, f) => g.Batch("20240201T000000", "--quick-set-expire", f, "30d"));
    }

    private void AddWithSubkey(string name, string primary, string subkey)
    {
        string fingerprint = Make(_quickHome, name, primary, usage: "cert");
        _quickHome.Batch("20240203T040506", "--quick-add-key", fingerprint, subkey, "sign", "never");
        _quickKeys.Add(Export(name, _quickHome, fingerprint) with { SignsWithSubkey = true });
    }

    private void AddEvent(string name, string algorithm, string expire, string made, string signed, Action<GpgTool, string> happening,
        params string[] options)
    {
        string fingerprint = Make(_quickHome, name, algorithm, expire, made);
        byte[] signature = _quickHome.Sign(_claim(name), fingerprint, signed, options);
        happening(_quickHome, fingerprint);
        _quickKeys.Add(Export(name, _quickHome, fingerprint) with { EarlierSignature = signature });
    }

    private void AddSubkeyEvent(string name, string expire, Action<GpgTool, string> happening)
    {
        string fingerprint = Make(_quickHome, name, "ed25519", usage: "cert");
        _quickHome.Batch("20240103T000000", "--quick-add-key", fingerprint, "rsa2048", "sign", expire);
        byte[] signature = _quickHome.Sign(_claim(name), fingerprint, "20240104T000000");
        happening(_quickHome, fingerprint);
        _quickKeys.Add(Export(name, _quickHome, fingerprint) with { EarlierSignature = signature, SignsWithSubkey = true });
    }

    private static string Make(GpgTool gpg, string name, string algorithm, string expire = "never", string time = "20240102T000000",
        string usage = "sign,cert") =>
        gpg.MakeKey($"{name} <{name}@example.com>", algorithm, usage, expire, time);

    private static TestKey Export(string name, GpgTool gpg, string fingerprint) =>
        new(name, gpg, fingerprint, gpg.Write(name + ".asc", gpg.Export(fingerprint, isArmored: true)));

    private static void ImportRevocation(GpgTool gpg, string fingerprint)
    {
        string certificate = File.ReadAllText(Path.Combine(gpg.Home, "openpgp-revocs.d", fingerprint + ".rev"))
            .Replace(":-----", "-----", StringComparison.Ordinal);
        gpg.Run(0, "--batch", "--import", gpg.Write("revocation", Encoding.UTF8.GetBytes(certificate)));
    }
}
